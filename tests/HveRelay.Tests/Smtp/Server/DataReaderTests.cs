using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using HveRelay.Smtp.Server;

namespace HveRelay.Tests.Smtp.Server;

/// <summary>What stands behind DATA, and what comes out: the same however it is cut.</summary>
public sealed class DataReaderTests
{
    private const NewlineMode Normalize = NewlineMode.Normalize;
    private const NewlineMode Reject = NewlineMode.Reject;
    private const NewlineMode LfOnly = NewlineMode.LfOnly;

    /// <summary>All that ends, and a command behind the end that must be left alone.</summary>
    [Theory]
    // RFC 5321 section 4.5.2 and 4.1.1.4
    [InlineData(".\r\n", "", false)]
    [InlineData("\r\n.\r\n", "\r\n", false)]
    [InlineData("a\r\n.\r\n", "a\r\n", false)]
    [InlineData("a.\r\n.\r\n", "a.\r\n", false)]
    [InlineData("..\r\n.\r\n", ".\r\n", false)]
    [InlineData("..a\r\n.\r\n", ".a\r\n", false)]
    [InlineData(".a\r\n.\r\n", "a\r\n", false)]
    [InlineData("...\r\n....\r\n.\r\n", "..\r\n...\r\n", false)]
    [InlineData("a\r\n\r\n..\r\n.\r\n", "a\r\n\r\n.\r\n", false)]
    [InlineData(". \r\n.\r\n", " \r\n", false)]
    [InlineData("a\0b\xFF\r\n.\r\n", "a\0b\xFF\r\n", false)]
    // A line end that stands alone is one, and no dot behind it is stuffing or an end.
    [InlineData("a\nb\r\n.\r\n", "a\r\nb\r\n", true)]
    [InlineData("a\rb\r\n.\r\n", "a\r\nb\r\n", true)]
    [InlineData("a\n.\r\n\r\n.\r\n", "a\r\n.\r\n\r\n", true)]
    [InlineData("a\n..\r\n.\r\n", "a\r\n..\r\n", true)]
    [InlineData("a\r\n.\n.\r\n", "a\r\n\r\n", true, "\r\n.\r\n")]
    [InlineData("a\n.\nb\r\n.\r\n", "a\r\n.\r\nb\r\n", true)]
    [InlineData("a\r.\rb\r\n.\r\n", "a\r\n.\r\nb\r\n", true)]
    [InlineData("a\r.\r\nb\r\n.\r\n", "a\r\n.\r\nb\r\n", true)]
    [InlineData("a\r\n.\rb\r\n.\r\n", "a\r\n\r\nb\r\n", true)]
    [InlineData("a\r\n.\r.\r\n\r\n.\r\n", "a\r\n\r\n.\r\n\r\n", true)]
    [InlineData("a\n\r.\r\nb\r\n.\r\n", "a\r\n\r\n.\r\nb\r\n", true)]
    // CRs before an LF are one line end with it.
    [InlineData("a\r\r\nb\r\n.\r\n", "a\r\nb\r\n", true)]
    [InlineData("a\r\r\r\n.\r\n", "a\r\n", true)]
    [InlineData("a\r\n.\r\r\nb\r\n.\r\n", "a\r\n\r\nb\r\n", true)]
    [InlineData("a\r\rb\r\n.\r\n", "a\r\n\r\nb\r\n", true)]
    public void An_end_is_CRLF_dot_CRLF_and_nothing_else(string input, string output, bool odd, string? more = null)
    {
        // Where the row's own end is none, the one behind it is.
        var expected = more is null ? output : output + ".\r\n\r\n";
        foreach (var mode in new[] { Normalize, Reject })
        {
            Holds(mode, input + more, expected, odd);
        }
    }

    [Theory]
    [InlineData(".\n", "")]
    [InlineData("a\n.\n", "a\r\n")]
    [InlineData("a\n..\n.\n", "a\r\n.\r\n")]
    [InlineData("a\r\n.\n", "a\r\n")]
    [InlineData("a\n.\r\n", "a\r\n")]
    [InlineData("a\r\n.\r\n", "a\r\n")]
    [InlineData("\n\n.\n", "\r\n\r\n")]
    [InlineData("a\r.\rb\n.\n", "a\r\n.\r\nb\r\n", true)]
    public void A_device_that_knows_no_CR_ends_with_LF_dot_LF(string input, string output, bool odd = false) =>
        Holds(LfOnly, input, output, odd);

    [Fact]
    public void A_run_of_CRs_does_not_wait_for_ever()
    {
        var reader = new DataReader(Normalize);
        var output = new ArrayBufferWriter<byte>();

        reader.Read(Encoding.Latin1.GetBytes(new string('\r', 100_000)), output, out _);

        Assert.InRange(output.WrittenCount, 198_000, 200_000);
    }

    [Fact]
    public void No_CR_and_no_LF_comes_out_alone_and_no_cut_matters()
    {
        var cases = DangerousText.Zip(Gen.Elements(Normalize, Reject, LfOnly)).Zip(Gen.Choose(0, 1000), (one, cut) => (one.Item1, one.Item2, cut));
        Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var (text, mode, cut) = one;
            var (output, ended, consumed, odd) = Read(mode, [text]);
            var at = text.Length == 0 ? 0 : cut % (text.Length + 1);
            return !output.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().ContainsAny('\r', '\n')
                && Read(mode, [text[..at], text[at..]]) == (output, ended, consumed, odd)
                && Read(mode, text.Select(octet => octet.ToString())) == (output, ended, consumed, odd);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void Stuffed_lines_come_out_as_they_were()
    {
        var lines = Gen.Elements("", ".", "..", "a", ".a", "a.", "\0", "long line").ListOf();
        Prop.ForAll(lines.ToArbitrary(), text =>
        {
            var stuffed = string.Concat(text.Select(line => (line.StartsWith('.') ? "." : "") + line + "\r\n")) + ".\r\n";
            return Read(Normalize, [stuffed]) == (string.Concat(text.Select(line => line + "\r\n")), true, stuffed.Length, false);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    private static Gen<string> DangerousText => Gen.Elements("\r", "\n", ".", "\r\n", "\r\n.", "a", "\0").ListOf().Select(string.Concat);

    private static void Holds(NewlineMode mode, string input, string output, bool odd)
    {
        const string Behind = "MAIL FROM:<x@y>\r\n.\r\n";
        var expected = (output, true, input.Length, odd);
        for (var cut = 0; cut <= input.Length; cut++)
        {
            Assert.Equal(expected, Read(mode, [input[..cut], input[cut..] + Behind]));
        }

        Assert.Equal(expected, Read(mode, (input + Behind).Split('\n').Select(line => line + "\n")));
        Assert.Equal(expected, Read(mode, (input + Behind).Select(octet => octet.ToString())));
    }

    /// <summary>Reads the pieces up to the end: what came out, whether there was one, how many octets were taken.</summary>
    private static (string Output, bool Ended, int Consumed, bool Odd) Read(NewlineMode mode, IEnumerable<string> pieces)
    {
        var reader = new DataReader(mode);
        var output = new ArrayBufferWriter<byte>();
        var total = 0;
        foreach (var piece in pieces)
        {
            var ended = reader.Read(Encoding.Latin1.GetBytes(piece), output, out var consumed);
            total += consumed;
            if (ended)
            {
                return (Encoding.Latin1.GetString(output.WrittenSpan), true, total, reader.HadBareNewline);
            }
        }

        return (Encoding.Latin1.GetString(output.WrittenSpan), false, total, reader.HadBareNewline);
    }
}
