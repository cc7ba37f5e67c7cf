using System.Buffers;

namespace HveRelay.Smtp.Message;

/// <summary>
/// Guesses the character set of text that names none, from its octets as they pass, in pieces of any size. Each set that could be
/// meant has a reader that knows which octets may follow which; what no reader can vouch for is called by no name that may be wrong.
/// </summary>
public sealed class CharsetGuess
{
    /// <summary>RFC 1428 section 3: for text of which nobody knows what it is.</summary>
    public const string Unknown = "unknown-8bit";

    private static readonly SearchValues<byte> Telling = SearchValues.Create([0x1B, .. Enumerable.Range(128, 128).Select(octet => (byte)octet)]);

    private readonly Utf8Reader _utf8 = new();
    private readonly ShiftJisReader _shiftJis = new();
    private readonly EucReader _euc = new();
    private readonly LatinReader _latin = new();
    private readonly JisReader _jis = new();
    private bool _busy; // a character may be under way

    /// <summary>There was an octet above 127.</summary>
    public bool IsEightBit { get; private set; }

    /// <summary>The name of the set; null where the text is ASCII.</summary>
    public string? Charset =>
        !IsEightBit ? (_jis.HasJapanese ? "iso-2022-jp" : null)
        : _utf8.IsValid ? "utf-8"
        : _shiftJis.IsLikely || (_shiftJis.IsLikelyHalfWidth && !_euc.IsValid) ? "shift_jis"
        : _euc.IsLikely ? "euc-jp"
        : _latin.IsLikely ? "windows-1252"
        : Unknown;

    public void Feed(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            if (!_busy)
            {
                // Most text is ASCII in long runs, which tells nothing.
                var next = octets.IndexOfAny(Telling);
                if (next < 0)
                {
                    return;
                }

                octets = octets[next..];
            }

            Take(octets[0]);
            octets = octets[1..];
        }
    }

    private void Take(byte octet)
    {
        IsEightBit |= octet > 127;
        _utf8.Take(octet);
        _shiftJis.Take(octet);
        _euc.Take(octet);
        _latin.Take(octet);
        _jis.Take(octet);
        _busy = octet is > 127 or 0x1B || _shiftJis.IsWithin || _jis.IsWithin;
    }

    /// <summary>RFC 3629 section 4.</summary>
    private sealed class Utf8Reader
    {
        private bool _broken;
        private int _left;
        private byte _least = 0x80;
        private byte _most = 0xBF;

        public bool IsValid => !_broken && _left == 0;

        public void Take(byte octet)
        {
            if (_left > 0)
            {
                _broken |= octet < _least || octet > _most;
                (_left, _least, _most) = (_left - 1, 0x80, 0xBF);
                return;
            }

            _least = octet == 0xE0 ? (byte)0xA0 : octet == 0xF0 ? (byte)0x90 : (byte)0x80;
            _most = octet == 0xED ? (byte)0x9F : octet == 0xF4 ? (byte)0x8F : (byte)0xBF;
            _left = octet switch
            {
                >= 0xC2 and <= 0xDF => 1,
                >= 0xE0 and <= 0xEF => 2,
                >= 0xF0 and <= 0xF4 => 3,
                _ => 0,
            };
            _broken |= octet > 127 && _left == 0;
        }
    }

    /// <summary>
    /// Any é before a letter would do for a kanji, so that validity says little. Kana and the first level of kanji with an octet above
    /// 127 for the second is what Japanese text is made of. Half-width kana look like Korean, Thai and Russian; no others have voiced
    /// marks behind the right letters, the first rows of the table, and runs of any length.
    /// </summary>
    private sealed class ShiftJisReader
    {
        private const int Run = 3; // half-width kana in a row: GRÖßE has two

        private bool _broken;
        private byte _lead;
        private byte _before;
        private int _run;
        private bool _voiced;
        private long _halfWidth;
        private long _likely;
        private long _unlikely;

        public bool IsWithin => _lead != 0 || _run > 0;

        public bool IsLikely => IsValid && _likely > _unlikely;

        public bool IsLikelyHalfWidth => IsValid && _voiced && _halfWidth + _likely > _unlikely;

        private bool IsValid => !_broken && _lead == 0;

        public void Take(byte octet)
        {
            if (_lead != 0)
            {
                _broken |= octet is not (>= 0x40 and <= 0x7E or >= 0x80 and <= 0xFC);
                var likely = (_lead, octet) switch
                {
                    (0x81, <= 0x5B) => true, // 、。ー
                    (0x82, >= 0x9F and <= 0xF1) => true, // hiragana
                    (0x83, <= 0x96) => true, // katakana
                    ( >= 0x88 and <= 0x9F, >= 0x80) => true,
                    _ => false,
                };
                (_likely, _unlikely) = likely ? (_likely + 1, _unlikely) : (_likely, _unlikely + 1);
                _lead = 0;
                return;
            }

            var halfWidth = octet is >= 0xA1 and <= 0xDF;
            _run = halfWidth ? _run + 1 : 0;
            _halfWidth += _run > 2 && octet <= 0xBF ? 1 : 0;
            _voiced |= octet is 0xDE or 0xDF && _before is >= 0xB6 and <= 0xC4 or >= 0xCA and <= 0xCE;
            _before = octet;
            _lead = octet is >= 0x81 and <= 0x9F or >= 0xE0 and <= 0xFC ? octet : (byte)0;
            _broken |= octet > 127 && !halfWidth && _lead == 0;
        }
    }

    /// <summary>Chinese and Korean have the same form, but no kana.</summary>
    private sealed class EucReader
    {
        private bool _broken;
        private byte _lead;
        private int _left;
        private long _characters;
        private long _kana;

        public bool IsValid => !_broken && _left == 0;

        public bool IsLikely => IsValid && _kana > 0 && _kana * 4 >= _characters;

        public void Take(byte octet)
        {
            if (_left > 0)
            {
                _left--;
                _broken |= octet is < 0xA1 or 0xFF;
                return;
            }

            _lead = octet;
            _left = octet switch
            {
                0x8F => 2,
                0x8E or >= 0xA1 and <= 0xFE => 1,
                _ => 0,
            };
            _broken |= octet > 127 && _left == 0;
            _characters += _left > 0 ? 1 : 0;
            _kana += _lead is 0xA4 or 0xA5 or 0x8E ? 1 : 0;
        }
    }

    /// <summary>Western languages have their accents one by one among plain letters.</summary>
    private sealed class LatinReader
    {
        private bool _broken;
        private bool _after;
        private long _octets;
        private long _neighbours;

        public bool IsLikely => !_broken && _neighbours * 2 <= _octets;

        public void Take(byte octet)
        {
            if (octet > 127)
            {
                _broken |= octet is 0x81 or 0x8D or 0x8F or 0x90 or 0x9D;
                _octets++;
                _neighbours += _after ? 1 : 0;
            }

            _after = octet > 127;
        }
    }

    /// <summary>RFC 1468: seven bits, and ESC $ B or ESC $ @ before Japanese.</summary>
    private sealed class JisReader
    {
        private int _matched;

        public bool HasJapanese { get; private set; }

        public bool IsWithin => _matched > 0;

        public void Take(byte octet)
        {
            HasJapanese |= _matched == 2 && (octet is (byte)'B' or (byte)'@');
            _matched = octet == 0x1B ? 1 : _matched == 1 && octet == (byte)'$' ? 2 : 0;
        }
    }
}
