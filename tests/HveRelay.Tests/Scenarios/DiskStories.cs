using HveRelay.Operations.Health;
using HveRelay.Simulator;
using HveRelay.Tests.Support.Disk;
using Microsoft.Data.Sqlite;

namespace HveRelay.Tests.Scenarios;

/// <summary>Trouble of ours: the disk and who else is at the queue. Clients hear 4yz, a person hears an alarm, and it ends by itself.</summary>
public sealed class DiskStories
{
    private const int Full = 13, IoErrorSync = 1034;

    [Fact]
    public async Task A_disk_that_is_full_for_real_takes_no_mail_and_takes_it_again_when_there_is_room()
    {
        await using var story = await RelayStory.BeginAsync(watchDisk: true);
        story.Disk!.Fault = operation => operation is DiskOperation.Write ? Full : 0;

        Assert.StartsWith("452 4.3.1", await story.SendAsync("you@contoso.com"), StringComparison.Ordinal);
        await story.LogsAsync("alarm");
        Assert.Contains("the disk of the queue is full", story.Lines("alarm").First()["cause"], StringComparison.Ordinal);

        story.Disk.Fault = null;
        Assert.StartsWith("250", await story.SendAsync("you@contoso.com"), StringComparison.Ordinal);
        await story.RunUntilAsync(() => story.Lines("relayed").Any());
        Assert.Single(story.Simulator.Messages);
    }

    [Fact]
    public async Task A_disk_that_says_only_at_the_sync_that_it_is_full_is_452()
    {
        await using var story = await RelayStory.BeginAsync(watchDisk: true);
        story.Disk!.Fault = operation => operation is DiskOperation.Sync ? Full : 0;

        Assert.StartsWith("452 4.3.1", await story.SendAsync("you@contoso.com"), StringComparison.Ordinal);

        story.Disk.Fault = null;
        Assert.StartsWith("250", await story.SendAsync("you@contoso.com"), StringComparison.Ordinal);
        await story.RunUntilAsync(() => story.Lines("relayed").Any());
        Assert.Single(story.Simulator.Messages);
    }

    [Fact]
    public async Task A_sync_that_fails_is_451_and_never_250()
    {
        await using var story = await RelayStory.BeginAsync(watchDisk: true);
        story.Disk!.Fault = operation => operation is DiskOperation.Sync ? IoErrorSync : 0;

        Assert.StartsWith("451 4.3.0", await story.SendAsync("you@contoso.com"), StringComparison.Ordinal);

        story.Disk.Fault = null;
        Assert.StartsWith("250", await story.SendAsync("you@contoso.com"), StringComparison.Ordinal);
        await story.RunUntilAsync(() => story.Lines("relayed").Any());
        Assert.Single(story.Simulator.Messages);
    }

    [Fact]
    public async Task A_result_that_cannot_be_written_is_written_later_and_the_message_goes_once()
    {
        await using var story = await RelayStory.BeginAsync(watchDisk: true);
        story.Simulator.Faults.Add(Fault.Stall(FaultStage.AfterDot) with { Times = 1 });
        await story.SendAsync("you@contoso.com");
        await Support.Until.True(() => story.Simulator.Faults.Stalled == 1);
        story.Disk!.Fault = operation => operation is DiskOperation.Write ? Full : 0;
        story.Simulator.Faults.Release();
        await story.LogsAsync("alarm");

        story.Disk.Fault = null;
        await story.RunUntilAsync(() => story.Lines("relayed").Any());

        Assert.Empty(story.Lines("unsure"));
        Assert.Single(story.Simulator.Messages);
    }

    [Fact]
    public async Task Below_the_reserve_mail_is_452_and_the_relay_not_ready()
    {
        await using var story = await RelayStory.BeginAsync(options => options.Queue.MinimumFreeBytes = long.MaxValue);

        Assert.StartsWith("452 4.3.1", await story.SendAsync("you@contoso.com"), StringComparison.Ordinal);

        Assert.False((await new HealthChecks(story.Relay.State).ReadyAsync(CancellationToken.None)).Ok);

        // Where the volume cannot even be asked, the answer is one all the same.
        var gone = await new HealthChecks(story.Relay.State with { FreeBytes = () => throw new DriveNotFoundException("no such volume") }).ReadyAsync(CancellationToken.None);
        Assert.Equal(("disk", false, "no such volume"), (gone.Checks[2].Name, gone.Checks[2].Ok, gone.Checks[2].Detail));
    }

    /// <summary>Each in its turn would wait once for everybody before it.</summary>
    [Fact]
    public async Task While_another_program_holds_the_queue_all_that_wait_are_refused_together()
    {
        await using var story = await RelayStory.BeginAsync();
        var time = TimeProvider.System;
        await using var other = new SqliteConnection($"Data Source={Path.Combine(story.DataDirectory, "queue.db")};Pooling=False");
        await other.OpenAsync();
        await using (var hold = other.CreateCommand())
        {
            // The relay may have a transaction of its own open, which it ends in its next quiet moment. Alone in its command: what
            // follows a result in one is run when the reader is closed, and an error of it is not told.
            var holds = false;
            hold.CommandText = "BEGIN IMMEDIATE";
            hold.CommandTimeout = 1;
            await story.RunUntilAsync(() => holds = holds || Record.Exception(() => hold.ExecuteNonQuery()) is null);
        }

        var begun = time.GetTimestamp();
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => story.SendAsync($"user{i}@contoso.com")));
        var health = await new HealthChecks(story.Relay.State).ReadyAsync(CancellationToken.None);

        // One wait takes 3 s; twenty in turn would take a minute. Those who come during one wait may have another.
        Assert.All(replies, reply => Assert.StartsWith("451 4.3.0", reply, StringComparison.Ordinal));
        Assert.InRange(time.GetElapsedTime(begun), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30));
        Assert.False(health.Ok);
        Assert.Contains("another program holds the queue", story.Lines("alarm").First()["cause"], StringComparison.Ordinal);

        await using (var letGo = other.CreateCommand())
        {
            letGo.CommandText = "ROLLBACK";
            await letGo.ExecuteNonQueryAsync();
        }

        Assert.StartsWith("250", await story.SendAsync("you@contoso.com"), StringComparison.Ordinal);
    }
}
