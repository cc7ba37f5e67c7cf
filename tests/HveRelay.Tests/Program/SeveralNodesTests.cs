using System.Text.Json.Nodes;
using HveRelay.Queue;
using HveRelay.Simulator;
using HveRelay.Stores.Postgres;
using HveRelay.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace HveRelay.Tests.Program;

/// <summary>Daemons as they are built, that share one queue in PostgreSQL.</summary>
[Collection(nameof(PostgresCollection))]
public sealed class SeveralNodesTests(PostgresServer server)
{
    private const int MostShared = 800;

    [Fact]
    public async Task Two_daemons_share_one_queue_and_the_verbs_and_health_see_it()
    {
        await using var story = await BeginAsync();
        var one = await story.StartAsync();
        var (configuration, otherPort) = story.ConfigureAnother();
        var other = await story.StartAsync(configuration);
        var loads = new[] { new Load(story.SmtpPort), new Load(otherPort, first: 1000) };
        await Task.WhenAll(loads.Select(load => load.SendAsync(40)));

        // Whoever is first takes what is due, whoever's client brought it: how much either gets is a matter of the machine.
        for (var sent = 80; ; sent += 80)
        {
            await Until.True(() => story.Hve!.Messages.Count >= sent);
            await Until.True(() => Relayed(one) + Relayed(other) == sent);
            if (sent > MostShared || (Relayed(one) > 0 && Relayed(other) > 0))
            {
                break;
            }

            await Task.WhenAll(loads.Select(load => load.SendAsync(40)));
        }

        var arrived = Load.Arrived(story.Hve!.Messages);
        Assert.All(loads.SelectMany(load => load.Accepted), accepted => Assert.Equal(accepted.Value, Assert.Single(arrived[accepted.Key])));
        Assert.True(Relayed(one) > 0 && Relayed(other) > 0, $"{Relayed(one)} and {Relayed(other)} relayed");
        Assert.Equal("no messages\n", (await story.RunAsync("queue", "list")).Output);
        var shown = await story.RunAsync("queue", "show", loads[1].Accepted.Values.First());
        Assert.Equal(0, shown.Status);
        Assert.Contains("relayed", shown.Output, StringComparison.Ordinal);
        Assert.Contains(": 250 2.0.0 OK", (await story.RunAsync("why", loads[1].Accepted.Values.First())).Output, StringComparison.Ordinal);
        Assert.Contains(loads[1].Accepted.Values.First(), (await story.RunAsync("why", "scanners", "--last", "1000")).Output, StringComparison.Ordinal);
        await Until.True(() => story.RunAsync("clients").Result.Output.Contains("127.0.0.1", StringComparison.Ordinal));
        Assert.Equal(0, (await story.RunAsync("health")).Status);
    }

    [Fact]
    public async Task The_verbs_of_the_operator_work_with_a_daemon_elsewhere_and_with_none()
    {
        await using var story = await BeginAsync();
        story.Hve!.Faults.Add(Fault.Reply(FaultStage.Rcpt, "451 4.7.0 later"));
        var daemon = await story.StartAsync();
        var id = await story.QueueAsync("you@contoso.com");
        var elsewhere = story.ConfigureAnother().Path;

        Assert.Equal(0, (await story.RunWithAsync(elsewhere, "queue", "hold", id)).Status);
        daemon.Terminate();
        await daemon.EndAsync();
        Assert.Contains("held", (await story.RunWithAsync(elsewhere, "queue", "show", id)).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await story.RunWithAsync(elsewhere, "queue", "remove", id)).Status);

