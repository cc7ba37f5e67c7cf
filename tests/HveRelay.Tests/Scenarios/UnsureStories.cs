using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Simulator;
using HveRelay.Tests.Support;
using HveRelay.Tests.Support.Disk;
using Microsoft.Data.Sqlite;

namespace HveRelay.Tests.Scenarios;

/// <summary>The reply to the final dot does not come, or cannot be written down: nobody knows whether the message was delivered.</summary>
public sealed class UnsureStories
{
    private const int Full = 13;

    /// <summary>An address that no command may hold stands for any bug: left open, the attempt would keep its part for ever.</summary>
    [Fact]
    public async Task A_transaction_that_breaks_by_a_bug_ends_as_an_attempt()
    {
        await using var story = await RelayStory.BeginAsync(options =>
        {
            options.Smarthosts =
            [
                new SmarthostOptions
                {
                    Name = "external", Host = "localhost", Port = options.Hve.Port, Address = "re\u0001lay@contoso.com",
                    TrustedCertificate = options.Hve.TrustedCertificate,
                },
            ];
            options.Routes = [new RouteOptions { Via = "external" }];
        });

        var reply = await story.SendAsync(["guest@fabrikam.com"]);
        await story.LogsAsync("unsure");
        await story.NextTryAsync("unsure", () => story.Lines("alarm").Any());

        var record = await story.RecordAsync(RelayStory.IdIn(reply));
        Assert.Equal(RecipientState.Held, Assert.Single(record.Recipients).State);
        Assert.Equal(2, record.Attempts.Count(attempt => attempt.EndedAt is not null));
        Assert.Empty(story.Simulator.Messages);
    }

    [Fact]
    public async Task HVE_has_ten_minutes_to_answer_the_final_dot()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Simulator.Faults.Add(Fault.Stall(FaultStage.AfterDot) with { Times = 1 });
        await story.SendAsync("you@contoso.com");
        await Until.True(() => story.Simulator.Faults.Stalled == 1);

        story.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Empty(story.Lines("unsure"));
        story.Clock.Advance(TimeSpan.FromSeconds(1));
        await story.LogsAsync("unsure");

