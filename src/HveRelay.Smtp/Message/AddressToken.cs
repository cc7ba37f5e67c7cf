using System.Buffers;

namespace HveRelay.Smtp.Message;

internal enum AddressTokenKind
{
    Atom,
    EncodedWord,
    Quoted,
    Literal,
    Comment,
    Special,
}

/// <param name="Start">Of its first octet, the quote or bracket too.</param>
internal readonly record struct AddressToken(AddressTokenKind Kind, int Start, int Length)
{
    public int End => Start + Length;

    /// <summary>Nothing, no white space and no comment, stands between it and <paramref name="next"/>.</summary>
    public bool Touches(AddressToken next) => End == next.Start;

    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> source) => source.Slice(Start, Length);

    public bool IsSpecial(ReadOnlySpan<byte> source, char special) =>
        Kind == AddressTokenKind.Special && source[Start] == (byte)special;
}

/// <summary>Cuts an address list into tokens. What is opened and never closed is taken for an ordinary character.</summary>
internal ref struct AddressTokenizer(ReadOnlySpan<byte> source)
{
    private static readonly SearchValues<byte> AtomEnd = SearchValues.Create(" \t\r\n\"([<>,;:@"u8);
    private static readonly SearchValues<byte> LiteralEnd = SearchValues.Create("[] \t\r\n<>,;@\"("u8);

    private readonly ReadOnlySpan<byte> _source = source;
    private int _at;

    // Once a closing character was looked for in vain it is not looked for again: that keeps the time linear.
    private bool _noMoreQuotes;
    private bool _noMoreComments;

    /// <summary>Something was opened and not closed.</summary>
    public bool IsBroken => _noMoreQuotes || _noMoreComments;

    public bool Next(out AddressToken token)
    {
        while (_at < _source.Length && Octet.IsFws(_source[_at]))
        {
            _at++;
        }

        var start = _at;
        if (start >= _source.Length)
        {
            token = default;
            return false;
        }

        var kind = Read();
        token = new AddressToken(kind, start, _at - start);
        return true;
    }

    private AddressTokenKind Read()
    {
        switch (_source[_at])
        {
            case (byte)'"' when Close(Quoted(), ref _noMoreQuotes):
                return AddressTokenKind.Quoted;
            case (byte)'(' when Close(Comment(), ref _noMoreComments):
                return AddressTokenKind.Comment;
            case (byte)'[' when Literal() is var end and > 0:
                _at = end;
                return AddressTokenKind.Literal;
            case (byte)'<' or (byte)'>' or (byte)',' or (byte)';' or (byte)':' or (byte)'@':
                _at++;
                return AddressTokenKind.Special;
            case (byte)'=' when EncodedWord.TryRead(_source[_at..], out var word):
                _at += word.Length;
                return AddressTokenKind.EncodedWord;
            default:
                var length = _source[(_at + 1)..].IndexOfAny(AtomEnd);
                _at = length < 0 ? _source.Length : _at + 1 + length;
                return AddressTokenKind.Atom;
        }
    }

    private bool Close(int end, ref bool noMore)
    {
        if (end < 0)
        {
            noMore = true;
            return false;
        }

        _at = end;
        return true;
    }

    private readonly int Quoted()
    {
        for (var i = _at + 1; !_noMoreQuotes && i < _source.Length; i++)
        {
            switch (_source[i])
            {
                case (byte)'\\':
                    i++;
                    break;
                case (byte)'"':
                    return i + 1;
            }
        }

        return -1;
    }

    private readonly int Comment()
    {
        var depth = 0;
        for (var i = _at; !_noMoreComments && i < _source.Length; i++)
        {
            switch (_source[i])
            {
                case (byte)'\\':
                    i++;
                    break;
                case (byte)'(':
                    depth++;
                    break;
                case (byte)')' when --depth == 0:
                    return i + 1;
            }
        }

        return -1;
    }

    /// <summary>[1.2.3.4] or [IPv6:…]: a bracket in a name, with spaces after it, is none.</summary>
    private readonly int Literal()
    {
        var length = _source[(_at + 1)..].IndexOfAny(LiteralEnd);
        return length >= 0 && _source[_at + 1 + length] == (byte)']' ? _at + length + 2 : -1;
    }
}
