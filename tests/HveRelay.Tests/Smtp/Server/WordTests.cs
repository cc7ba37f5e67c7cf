using System.Text;
using HveRelay.Smtp.Server;

namespace HveRelay.Tests.Smtp.Server;

/// <summary>The small readers: commands, names of clients, parameters of MAIL, SASL messages.</summary>
public sealed class WordTests
{
    [Theory]
    [InlineData("EHLO printer", SmtpVerb.Ehlo, "printer")]
    [InlineData("ehlo  a b ", SmtpVerb.Ehlo, "a b")]
    [InlineData("QUIT", SmtpVerb.Quit, "")]
    [InlineData("QUIT\t ", SmtpVerb.Quit, "")]
    [InlineData("StartTLS", SmtpVerb.StartTls, "")]
    [InlineData("MAIL FROM:<a@b>", SmtpVerb.Mail, "FROM:<a@b>")]
    [InlineData("MAILFROM:<a@b>", SmtpVerb.Unknown, "")]
    [InlineData("MAIL\tFROM:<a@b>", SmtpVerb.Unknown, "")]
    [InlineData("GET / HTTP/1.1", SmtpVerb.Http, "/ HTTP/1.1")]
    [InlineData("CONNECT x:25 HTTP/1.1", SmtpVerb.Http, "x:25 HTTP/1.1")]
    [InlineData("get /", SmtpVerb.Unknown, "/")]
    [InlineData("NOOP \xFF\0", SmtpVerb.Noop, "\xFF\0")]
    [InlineData("", SmtpVerb.Unknown, "")]
    [InlineData(" ", SmtpVerb.Unknown, "")]
    public void A_command_is_a_verb_and_what_follows(string line, SmtpVerb verb, string argument) =>
        Assert.Equal(new SmtpCommand(verb, argument), SmtpCommand.Parse(Encoding.Latin1.GetBytes(line)));

    [Theory]
    [InlineData("printer.contoso.com", "printer.contoso.com", false)]
    [InlineData("[192.0.2.7]", "[192.0.2.7]", false)]
    [InlineData("[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]", false)]
    [InlineData("", "", true)]
    [InlineData("my_printer", "my_printer", true)]
    [InlineData("two words", "two?words", true)]
    [InlineData("x\r\nReceived: evil", "x??Received:?evil", true)]
    [InlineData("x) by y; (\"\\<>", "x??by?y???????", true)]
    [InlineData("b\u00FCro\0", "b?ro?", true)]
    public void A_client_s_name_can_do_no_harm(string said, string kept, bool odd) =>
        Assert.Equal((kept, odd), (HelloNames.Clean(said, out var isOdd), isOdd));

    [Fact]
    public void A_long_name_is_cut()
    {
        Assert.Equal(255, HelloNames.Clean(new string('a', 5000), out var odd).Length);
        Assert.True(odd);
    }

    [Theory]
    [InlineData("", null, false, null)]
    [InlineData("SIZE=0", 0L, false, null)]
    [InlineData("SIZE=1000", 1000L, false, null)]
    [InlineData("SIZE=00000000000000001000", 1000L, false, null)]
    [InlineData("SIZE=1001", null, false, 552)]
    [InlineData("SIZE=99999999999999999999", null, false, 552)]
    [InlineData("SIZE=999999999999999999999", null, false, 501)]
    [InlineData("SIZE=+1", null, false, 501)]
    [InlineData("SIZE=\u0661", null, false, 501)]
    [InlineData("SIZE", null, false, 501)]
    [InlineData("BODY=7BIT", null, false, null)]
    [InlineData("BODY=8BitMime", null, true, null)]
    [InlineData("BODY=BINARYMIME", null, false, 501)]
    [InlineData("AUTH=<>", null, false, null)]
    [InlineData("AUTH=e+3Dmc2@example.com", null, false, null)]
    [InlineData("DSN", null, false, 555)]
    public void Parameters_of_MAIL(string parameters, long? size, bool eightBit, int? refusal)
    {
        var path = PathParser.Parse($"FROM:<a@b> {parameters}", "FROM")!;

        var reply = MailParameters.Read(path, maxMessageBytes: 1000, out var command);

        Assert.Equal(refusal, reply?.Code);
        if (reply is null)
        {
            Assert.Equal(new MailCommand("a@b", size, eightBit), command);
        }
    }

    [Theory]
    [InlineData("\0user\0password", "user", "password")]
    [InlineData("other\0user\0password", "user", "password")]
    [InlineData("\0user\0", "user", "")]
    [InlineData("\0b\u00FCro\0\u20AC", "b\u00FCro", "\u20AC")]
    [InlineData("", null, null)]
    [InlineData("user", null, null)]
    [InlineData("\0\0password", null, null)]
    [InlineData("\0user\0pass\0word", null, null)]
    public void A_message_of_PLAIN(string message, string? user, string? password)
    {
        var decoded = SaslReader.Decode(message.Length == 0 ? "=" : Convert.ToBase64String(Encoding.UTF8.GetBytes(message)));

        Assert.Equal(message, decoded);
        Assert.Equal(user is null ? null : (user, password!), SaslReader.Plain(decoded!));
    }

    [Theory]
    [InlineData("?")]
    [InlineData("ZXJ")]
    [InlineData("====")]
    [InlineData("ZXJw\0")]
    public void What_is_no_base64(string text) => Assert.Null(SaslReader.Decode(text));

    /// <summary>RFC 5321 section 4.1.4: every cell of the table.</summary>
    [Theory]
    [InlineData(SmtpVerb.Ehlo, "------")]
    [InlineData(SmtpVerb.Helo, "------")]
    [InlineData(SmtpVerb.StartTls, "x-xxxx")]
    [InlineData(SmtpVerb.Auth, "x-xxxx")]
    [InlineData(SmtpVerb.Mail, "--xxxx")]
    [InlineData(SmtpVerb.Rcpt, "xx---x")]
    [InlineData(SmtpVerb.Data, "xxx--x")]
    [InlineData(SmtpVerb.Bdat, "xxx---")]
    [InlineData(SmtpVerb.Rset, "------")]
    [InlineData(SmtpVerb.Noop, "------")]
    [InlineData(SmtpVerb.Vrfy, "------")]
    [InlineData(SmtpVerb.Expn, "------")]
    [InlineData(SmtpVerb.Help, "------")]
    [InlineData(SmtpVerb.Quit, "------")]
    [InlineData(SmtpVerb.Http, "------")]
    [InlineData(SmtpVerb.Proxy, "------")]
    [InlineData(SmtpVerb.Unknown, "------")]
    public void Who_comes_out_of_order_hears_503(SmtpVerb verb, string refused)
    {
        foreach (var state in Enum.GetValues<SessionState>())
        {
            Assert.Equal(refused[(int)state] == 'x' ? 503 : null, SessionStates.Refusal(verb, state)?.Code);
        }
    }

    [Fact]
    public void Every_verb_has_its_row()
    {
        foreach (var verb in Enum.GetValues<SmtpVerb>())
        {
            SessionStates.Refusal(verb, SessionState.Connected);
        }
    }
}
