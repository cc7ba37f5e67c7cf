using HveRelay.Delivery;
using HveRelay.Mail;

namespace HveRelay.Tests.Core.Delivery;

/// <summary>Whatever people paste, the reply in it is found.</summary>
public sealed class PastedReplyTests
{
    [Theory]
    [InlineData("550 5.7.62 not the account", "550 5.7.62 not the account")]
    [InlineData("  550 5.7.62 not the account\r\n", "550 5.7.62 not the account")]
    [InlineData("421", "421 ")]
    [InlineData("550-5.7.1 first\r\n550 5.7.1 second", "550 5.7.1 first second")]
    [InlineData("550-5.7.1 first\\r\\n550 5.7.1 second", "550 5.7.1 first second")]
    [InlineData("<** 550-5.7.1 first\n<** 550 5.7.1 second\n ** QUIT", "550 5.7.1 first second ** QUIT")]
    [InlineData("250-OK\n250 end\n550 5.1.1 unknown", "250 OK end")]
    [InlineData("550 5.1.10 a reply that was\nwrapped by a mail reader", "550 5.1.10 a reply that was wrapped by a mail reader")]
    [InlineData("< 535 5.7.3 Authentication unsuccessful", "535 5.7.3 Authentication unsuccessful")]
    [InlineData("S: 535 5.7.3 Authentication unsuccessful", "535 5.7.3 Authentication unsuccessful")]
    [InlineData("Remote server returned '554 5.2.0 SubmissionQuotaExceeded'", "554 5.2.0 SubmissionQuotaExceeded'")]
    [InlineData("Diagnostic-Code: smtp;550 5.4.1 Recipient address rejected", "550 5.4.1 Recipient address rejected")]
    [InlineData(
        """2026-11-22T03:12:00.123Z WRN deferred id=X to=a@b attempt=1 reply="451 4.7.500 Server \"busy\" \u0007" cause="HVE is busy" next=2026""",
        "451 4.7.500 Server \"busy\" \u0007")]
    [InlineData("""{"time":"2026-11-22T03:12:00Z","event":"failed","reply":"550 5.1.1 \u00fcnknown","cause":"x"}""", "550 5.1.1 ünknown")]
    public void The_reply_is_found(string pasted, string expected) => Assert.Equal(expected, PastedReply.Find(pasted)?.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("5.7.62")]
    [InlineData("No connection to localhost port 2587: refused")]
    [InlineData("{ not json")]
    [InlineData("10.550.4.3")]
    [InlineData("650 6.0.0 no such code")]
    public void What_is_none_is_none(string pasted) => Assert.Null(PastedReply.Find(pasted));

    [Fact]
    public void A_line_of_our_own_log_gives_back_what_was_logged()
    {
        const string Words = "550 5.7.1 a \"quoted\\path\" = x";
        var line = new MailEvent(default, EventLevel.Warning, "deferred", [new("no-reply", "451 4.0.0 other"), new("reply", Words), new("cause", "why")]);

        Assert.Equal(Words, PastedReply.Find("2026-11-22T03:12:00.123Z WRN " + line)?.ToString());
    }
}
