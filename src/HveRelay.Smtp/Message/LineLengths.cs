namespace HveRelay.Smtp.Message;

/// <summary>Measures lines as they pass, in pieces of any size.</summary>
public sealed class LineLengths
{
    private long _line;
    private bool _afterCr;

    /// <summary>There was a line over the 998 octets of RFC 5322 section 2.1.1, without its CRLF.</summary>
    public bool AreTooLong { get; private set; }

    public void Feed(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty && !AreTooLong)
        {
            var end = octets.IndexOf(Octet.Lf);
            var length = end < 0 ? octets.Length : end;
            _line += length;
            _afterCr = length > 0 ? octets[length - 1] == Octet.Cr : _afterCr;
            AreTooLong = _line - (_afterCr ? 1 : 0) > HeaderField.LongestLine;
            if (end < 0)
            {
                return;
            }

            (_line, _afterCr) = (0, false);
            octets = octets[(end + 1)..];
        }
    }
}