        Assert.Contains("removed", (await story.RunAsync("queue", "show", id)).Output, StringComparison.Ordinal);
        Assert.Empty(story.Hve.Messages);
    }

    [Fact]
    public async Task A_database_that_stops_means_451_and_when_it_is_back_all_goes_on_by_itself()
    {
        await using var story = await BeginAsync();
        var daemon = await story.StartAsync();
        var before = await story.QueueAsync("before@contoso.com");

        await server.StopAsync();
        Assert.StartsWith("451 4.3.0", await story.SendAsync(["meanwhile@contoso.com"]), StringComparison.Ordinal);
        Assert.NotEqual(0, (await story.RunAsync("health")).Status);
        var verb = await story.RunAsync("queue", "list");
        Assert.Equal(3, verb.Status);
        Assert.Contains("cannot be reached", Assert.Single(verb.ErrorLines), StringComparison.Ordinal);
        await server.StartAsync();

        var after = await story.QueueAsync("after@contoso.com");
        await Until.True(() => Relayed(daemon) >= 2);
        Assert.Equal([before, after], Load.Ids(story.Hve!.Messages).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains(daemon.Lines, line => line.Contains(" alarm ", StringComparison.Ordinal) && line.Contains("the database", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task With_the_database_away_and_a_result_in_hand_it_stops_all_the_same_and_says_what_it_could_not_write_down()
    {
        await using var story = await BeginAsync();
        story.Hve!.Faults.Add(Fault.Stall(FaultStage.AfterDot) with { Times = 1 });
        var daemon = await story.StartAsync();
        var id = await story.QueueAsync("you@contoso.com");
        await Until.True(() => story.Hve.Faults.Stalled == 1);
        await server.StopAsync();
        story.Hve.Faults.Release();
        var clock = TimeProvider.System;
        var begun = clock.GetTimestamp();

        daemon.Terminate();
        await daemon.EndAsync();
        var took = clock.GetElapsedTime(begun);
        await server.StartAsync();

        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(100));
        Assert.Equal([id], Unsure(daemon));
        Assert.Equal(0, Relayed(daemon));
        var next = await story.StartAsync();
        await Until.True(() => Unsure(next).Count == 1, () => string.Join('\n', next.Lines), 120);

        // Told before it is recorded.
        await Until.TrueAsync(async () => (await story.RunAsync("queue", "show", id)).Output.Contains("unsure", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_database_it_does_not_start_and_says_why()
    {
        await using var story = await ProgramStory.BeginAsync(configuration => UsePostgres(
            configuration, $"Host=127.0.0.1;Port={FreePort.Next()};Database=hverelay;Username=relay;Password=hunter2"));

        var ended = await story.RunAsync("run");

        Assert.Equal(3, ended.Status);
        Assert.StartsWith("Queue.ConnectionString: the database hverelay on 127.0.0.1:", Assert.Single(ended.ErrorLines), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", ended.Output + ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queue_that_fails_before_it_is_ready_is_named_in_the_log_too_and_the_node_leaves_it()
    {
        var queue = await server.NewQueueAsync();
        await (await PostgresQueueStore.OpenAsync(new PostgresStoreOptions(queue, new QueueSignal()), TimeProvider.System, NullLogger.Instance)).DisposeAsync();
        await PostgresServer.ExecuteAsync(queue, """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'not now'; END$$;
            CREATE TRIGGER refuse BEFORE UPDATE OF lanes ON node FOR EACH ROW EXECUTE FUNCTION refuse()
            """);
        await using var story = await ProgramStory.BeginAsync(configuration => UsePostgres(configuration, queue));

        var ended = await story.RunAsync("run");

        Assert.Equal((3, "Queue.ConnectionString: the queue could not be used: not now (P0001)"), (ended.Status, Assert.Single(ended.ErrorLines)));
        Assert.Contains("alarm what=start", ended.Output, StringComparison.Ordinal);
        Assert.Equal(0L, await PostgresServer.ExecuteAsync(queue, "SELECT count(*) FROM node"));
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task When_one_is_killed_with_work_in_hand_the_other_finishes_it_and_only_that_goes_twice()
    {
        await using var story = await BeginAsync();
        story.Hve!.Faults.Add(Fault.Stall(FaultStage.AfterDot));
        var dying = await story.StartAsync();
        var load = new Load(story.SmtpPort);
        await load.SendAsync(100);
        await Until.True(() => story.Hve.Faults.Stalled == 4);
        var other = await story.StartAsync(story.ConfigureAnother().Path);

        await dying.KillAsync();
        story.Hve.Faults.Clear();
        await Until.True(
            () => load.Accepted.Keys.All(Load.Arrived(story.Hve.Messages).Contains) && Unsure(other).Count == 4 && Relayed(other) >= 100,
            () => $"{load.Accepted.Count} accepted, {story.Hve.Messages.Count} arrived, {Unsure(other).Count} unsure, {Relayed(other)} relayed",
            120);

        var copies = Load.Ids(story.Hve.Messages).GroupBy(id => id).Where(copies => copies.Count() > 1).Select(copies => copies.Key);
        Assert.Equal(Unsure(other).Order(StringComparer.Ordinal), copies.Order(StringComparer.Ordinal));
        Assert.Equal("no messages\n", (await story.RunAsync("queue", "list")).Output);
    }

    private static int Relayed(ChildProcess daemon) => daemon.Lines.Count(line => line.Contains(" INF relayed ", StringComparison.Ordinal));

    private static List<string> Unsure(ChildProcess daemon) =>
        [.. daemon.Lines.Where(line => line.Contains(" WRN unsure id=", StringComparison.Ordinal)).Select(line => line.Split("id=")[1][..13])];

    private static void UsePostgres(JsonNode configuration, string connectionString)
    {
        configuration["Queue"]!["Store"] = "Postgres";
        configuration["Queue"]!["ConnectionString"] = connectionString;
    }

    private async Task<ProgramStory> BeginAsync()
    {
        var queue = await server.NewQueueAsync();
        return await ProgramStory.BeginAsync(configuration => UsePostgres(configuration, queue));
    }
}
