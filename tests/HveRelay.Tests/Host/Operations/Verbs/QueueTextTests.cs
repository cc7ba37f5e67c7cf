using HveRelay.Operations.Verbs;

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
}