        Assert.Equal("may be sent twice", story.Lines("unsure").Single()["note"]);
    }

    /// <summary>Recorded first, it could be sent once more by a relay that a kill kept from telling that it may be a double.</summary>
    [Fact]
    public async Task It_is_told_before_it_is_recorded()
    {
        await using var story = await RelayStory.BeginAsync(watchDisk: true);
        story.Simulator.Faults.Add(Fault.Stall(FaultStage.AfterDot) with { Times = 1 });
        var id = RelayStory.IdIn(await story.SendAsync("you@contoso.com"));
        await Until.True(() => story.Simulator.Faults.Stalled == 1);
        story.Disk!.Fault = operation => operation is DiskOperation.Write ? Full : 0;

        story.Clock.Advance(TimeSpan.FromMinutes(10));
        await story.LogsAsync("alarm");

        Assert.Equal("may be sent twice", story.Lines("unsure").Single()["note"]);
        Assert.Null((await story.RecordAsync(id)).Attempts.Single().EndedAt);

        story.Disk.Fault = null;
        await story.RunUntilAsync(() => story.Lines("relayed").Any());
        Assert.Single(story.Lines("unsure"));
    }

    [Fact]
    public async Task An_answer_in_the_tenth_minute_is_an_answer()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Simulator.Faults.Add(Fault.Stall(FaultStage.AfterDot) with { Times = 1 });
        await story.SendAsync("you@contoso.com");
        await Until.True(() => story.Simulator.Faults.Stalled == 1);

        story.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        story.Simulator.Faults.Release();
        await story.LogsAsync("relayed");

        Assert.Empty(story.Lines("unsure"));
        Assert.Single(story.Simulator.Messages);
    }

    [Fact]
    public async Task Unsure_a_second_time_a_recipient_is_held_until_an_operator_releases_it()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Simulator.Faults.Add(Fault.Close(FaultStage.AfterDot) with { Times = 2 });
        var id = RelayStory.IdIn(await story.SendAsync("you@contoso.com"));
        await story.LogsAsync("unsure");
        await story.NextTryAsync("unsure", () => story.Lines("unsure").Count() == 2);
        await story.LogsAsync("alarm");

        Assert.Null(story.Lines("unsure").Last()["next"]);
        Assert.Contains($"{id} may have been delivered to you@contoso.com: it is held", story.Lines("alarm").Single()["cause"], StringComparison.Ordinal);
        Assert.Equal(RecipientState.Held, (await story.RecordAsync(id)).Recipients.Single().State);
        story.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(2, story.Simulator.Messages.Count);

        await story.Relay.State.Store.ChangeAsync(new QueueChange(ChangeKind.Release, [id], story.Clock.GetUtcNow(), "alice"), CancellationToken.None);
        await story.RunUntilAsync(() => story.Lines("relayed").Any());
        Assert.Equal(3, story.Simulator.Messages.Count);
    }

    [Fact]
    public async Task Where_the_configuration_says_so_it_is_held_at_once()
    {
        await using var story = await RelayStory.BeginAsync(options => options.Queue.WhenUnsure = WhenUnsure.Hold);
        story.Simulator.Faults.Add(Fault.Close(FaultStage.AfterDot) with { Times = 1 });
        var id = RelayStory.IdIn(await story.SendAsync("you@contoso.com"));
        await story.LogsAsync("alarm");

        Assert.Null(story.Lines("unsure").Single()["next"]);
        Assert.Equal(RecipientState.Held, (await story.RecordAsync(id)).Recipients.Single().State);
        Assert.Single(story.Simulator.Messages);
    }

    [Fact]
    public async Task What_another_node_took_for_unsure_meanwhile_is_not_logged_as_relayed()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Simulator.Faults.Add(Fault.Stall(FaultStage.AfterDot) with { Times = 1 });
        var id = RelayStory.IdIn(await story.SendAsync("you@contoso.com"));
        await Until.True(() => story.Simulator.Faults.Stalled == 1);
        await story.Relay.State.Store.CompleteAsync(
            new AttemptEnd(await AttemptAsync(story), new Lease(id, 1, 0), story.Clock.GetUtcNow(), [new RecipientEnd(0, Outcome.Unsure, "the relay stopped", story.Clock.GetUtcNow())]),
            CancellationToken.None);

        story.Simulator.Faults.Release();
        await story.LogsAsync("unsure");

        Assert.Empty(story.Lines("relayed"));
        Assert.StartsWith("250 2.0.0", story.Lines("unsure").Single()["reply"], StringComparison.Ordinal);
        Assert.Contains("another node took the part over", story.Lines("unsure").Single()["cause"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_relay_that_cannot_write_a_result_down_stops_all_the_same_and_the_next_start_finds_it_unsure()
    {
        await using var story = await RelayStory.BeginAsync(watchDisk: true);
        story.Simulator.Faults.Add(Fault.Stall(FaultStage.AfterDot) with { Times = 1 });
        await story.SendAsync("you@contoso.com");
        await Until.True(() => story.Simulator.Faults.Stalled == 1);
        story.Disk!.Fault = operation => operation is DiskOperation.Write ? Full : 0;
        story.Simulator.Faults.Release();
        await story.LogsAsync("alarm");

        var stopping = story.StopAsync();
        await story.RunUntilAsync(() => stopping.IsCompleted);
        await stopping;
        Assert.Empty(story.Lines("relayed"));
        Assert.StartsWith("250 2.0.0", story.Lines("unsure").Single()["reply"], StringComparison.Ordinal);
        Assert.Contains("the next start finds the attempt open", story.Lines("unsure").Single()["cause"], StringComparison.Ordinal);

        story.Disk.Fault = null;
        await story.StartAsync();
        Assert.Equal("the relay stopped before the reply came", story.Lines("unsure").Last()["reply"]);
        await story.RunUntilAsync(() => story.Lines("relayed").Any());
        Assert.Equal(2, story.Simulator.Messages.Count);
    }

    private static async Task<long> AttemptAsync(RelayStory story)
    {
        await using var queue = new SqliteConnection($"Data Source={Path.Combine(story.DataDirectory, "queue.db")};Pooling=False;Mode=ReadOnly");
        await queue.OpenAsync();
        await using var ask = queue.CreateCommand();
        ask.CommandText = "SELECT id FROM attempt";
        return (long)(await ask.ExecuteScalarAsync())!;
    }
}
