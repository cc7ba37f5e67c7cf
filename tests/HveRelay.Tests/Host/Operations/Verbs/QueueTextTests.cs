using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Operations.Verbs;
using HveRelay.Queue;
using HveRelay.Wording;

namespace HveRelay.Tests.Host.Operations.Verbs;

public sealed class QueueTextTests
{
    [Theory]
    [InlineData(0.02, "20ms")]
    [InlineData(2.54, "2.5s")]
    [InlineData(56.8, "56s")]
    [InlineData(310, "5m10s")]
    [InlineData(273_600, "3d4h")]
    public void A_span_is_as_exact_as_anybody_needs(double seconds, string text) => Assert.Equal(text, QueueText.Span(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0 messages wait")]
    [InlineData(1, "1 message waits")]
    [InlineData(3, "3 messages wait")]
    public void One_message_is_one(long messages, string text) => Assert.Equal(text, QueueText.Waiting(messages));

    /// <summary>A reply of the next hop went to the terminal as it came.</summary>
    [Fact]
    public void What_a_server_said_does_not_steer_the_terminal()
    {
        var at = new DateTimeOffset(2026, 11, 22, 3, 12, 0, TimeSpan.Zero);
        var mail = new Envelope(
            new MessageId(1), "scan@contoso.com", at, at.AddDays(2), 10, Priority.Normal, false, new Origin("scanners", "10.20.3.7", "scanner-3", null, null, "SMTP"));
        var attempt = new AttemptRecord(1, 1, "hve1@contoso.com", at, at, [new AttemptResultRecord(0, Outcome.Deferred, "451 4.7.0 \u001b[2J busy")]);
        var recipient = new RecipientRecord(0, "ann@contoso.com", 1, 1, Lane.AnyAccount, RecipientState.Queued, at, null, "451 4.7.0 \u001b[2J busy");

        var text = QueueText.Of(
            new MessageRecord(mail, null, [recipient], [attempt], []), ReplyTables.From(new RelayOptions()), new Waits([], new HashSet<string>(), false), at, Language.English);

        Assert.Contains("deferred ann@contoso.com: 451 4.7.0  [2J busy\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
    }
}
