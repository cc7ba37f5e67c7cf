using System.Buffers;
using System.Text;
using HveRelay.Smtp;

namespace HveRelay.Tests.Smtp;

public sealed class ReplyTests
{
    [Fact]
    public void Every_line_carries_both_codes()
    {
        var reply = Reply.Of(550, "5.7.1", "first", "second");

        Assert.Equal("550-5.7.1 first\r\n550 5.7.1 second\r\n", Wire(reply));
        Assert.Equal("550 5.7.1 first second", reply.ToString());
    }

    [Fact]
    public void Text_stays_on_its_line()
    {
        var reply = Reply.Plain(550, "no such user a\r\n250 OK\0");

        Assert.Equal("550 no such user a??250 OK?\r\n", Wire(reply));
    }

    [Theory]
    [InlineData("250 2.1.5 OK", 250, "2.1.5", "OK")]
    [InlineData("250 OK", 250, null, "OK")]
    [InlineData("421", 421, null, "")]
    [InlineData("550 5.7.62not a code", 550, null, "5.7.62not a code")]
    [InlineData("550 5.1234.1 x", 550, null, "5.1234.1 x")]
    public void A_line_reads_back(string line, int code, string? enhanced, string text)
    {
        Assert.True(Reply.TryParse(line, out var reply));
        Assert.Equal(code, reply!.Code);
        Assert.Equal(enhanced, reply.Enhanced?.ToString());
        Assert.Equal(text, reply.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("25")]
    [InlineData("HTTP/1.1 400")]
    [InlineData("2500 x")]
    [InlineData("150 x")]
    [InlineData("600 x")]
    public void What_is_no_reply_is_not_read(string line) => Assert.False(Reply.TryParse(line, out _));

    private static string Wire(Reply reply)
    {
        var wire = new ArrayBufferWriter<byte>();
        reply.WriteTo(wire);
        return Encoding.ASCII.GetString(wire.WrittenSpan);
    }
}
