using System.Buffers;
using System.Text;
using FsCheck.Fluent;
using HveRelay.Smtp.Message;
using HveRelay.Smtp.Message.Mime;

namespace HveRelay.Tests.Smtp.Message.Mime;

public sealed class ReencodedBodyTests
{
    private static readonly string LongLine = new('x', 999);
    private static readonly string LongText = LongLine + " = \t\r\nGrün \r\n" + LongLine;

    [Fact]
    public void A_plain_body_becomes_quoted_printable() =>
        Assert.Equal(
            QuotedPrintableOf("short\r\n" + LongText + "\r\n"),
            Reencode("Subject: x\r\n\r\n", "short\r\n" + LongText + "\r\n"));

    [Fact]
    public void Lines_of_998_octets_stay() => Unchanged("Subject: x\r\n\r\n", new string('x', 998) + "\r\n" + new string('y', 998));

    [Fact]
    public void Only_the_part_with_the_long_line_is_changed() =>
        Assert.Equal(
            "before\r\n--b\r\nContent-Type: text/plain\r\n\r\nshort\r\n--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
            + QuotedPrintableOf(LongText) + "\r\n--b \r\n\r\nshort too\r\n--b--\r\nafter " + LongLine,
            Reencode(
                "Content-Type: multipart/mixed; boundary=b\r\n\r\n",
                "before\r\n--b\r\nContent-Type: text/plain\r\n\r\nshort\r\n--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
                + LongText + "\r\n--b \r\n\r\nshort too\r\n--b--\r\nafter " + LongLine));

    [Fact]
    public void A_part_without_a_header_gets_one() =>
        Assert.Equal(
            "--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + QuotedPrintableOf(LongLine) + "\r\n--b--\r\n",
            Reencode("Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n", "--b\r\n\r\n" + LongLine + "\r\n--b--\r\n"));

    [Fact]
    public void Nested_parts_are_found_and_the_end_of_an_outer_one_ends_the_inner() =>
        Assert.Equal(
            "--out\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + QuotedPrintableOf(LongLine)
            + "\r\n--out\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n--in\r\n" + QuotedPrintableOf(LongLine),
            Reencode(
                "Content-Type: multipart/mixed; boundary=out\r\n\r\n",
                "--out\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\n\r\n" + LongLine
                + "\r\n--out\r\n\r\n--in\r\n" + LongLine));

    [Fact]
    public void Base64_in_one_line_gets_lines()
    {
        var octets = new byte[3000];
        new Random(1).NextBytes(octets);
        var one = Convert.ToBase64String(octets);

        var lines = Reencode("Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n", one).Split("\r\n");

        Assert.Equal(one, string.Concat(lines));
        Assert.All(lines[..^1], line => Assert.Equal(76, line.Length));
    }

    [Fact]
    public void Quoted_printable_gets_soft_line_breaks_and_no_escape_is_cut()
    {
        var text = string.Concat(Enumerable.Repeat("a=C3=A9 ", 300)) + "=\r\nend=20\r\n";

        var written = Reencode("Content-Transfer-Encoding: Quoted-Printable (by hand)\r\n\r\n", text);

        Assert.Equal(text.Replace("=\r\n", ""), written.Replace("=\r\n", ""));
        Assert.All(written.Split("\r\n"), line => Assert.True(line.Length <= 76));
        Assert.All(written.Split("=\r\n"), line => Assert.False(line.EndsWith('=') || line.TakeLast(2).First() == '=', line));
    }

