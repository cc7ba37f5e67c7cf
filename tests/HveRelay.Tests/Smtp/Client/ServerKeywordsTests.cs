using HveRelay.Smtp;
using HveRelay.Smtp.Client;

namespace HveRelay.Tests.Smtp.Client;

public sealed class ServerKeywordsTests
{
    [Fact]
    public void What_Exchange_offers_is_understood()
    {
        var offered = ServerKeywords.Parse(Reply.Plain(
            250, "mail.example Hello [192.0.2.1]", "SIZE 157286400", "PIPELINING", "DSN", "ENHANCEDSTATUSCODES",
            "STARTTLS", "AUTH LOGIN XOAUTH2", "8BITMIME", "BINARYMIME", "CHUNKING", "SMTPUTF8"));

        Assert.Equal(
            new ServerKeywords(157286400, true, true, true, true, offered.Auth),
            offered);
        Assert.Equal(["LOGIN", "XOAUTH2"], offered.Auth);
    }

    [Theory]
    [InlineData("size", 0L)]
    [InlineData("SIZE ", 0L)]
    [InlineData("SIZE many", 0L)]
    [InlineData("SIZE -1", 0L)]
    [InlineData("SIZE 99999999999999999999", 0L)]
    [InlineData("SIZE 10", 10L)]
    [InlineData("SIZES 10", null)]
    public void A_size_is_a_number_or_no_limit(string line, long? size) =>
        Assert.Equal(size, ServerKeywords.Parse(Reply.Plain(250, "mail.example", line)).Size);

    [Theory]
    [InlineData("AUTH=login plain")]
    [InlineData("AUTH  LOGIN  PLAIN ")]
    public void Mechanisms_are_read_in_either_form(string line) =>
        Assert.Equal(["LOGIN", "PLAIN"], ServerKeywords.Parse(Reply.Plain(250, "mail.example", line)).Auth);

    [Fact]
    public void Both_forms_together_name_each_mechanism_once() =>
        Assert.Equal(["LOGIN", "PLAIN"], ServerKeywords.Parse(Reply.Plain(250, "mail.example", "AUTH LOGIN PLAIN", "AUTH=LOGIN")).Auth);

    [Fact]
    public void The_name_of_the_server_is_no_keyword() =>
        Assert.False(ServerKeywords.Parse(Reply.Plain(250, "STARTTLS")).StartTls);
}
