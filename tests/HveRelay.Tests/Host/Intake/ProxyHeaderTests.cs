using System.Net;
using System.Text;
using HveRelay.Intake;

namespace HveRelay.Tests.Host.Intake;

public sealed class ProxyHeaderTests
{
    private const string Signature = "\r\n\r\n\0\r\nQUIT\n";
    private const string Four = "\x21\x11\0\x0C\xC0\0\x02\x07\x0A\0\0\x01\xC3\x50\0\x19";
    private static readonly string Six = "\x21\x21\0\x24\x20\x01\x0D\xB8" + new string('\0', 11) + "\x07" + new string('\0', 16) + "\xC3\x50\0\x19";

    public static TheoryData<string, string> Headers { get; } = new()
    {
        { "PROXY TCP4 192.0.2.7 10.0.0.1 50000 25\r\n", "192.0.2.7:50000" },
        { "PROXY TCP6 2001:db8::7 fd00::1 50000 25\r\n", "[2001:db8::7]:50000" },
        { "PROXY TCP6 ::ffff:192.0.2.7 ::1 0 65535\r\n", "[::ffff:192.0.2.7]:0" },
        { "PROXY UNKNOWN\r\n", "OfTheProxy" },
        { "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", "OfTheProxy" },
        { Signature + Four, "192.0.2.7:50000" },
        { Signature + Six, "[2001:db8::7]:50000" },
        { Signature + "\x21\x11\0\x0F\xC0\0\x02\x07\x0A\0\0\x01\xC3\x50\0\x19\x04\0\0", "192.0.2.7:50000" },
        { Signature + "\x20\0\0\0", "OfTheProxy" },
        { Signature + "\x20\x11\0\x0C" + new string('\0', 12), "OfTheProxy" },
        { Signature + "\x21\0\0\x0003abc", "OfTheProxy" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_header_is_read_wherever_it_is_cut_and_what_follows_is_left(string header, string expected)
    {
        for (var come = 0; come < header.Length; come++)
        {
            Assert.Equal(ProxyReading.Incomplete, ProxyHeader.Read(Octets(header[..come]), out _, out _));
        }

        var reading = ProxyHeader.Read(Octets(header + "EHLO x\r\n"), out var client, out var length);

        Assert.Equal(expected, client?.ToString() ?? reading.ToString());
        Assert.Equal(header.Length, length);
    }

    [Theory]
    [InlineData("EHLO printer\r\n")]
    [InlineData("\x16\x03\x01")]
    [InlineData("proxy TCP4 192.0.2.7 10.0.0.1 50000 25\r\n")]
    [InlineData("PROXY  TCP4 192.0.2.7 10.0.0.1 50000 25\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 10.0.0.1 50000\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 10.0.0.1 50000 25 1\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 10.0.0.1 65536 25\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 10.0.0.1 050 25\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 10.0.0.1 -1 25\r\n")]
    [InlineData("PROXY TCP4 192.0.2 10.0.0.1 50000 25\r\n")]
    [InlineData("PROXY TCP4 192.0.2.007 10.0.0.1 50000 25\r\n")]
    [InlineData("PROXY TCP4 192.0.2.256 10.0.0.1 50000 25\r\n")]
    [InlineData("PROXY TCP4 2001:db8::7 10.0.0.1 50000 25\r\n")]
    [InlineData("PROXY TCP6 192.0.2.7 10.0.0.1 50000 25\r\n")]
    [InlineData("PROXY TCP6 [2001:db8::7] ::1 50000 25\r\n")]
    [InlineData("PROXY TCP6 fe80::1%1 ::1 50000 25\r\n")]
    [InlineData("PROXY UDP4 192.0.2.7 10.0.0.1 50000 25\r\n")]
    [InlineData("PROXY \r\n")]
    [InlineData("PROXY UNKNOWN x\ny" + "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\r\n")]
    [InlineData(Signature + "\x11\x11\0\x0C" + "abcdefghijkl")]
    [InlineData(Signature + "\x22\x11\0\x0C" + "abcdefghijkl")]
    [InlineData(Signature + "\x21\x11\0\x0B" + "abcdefghijk")]
    [InlineData(Signature + "\x21\x21\0\x0C" + "abcdefghijkl")]
    [InlineData(Signature + "\x21\x12\0\x0C" + "abcdefghijkl")]
    [InlineData(Signature + "\x21\x31\0\x02" + "ab")]
    [InlineData(Signature + "\x21\x11\x10\x01")]
    public void Anything_else_is_no_header(string octets) =>
        Assert.Equal(ProxyReading.Malformed, ProxyHeader.Read(Octets(octets), out _, out _));

    [Fact]
    public void Whatever_comes_it_is_answered_and_no_more_is_taken_than_has_come()
    {
        var dice = new Random(4);
        var samples = Headers.Select(row => Octets(row.Data.Item1)).ToList();
        for (var i = 0; i < 50_000; i++)
        {
            var octets = samples[dice.Next(samples.Count)].ToArray();
            for (var change = dice.Next(4); change > 0; change--)
            {
                octets[dice.Next(octets.Length)] = (byte)dice.Next(256);
            }

            var reading = ProxyHeader.Read(octets.AsSpan(0, dice.Next(octets.Length + 1)), out IPEndPoint? client, out var length);

            Assert.Equal(reading == ProxyReading.OfTheClient, client is not null);
            Assert.True(reading is ProxyReading.Incomplete or ProxyReading.Malformed || length <= octets.Length);
        }
    }

    private static byte[] Octets(string text) => Encoding.Latin1.GetBytes(text);
}
