using System.Buffers;
using HveRelay.Configuration;
using HveRelay.Rewriting;
using HveRelay.Smtp.Message;
using HveRelay.Smtp.Message.Mime;

namespace HveRelay.Delivery;

/// <summary>
/// A look at a body before it is sent, where the header depends on it: text without a character set, or a client that wants long
/// lines encoded. Most messages need none. It keeps no octets but the first of an HTML page.
/// </summary>
internal sealed class BodyLook
{
    private const int PageHead = 4096; // where a page says its own character set

    private readonly ClientWishes _wishes;
    private readonly CharsetGuess? _charset;
    private readonly LongLineSurvey? _lines;
    private readonly ArrayBufferWriter<byte> _page = new();

    private BodyLook(HeaderBlock header, ClientWishes wishes)
    {
        _wishes = wishes;
        _charset = MimeFields.LackCharset(header) ? new CharsetGuess() : null;
        _lines = wishes.LongLines == LongLines.Reencode ? new LongLineSurvey(header) : null;
    }

    /// <summary>Parts to be encoded anew, in order.</summary>
    public IReadOnlyList<PartEdit> Edits { get; private set; } = [];

    /// <summary>Null where nobody had to look.</summary>
    public BodyFacts? Facts { get; private set; }

    /// <param name="body">Read to its end where it is needed, and else not opened.</param>
    public static async ValueTask<BodyLook> TakeAsync(
        HeaderBlock header, ClientWishes wishes, Func<IAsyncEnumerable<ReadOnlyMemory<byte>>> body)
    {
        var look = new BodyLook(header, wishes);
        if (look is { _charset: null, _lines: null })
        {
            return look;
        }

        await foreach (var piece in body())
        {
            look.Feed(piece.Span);
        }

        look.Complete();
        return look;
    }

    private void Feed(ReadOnlySpan<byte> octets)
    {
        _charset?.Feed(octets);
        _lines?.Feed(octets);
        if (_charset is not null && _page.WrittenCount < PageHead)
        {
            _page.Write(octets[..Math.Min(octets.Length, PageHead - _page.WrittenCount)]);
        }
    }

    private void Complete()
    {
        Edits = _lines?.Complete() ?? [];
        var isEncoded = Edits is [{ Reencoding: Reencoding.ToQuotedPrintable } first, ..] && first.HeaderStart == first.BodyStart;
        Facts = new BodyFacts(Charset(), _charset is { IsEightBit: true }, isEncoded ? "quoted-printable" : null, Edits.Count > 0);
    }

    private string? Charset()
    {
        // A page that names its own is right more often than any guess, and the header would have the last word.
        var page = System.Text.Encoding.Latin1.GetString(_page.WrittenSpan);
        return _charset?.Charset is not { } guess || page.Contains("charset=", StringComparison.OrdinalIgnoreCase) ? null
            : _charset.IsEightBit && _wishes.Charset.Length > 0 ? _wishes.Charset
            : guess;
    }
}
