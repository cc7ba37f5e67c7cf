namespace HveRelay.Tests.Program;

/// <summary>Mail goes through the program as it is built.</summary>
public sealed class DeliveryTests
{
    [Fact]
    public async Task A_hundred_and_twenty_recipients_go_in_three_transactions_each_address_once()
    {
        await using var story = await ProgramStory.BeginAsync();
        var everybody = Enumerable.Range(1, 120).Select(i => $"user{i}@contoso.com").ToList();
        var daemon = await story.StartAsync();

        Assert.StartsWith("250", await story.SendAsync(everybody), StringComparison.Ordinal);
        await Support.Until.True(() => daemon.Lines.Count(line => line.Contains(" INF relayed ", StringComparison.Ordinal)) == 120);

        Assert.Equal([20, 50, 50], story.Hve!.Messages.Select(message => message.Recipients.Count).Order());
        Assert.Equal(everybody.Order(), story.Hve.Messages.SelectMany(message => message.Recipients).Order());
    }
}