    [Theory]
    [InlineData("Content-Type: multipart/signed; boundary=b\r\n\r\n", "--b\r\n\r\n{0}\r\n--b--\r\n")]
    [InlineData("Content-Type: multipart/encrypted; boundary=b\r\n\r\n", "--b\r\n\r\n{0}\r\n--b--\r\n")]
    [InlineData("Content-Type: multipart/mixed; boundary=a\r\n\r\n", "--a\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n{0}\r\n--b--\r\n--a--\r\n")]
    [InlineData("Content-Type: message/rfc822\r\n\r\n", "Subject: x\r\n\r\n{0}\r\n")]
    [InlineData("Content-Type: multipart/mixed\r\n\r\n", "--b\r\n\r\n{0}\r\n--b--\r\n")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n\r\n", "--b\r\n\r\n{0}\r\n--b--\r\n")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\n\r\n--better not\r\n{0}\r\n--b--\r\n")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\nno header\r\n\r\n{0}\r\n--b--\r\n")]
    [InlineData("Content-Transfer-Encoding: x-uuencode\r\n\r\n", "{0}")]
    [InlineData("Content-Transfer-Encoding: 8bit; {0}; {0}\r\n\r\n", "{0}")]
    public void What_cannot_be_changed_safely_stays(string header, string body) => Unchanged(header.Replace("{0}", LongLine), body.Replace("{0}", LongLine));

    [Fact]
    public void Parts_nested_too_deep_and_headers_without_end_stay()
    {
        var deep = string.Concat(Enumerable.Range(1, 100).Select(i => $"--b{i:D3}\r\nContent-Type: multipart/mixed; boundary=b{i + 1:D3}\r\n\r\n"));
        Unchanged("Content-Type: multipart/mixed; boundary=b001\r\n\r\n", deep + "--b101\r\n\r\n" + LongLine);
        Unchanged("Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\n" + string.Concat(Enumerable.Repeat("X: y\r\n", 20_000)) + "\r\n" + LongLine);
    }

    [Fact]
    public void Quoted_printable_reads_back_whatever_went_in() =>
        Prop.ForAll(Octets.LikeMail, text =>
        {
            var encoded = Encoding.ASCII.GetString(QuotedPrintable.Encode(text));

            Assert.Equal(Encoding.Latin1.GetString(text), Decode(encoded));
            Assert.All(encoded.Split("\r\n"), line => Assert.True(line.Length <= 76 && !line.EndsWith(' ') && !line.EndsWith('\t'), encoded));
        }).Hold();

    [Fact]
    public void What_nobody_has_to_change_comes_out_octet_for_octet() =>
        Prop.ForAll(Octets.LikeMail, body => Assert.Equal(body, Reencoded(Header("Content-Type: multipart/mixed; boundary=a\r\n\r\n"), body, 3))).Hold();

    /// <summary>In pieces of several sizes, which all give the same.</summary>
    private static string Reencode(string header, string body)
    {
        var octets = Encoding.Latin1.GetBytes(body);
        var whole = Encoding.Latin1.GetString(Reencoded(Header(header), octets, octets.Length));
        Assert.All([1, 2, 3, 7, 100], piece => Assert.Equal(whole, Encoding.Latin1.GetString(Reencoded(Header(header), octets, piece))));
        return whole;
    }

    private static void Unchanged(string header, string body) => Assert.Equal(body, Reencode(header, body));

    private static HeaderBlock Header(string header) => HeaderBlock.Parse(Encoding.ASCII.GetBytes(header));

    private static byte[] Reencoded(HeaderBlock header, byte[] body, int piece)
    {
        var survey = new LongLineSurvey(header);
        foreach (var cut in body.Chunk(Math.Max(piece, 1)))
        {
            survey.Feed(cut);
        }

        var reencoded = new ReencodedBody(header.Length, survey.Complete());
        var output = new ArrayBufferWriter<byte>();
        foreach (var cut in body.Chunk(Math.Max(piece, 1)))
        {
            reencoded.Write(cut, output);
        }

        reencoded.Finish(output);
        return output.WrittenSpan.ToArray();
    }

    private static string QuotedPrintableOf(string text) => Encoding.ASCII.GetString(QuotedPrintable.Encode(Encoding.Latin1.GetBytes(text)));

    private static string Decode(string encoded)
    {
        var text = new StringBuilder();
        var whole = encoded.Replace("=\r\n", "");
        for (var i = 0; i < whole.Length; i++)
        {
            text.Append(whole[i] == '=' ? (char)Convert.ToByte(whole.Substring((i += 2) - 1, 2), 16) : whole[i]);
        }

        return text.ToString();
    }
}
