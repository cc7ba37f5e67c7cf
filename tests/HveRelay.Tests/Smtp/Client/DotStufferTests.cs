using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using HveRelay.Smtp.Client;

namespace HveRelay.Tests.Smtp.Client;

public sealed partial class DotStufferTests
{
    [Theory]
    [InlineData("", ".\r\n")]
    [InlineData("a", "a\r\n.\r\n")]
    [InlineData("a\r\n", "a\r\n.\r\n")]
    [InlineData("\r\n", "\r\n.\r\n")]
    [InlineData(".", "..\r\n.\r\n")]
    [InlineData(".a\r\n", "..a\r\n.\r\n")]
    [InlineData("..\r\n", "...\r\n.\r\n")]
    [InlineData("a.\r\n.\r\n", "a.\r\n..\r\n.\r\n")]
    [InlineData("a\n.\nb", "a\r\n..\r\nb\r\n.\r\n")]
    [InlineData("a\r.\rb", "a\r\n..\r\nb\r\n.\r\n")]
    [InlineData("a\r\r\n.", "a\r\n\r\n..\r\n.\r\n")]
    [InlineData("a\r", "a\r\n.\r\n")]
    [InlineData("a\n\r.", "a\r\n\r\n..\r\n.\r\n")]
    public void Content_is_stuffed_wherever_it_is_cut(string content, string wire)
    {
        for (var cut = 0; cut <= content.Length; cut++)
        {
            Assert.Equal(wire, Stuff([content[..cut], content[cut..]], room: 64));
            Assert.Equal(wire, Stuff([content[..cut], content[cut..]], DotStuffer.LeastRoom));
        }

        Assert.Equal(wire, Stuff(content.Select(one => one.ToString()), room: 64));
    }

    [Fact]
    public void What_is_unstuffed_again_is_the_content_with_CRLF_for_every_line_end()
    {
        // Few letters, so that every pair and triple of the dangerous ones comes up; cut into pieces, through blocks of any size.
        var piece = Gen.Elements('\r', '\n', '.', 'a').ArrayOf().Select(letters => new string(letters));
        var cases = piece.ArrayOf().Zip(Gen.Choose(DotStuffer.LeastRoom, 40)).ToArbitrary();

        Prop.ForAll(cases, one => Unstuff(Stuff(one.Item1, one.Item2)) == Normalised(string.Concat(one.Item1)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(20261122, 31));
    }

    /// <summary>As the content phase does it: blocks of a fixed size, flushed when nothing more fits.</summary>
    private static string Stuff(IEnumerable<string> pieces, int room)
    {
        var stuffer = new DotStuffer();
        var wire = new StringBuilder();
        var block = new byte[room];
        foreach (var piece in pieces)
        {
            ReadOnlySpan<byte> rest = Encoding.Latin1.GetBytes(piece);
            while (!rest.IsEmpty)
            {
                var written = stuffer.Write(rest, block, out var consumed);
                rest = rest[consumed..];
                wire.Append(Encoding.Latin1.GetString(block, 0, written));
            }
        }

        return wire.Append(Encoding.Latin1.GetString(block, 0, stuffer.Finish(block))).ToString();
    }

    /// <summary>A receiver by the letter of RFC 5321 section 4.5.2, which fails on anything bare.</summary>
    private static string Unstuff(string wire)
    {
        Assert.DoesNotMatch(BareNewline(), wire);
        Assert.EndsWith(".\r\n", wire, StringComparison.Ordinal);
        var lines = wire[..^3].Split("\r\n");
        Assert.DoesNotContain(".", lines);
        return string.Join("\r\n", lines.Select(line => line.StartsWith('.') ? line[1..] : line));
    }

    private static string Normalised(string content)
    {
        var lines = LineEnd().Replace(content, "\r\n");
        return lines.Length == 0 || lines.EndsWith("\r\n", StringComparison.Ordinal) ? lines : lines + "\r\n";
    }

    [GeneratedRegex("\r\n|\r|\n")]
    private static partial Regex LineEnd();

    [GeneratedRegex("\r(?!\n)|(?<!\r)\n")]
    private static partial Regex BareNewline();
}
