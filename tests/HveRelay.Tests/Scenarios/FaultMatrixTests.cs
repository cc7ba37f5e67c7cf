using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Scenarios;

/// <summary>
/// Every stage of the dialogue with HVE, and everything that can go wrong there: nothing is lost, nothing bounced that should not be,
/// nothing sent twice but what is marked unsure, each within its time; and it goes on by itself.
/// </summary>
public sealed class FaultMatrixTests
{
    private static readonly string[] To = ["ann@contoso.com", "bob@contoso.com"];

    /// <summary>Does not fit into what sockets hold: a fault within DATA finds the relay before its final dot.</summary>
    private static readonly string Large = "Subject: scan\r\n\r\n" + string.Concat(Enumerable.Repeat("0123456789abcdef\r\n", 300_000));

    public static TheoryData<string> Stages { get; } = [.. FaultMatrix.Rows.Select(row => row.Name)];

    [Theory]
    [Trait("Category", "Long")]
    [MemberData(nameof(Stages))]
    public async Task A_fault_comes_to_what_the_table_says(string stage)
    {
        var row = FaultMatrix.Rows.Single(each => each.Name == stage);

        // Side by side: each cell has a relay, an HVE and a clock of its own, and mostly waits.
        await Task.WhenAll(FaultMatrix.Kinds.Zip(row.Ends).Where(cell => cell.Second is not null).Select(async cell =>
        {
            await using var story = await RelayStory.BeginAsync();
            try
            {
                await RunAsync(story, row, cell.First.Name, cell.First.Make(row.Stage), cell.Second!.Value);
            }
            catch (Exception failed)
            {
                throw new InvalidOperationException($"{row.Name} × {cell.First.Name}: {failed.Message}", failed);
            }
        }));
    }

    [Fact]
    public void The_documentation_has_the_same_table() => Assert.Equal(
        FaultMatrix.Rows.Select(row => $"| {row.Name} | {string.Join(" | ", row.Ends.Select(Told))} | {row.Seconds} s |"),
        File.ReadAllLines(RepositoryFiles.PathOf("docs/simulator.md")).Where(line => line.EndsWith(" s |", StringComparison.Ordinal)));

    private static string Told(FaultEnd? end) => end switch
    {
        null => string.Empty,
        FaultEnd.None => "–",
        { } other => other.ToString().ToLowerInvariant(),
    };

    private static async Task RunAsync(RelayStory story, FaultRow row, string kind, Fault fault, FaultEnd end)
    {
        if (row.OnKeptConnection)
        {
            await story.SendAsync("before@contoso.com");
            await story.LogsAsync("relayed");
        }

        story.Simulator.Faults.Add(Narrowed(fault, row));
        var begun = story.Clock.GetUtcNow();
        var reply = await story.SendAsync(To, row.Stage == FaultStage.Content ? Large : "Subject: scan\r\n\r\nhello\r\n");
        if (row.AfterTheMessage)
        {
            // What is said when a connection goes cold must not hold up what comes next.
            await story.LogsAsync("relayed", 2);
            await StepAsync(story, () => story.Simulator.Counters.Commands.ContainsKey("QUIT"), TimeSpan.FromSeconds(1));
            begun = story.Clock.GetUtcNow();
            await story.SendAsync("next@contoso.com");
        }

        var allowed = kind == "stall" && (end != FaultEnd.None || row.AfterTheMessage) ? TimeSpan.FromSeconds(row.Seconds) : TimeSpan.Zero;
        await EndAsync(story, allowed, row.Stage == FaultStage.Content, () => To.All(to => LineOf(story, to) is not null) && (!row.AfterTheMessage || LineOf(story, "next@contoso.com") is not null));
        Assert.All(To, to => Assert.Equal(LogWord(EndOf(to, row, kind, end)), LineOf(story, to)!.Name));
        if (!row.AfterTheMessage)
        {
            Assert.All(To, to => Assert.InRange(LineOf(story, to)!.At - begun, end == FaultEnd.None ? TimeSpan.Zero : allowed, allowed + (allowed / 5)));
        }

        Assert.Equal(StateAt(row, kind, end), story.Relay.State.Board.Of("hve1@contoso.com").State);
        Assert.Equal(end == FaultEnd.Faulty ? 1 : 0, story.Lines("alarm").Count());

        story.Simulator.Faults.Clear();
        if (allowed > TimeSpan.Zero && row.Stage == FaultStage.Dot)
        {
            // The relay has hung up. Released before it has seen that, HVE would go on with what it was told, and take the message.
            await Until.True(() => story.Simulator.Faults.Stalled == 0);
        }

        story.Simulator.Faults.Release();
        await StepAsync(story, () => IsOver(story, end), TimeSpan.FromSeconds(5));

        await AssertNothingIsLostAsync(story, row, kind, end, RelayStory.IdIn(reply));
    }

