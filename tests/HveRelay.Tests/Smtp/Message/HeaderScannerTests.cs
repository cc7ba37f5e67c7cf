using System.Text;
using System.Text.RegularExpressions;
using FsCheck.Fluent;
using HveRelay.Smtp.Message;

namespace HveRelay.Tests.Smtp.Message;

public sealed partial class HeaderScannerTests
{
    [Theory]
    [InlineData("", 0, HeaderEnd.EndOfInput)]
    [InlineData("\r\nbody", 2, HeaderEnd.EmptyLine)]
    [InlineData("A: b\r\n\r\nbody", 8, HeaderEnd.EmptyLine)]
    [InlineData("A: b\n\nbody", 6, HeaderEnd.EmptyLine)]
    [InlineData("A: b\r\rbody", 6, HeaderEnd.EmptyLine)]
    [InlineData("A: b\r\n\r", 7, HeaderEnd.EmptyLine)]
    [InlineData("A: b\r\n c\r\n\t\r\n\r\n", 15, HeaderEnd.EmptyLine)]
    [InlineData("A: b\r\nno header line\r\n", 6, HeaderEnd.BodyLine)]
    [InlineData("A: b\r\nno-colon", 6, HeaderEnd.BodyLine)]
    [InlineData("A: b\r\n: no name\r\n", 6, HeaderEnd.BodyLine)]
    [InlineData(" starts folded: x\r\n", 0, HeaderEnd.BodyLine)]
    [InlineData("A: b", 4, HeaderEnd.EndOfInput)]
    [InlineData("A \t: b\r\n", 8, HeaderEnd.EndOfInput)]
    [InlineData("From a@b Sun Nov 22\r\nA: b\r\n\r\n", 29, HeaderEnd.EmptyLine)]
    [InlineData("From : a@b\r\n\r\n", 14, HeaderEnd.EmptyLine)]
    [InlineData("A: b\r\nFrom a@b Sun Nov 22\r\n", 6, HeaderEnd.BodyLine)]
    public void The_header_ends_where_it_ends(string message, int length, HeaderEnd end)
    {
        var scanner = new HeaderScanner();
        scanner.Feed(Encoding.Latin1.GetBytes(message));
        scanner.Complete();

        Assert.Equal((length, end), ((int)scanner.Length, scanner.End));
    }

    [Fact]
    public void Hops_are_counted_by_name_and_not_by_looks()
    {
        var scanner = new HeaderScanner();
        scanner.Feed("Received: a\r\n Received: folded\r\nRECEIVED : b\r\nX-Received: c\r\nReceivedX: d\r\n\r\nReceived: body\r\n"u8);

        Assert.True(scanner.IsOver);
        Assert.Equal(2, scanner.ReceivedCount);
    }

    [Theory]
    [InlineData("A: b\xE9\r\n\r\n", true)]
    [InlineData("A: b\r\n\xE9\r\n\r\n", false)]
    [InlineData("A: b\r\n\r\n\xE9", false)]
    public void Eight_bit_octets_count_in_the_header_only(string message, bool expected)
    {
        var scanner = new HeaderScanner();
        scanner.Feed(Encoding.Latin1.GetBytes(message));

        Assert.Equal(expected, scanner.HasEightBit);
    }

    [Fact]
    public void A_giant_header_is_known_before_it_ends()
    {
        var scanner = new HeaderScanner();
        var line = Encoding.ASCII.GetBytes("X: " + new string('a', 1021) + "\r\n "); // a field in one, folded for ever
        var fed = 0;
        while (!scanner.IsTooLong)
        {
            scanner.Feed(line);
            fed += line.Length;
        }

        Assert.False(scanner.IsOver);
        Assert.InRange(fed, HeaderScanner.DefaultLimit, HeaderScanner.DefaultLimit + line.Length);
    }

    [Fact]
    public void A_giant_first_line_of_a_body_is_no_giant_header()
    {
        var scanner = new HeaderScanner(limit: 10);
        scanner.Feed("A: b\r\n"u8);
        scanner.Feed(new byte[100].Select(_ => (byte)'x').ToArray());
        scanner.Complete();

        Assert.False(scanner.IsTooLong);
        Assert.Equal(6, scanner.Length);
    }

    [Fact]
    public void Wherever_the_input_is_split_scanner_and_parser_agree_with_the_definition() =>
        Prop.ForAll(Octets.LikeMail, Gen.Choose(0, 40).ToArbitrary(), (message, seed) =>
        {
            var random = new Random(seed);
            var scanner = new HeaderScanner();
            for (var at = 0; at < message.Length;)
            {
                var length = random.Next(0, Math.Min(7, message.Length - at) + 1);
                scanner.Feed(message.AsSpan(at, length));
                at += length;
            }

            scanner.Complete();
            var block = HeaderBlock.Parse(message);
            var (defined, fields) = ByDefinition(Encoding.Latin1.GetString(message));

            Assert.Equal(defined, scanner.Length);
            Assert.Equal(defined, block.Length);
            Assert.Equal(scanner.End, block.End);
            Assert.Equal(fields, block.Fields.Select(field => Encoding.Latin1.GetString(field.Raw.Span)));
            Assert.Equal(block.Fields.Count(field => field.Is("received")), scanner.ReceivedCount);
        }).Hold();

    /// <summary>RFC 5322 as regular expressions over lines: slow, short, and written without a look at the scanner.</summary>
    private static (long Length, List<string> Fields) ByDefinition(string message)
    {
        var fields = new List<string>();
        var length = 0;
        foreach (Match line in Line().Matches(message))
        {
            if (line.Value is "\r\n" or "\r" or "\n")
            {
                return (length + line.Length, fields);
            }

            if (FieldLine().IsMatch(line.Value))
            {
                fields.Add(line.Value);
            }
            else if (fields.Count > 0 && line.Value[0] is ' ' or '\t' && fields.Count > 0)
            {
                fields[^1] += line.Value;
            }
            else if (length > 0 || !line.Value.StartsWith("From ", StringComparison.Ordinal))
            {
                return (length, fields);
            }

            length += line.Length;
        }

        return (length, fields);
    }

    [GeneratedRegex(@"[^\r\n]*(\r\n|\r|\n)|[^\r\n]+")]
    private static partial Regex Line();

    [GeneratedRegex(@"^[!-9;-~]+[ \t]*:")]
    private static partial Regex FieldLine();
}
