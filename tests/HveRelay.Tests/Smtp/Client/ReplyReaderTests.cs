using System.Text;
using HveRelay.Smtp.Client;
using HveRelay.Smtp;

namespace HveRelay.Tests.Smtp.Client;

public sealed class ReplyReaderTests
{
    private static readonly ReplyLimits _small = new(LineOctets: 32, Lines: 4, TotalOctets: 64);

    [Theory]
    [InlineData("250 2.1.0 OK\r\n", "250 2.1.0 OK")]
    [InlineData("250\r\n", "250 ")]
    [InlineData("250 \n", "250 ")]
    [InlineData("250OK\r\n", "250 OK")]
    [InlineData("250\tOK\r\n", "250 OK")]
    [InlineData("250 OK\r\r\n", "250 OK")]
    [InlineData("250-a\n250-b\r\n250 c\n", "250 a b c")]
    [InlineData("250-2.0.0 a\r\n250 2.0.0 b\r\n", "250 2.0.0 a b")]
    [InlineData("550-5.1.1 a\r\n550 5.7.1 b\r\n", "550 5.1.1 a 5.7.1 b")]
    [InlineData("550-a\r\n550 5.7.1 b\r\n", "550 5.7.1 a b")]
    [InlineData("550 \u001b[2Jgone\r\n", "550 ?[2Jgone")]
    public async Task A_careless_reply_is_read(string wire, string reply)
    {
        var heard = await Reader(wire).ReadAsync(CancellationToken.None);

        Assert.Equal(reply, heard.Reply?.ToString());
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("25\r\n")]
    [InlineData("25O OK\r\n")]
    [InlineData("2500 OK\r\n")]
    [InlineData("150 OK\r\n")]
    [InlineData("650 OK\r\n")]
    [InlineData("HTTP/1.1 400\r\n")]
    [InlineData("250-a\r\nb\r\n")]
    [InlineData("250-a\r\n251 b\r\n")]
    [InlineData("250 a line that is longer than thirty-two octets\r\n")]
    [InlineData("250-1\r\n250-2\r\n250-3\r\n250-4\r\n250 5\r\n")]
    [InlineData("250-twenty-five octets...\r\n250-twenty-five octets...\r\n250 twenty-five octets...\r\n")]
    public async Task What_is_no_reply_or_has_no_end_is_garbage(string wire)
    {
        var heard = await Reader(wire).ReadAsync(CancellationToken.None);

        Assert.Equal((null, Breakage.Garbage), (heard.Reply, heard.Breakage));
    }

    [Theory]
    [InlineData("")]
    [InlineData("250-a\r\n")]
    [InlineData("250 no end")]
    public async Task The_end_before_the_end_of_a_reply_is_a_close(string wire)
    {
        var heard = await Reader(wire).ReadAsync(CancellationToken.None);

        Assert.Equal((null, Breakage.Closed), (heard.Reply, heard.Breakage));
    }

    [Fact]
    public async Task Replies_that_arrive_together_are_told_one_by_one()
    {
        var reader = Reader("250-a\r\n250 b\r\n354 c\r\n");

        Assert.Equal("250 a b", (await reader.ReadAsync(CancellationToken.None)).Reply?.ToString());
        Assert.Equal(7, reader.Unread);
        Assert.Equal("354 c", reader.TryTake()?.Reply?.ToString());
        Assert.Equal(0, reader.Unread);
    }

    private static ReplyReader Reader(string wire) => new(new MemoryStream(Encoding.Latin1.GetBytes(wire)), _small);
}