    private static async Task AssertNothingIsLostAsync(RelayStory story, FaultRow row, string kind, FaultEnd end, MessageId id)
    {
        foreach (var to in To)
        {
            var ended = EndOf(to, row, kind, end);
            var copies = story.Simulator.Messages.Count(message => message.Recipients.Contains(to));
            Assert.Equal(ended == FaultEnd.Refused ? 0 : ended == FaultEnd.Unsure && row.Stage == FaultStage.AfterDot ? 2 : 1, copies);
            Assert.Equal(ended == FaultEnd.Unsure ? 1 : 0, story.Lines("unsure").Count(line => line["to"] == to));
            Assert.Equal(ended == FaultEnd.Refused ? 1 : 0, story.Lines("failed").Count(line => line["to"] == to));
        }

        Assert.Empty(story.Lines("expired"));
        Assert.Equal(end == FaultEnd.Refused ? 1 : 0, story.Lines("notified").Count());
        Assert.Equal(end == FaultEnd.Faulty ? 1 : 0, story.Lines("alarm").Count());
        Assert.Equal(AccountState.Healthy, story.Relay.State.Board.Of("hve1@contoso.com").State);
        Assert.All((await story.RecordAsync(id)).Recipients, recipient => Assert.Equal(
            EndOf(recipient.Address, row, kind, end) == FaultEnd.Refused ? RecipientState.Failed : RecipientState.Relayed, recipient.State));
        Assert.Equal(row.OnKeptConnection ? 1 : 0, story.Simulator.Messages.Count(message => message.Recipients.Contains("before@contoso.com")));
        Assert.Equal(row.AfterTheMessage ? 1 : 0, story.Simulator.Messages.Count(message => message.Recipients.Contains("next@contoso.com")));
    }

    /// <summary>At RCPT the fault meets ann alone; and a server that closed an idle connection is well again on the next.</summary>
    private static Fault Narrowed(Fault fault, FaultRow row) =>
        row.Stage == FaultStage.Rcpt ? fault with { To = "ann@*" } : row.OnKeptConnection ? fault with { Times = 1 } : fault;

    /// <summary>One refused recipient never touches the others; a connection that broke does.</summary>
    private static FaultEnd EndOf(string to, FaultRow row, string kind, FaultEnd end) =>
        row.Stage == FaultStage.Rcpt && kind is ("4yz" or "5yz") && to == "bob@contoso.com" ? FaultEnd.None : end;

    private static string LogWord(FaultEnd end) => end switch
    {
        FaultEnd.None => "relayed",
        FaultEnd.Refused => "failed",
        FaultEnd.Unsure => "unsure",
        _ => "deferred",
    };

    /// <summary>Who cannot log in has trouble with the way or with HVE; from MAIL on it is about the message, unless it is about the account.</summary>
    private static AccountState StateAt(FaultRow row, string kind, FaultEnd end) =>
        end == FaultEnd.Faulty ? AccountState.Faulty
        : row.Stage >= FaultStage.Mail ? AccountState.Healthy
        : kind is "4yz" or "421" ? AccountState.Throttled
        : AccountState.Unreachable;

    private static bool IsOver(RelayStory story, FaultEnd end) =>
        To.All(to => story.Log.Any(line => line.Name is "relayed" or "failed" && line["to"] == to))
        && story.Relay.State.Board.Of("hve1@contoso.com").State == AccountState.Healthy
        && (end != FaultEnd.Refused || story.Simulator.Messages.Any(message => message.Recipients.Contains("scanner-3@contoso.com")));

    /// <summary>The first word on a recipient.</summary>
    private static MailEvent? LineOf(RelayStory story, string to) =>
        story.Log.FirstOrDefault(line => line.Name is "relayed" or "deferred" or "failed" or "unsure" && line["to"] == to);

    /// <summary>Waits for the end of the attempt; where the server stalls, the clock goes on in tenths of what is allowed.</summary>
    private static async Task EndAsync(RelayStory story, TimeSpan allowed, bool content, Func<bool> ended)
    {
        if (allowed == TimeSpan.Zero)
        {
            await Until.True(ended, () => string.Join('\n', story.Log), 60);
            return;
        }

        await Until.True(() => story.Simulator.Faults.Stalled > 0 || ended());
        if (content)
        {
            // What the sockets hold is written first, and the limit begins anew with each piece.
            await Until.TrueAsync(async () =>
            {
                var armed = story.Clock.Armed;
                await WaitAsync(ended, 300);
                return story.Clock.Armed == armed;
            });
        }

        for (var tenths = 0; !ended(); tenths++)
        {
            Assert.True(tenths < 13, "It is not over in its time:\n" + string.Join('\n', story.Log));
            story.Clock.Advance(allowed / 10);
            await WaitAsync(ended, milliseconds: tenths < 9 ? 2 : 5000);
        }
    }

    /// <summary>Lets the clock run while nobody talks to HVE: a dialogue under way must not run into its time-outs.</summary>
    private static async Task StepAsync(RelayStory story, Func<bool> condition, TimeSpan step)
    {
        for (var steps = 0; !condition(); steps++)
        {
            Assert.True(steps < 400, "It did not happen:\n" + string.Join('\n', story.Log));
            story.Clock.Advance(step);
            await WaitAsync(condition, 5);
            await WaitAsync(() => condition() || story.Simulator.Counters.ConnectionsNow == 0, 250);
            await story.SettleAsync(condition);
        }
    }

    private static async Task WaitAsync(Func<bool> condition, int milliseconds)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!condition() && TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds < milliseconds)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }
}
