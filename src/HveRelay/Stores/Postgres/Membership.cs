using HveRelay.Mail;
using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>
/// This node among the others: says again and again that it lives, hears when another queued mail, and says so itself. When the
/// database is gone it asks for it once a second; nothing has to be restarted.
/// </summary>
internal sealed class Membership : IAsyncDisposable
{
    private const string Beat = """
        INSERT INTO node(id, name, started_at, heartbeat, steady_since, lanes)
        VALUES ($1, $2, clock_timestamp(), clock_timestamp(), clock_timestamp(), $4)
        ON CONFLICT (id) DO UPDATE SET heartbeat = clock_timestamp(), lanes = $4,
            steady_since = CASE WHEN node.heartbeat < clock_timestamp() - $3 THEN clock_timestamp() ELSE node.steady_since END
        RETURNING heartbeat
        """;

    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    /// <summary>However much mail comes, the others are told no more often: a NOTIFY keeps all commits of the database waiting.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    private readonly Link _link;
    private readonly PostgresStoreOptions _options;
    private readonly DatabaseClock _clock;
    private readonly ILogger _log;
    private readonly long _node;
    private readonly string _channel;
    private readonly Func<IReadOnlyList<Lane>> _lanes;
    private readonly Func<Task> _clear;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _news = new(0);
    private readonly Task _listening, _telling;

    private Membership(
        Link link, PostgresStoreOptions options, DatabaseClock clock, ILogger log, long node, string channel, Func<IReadOnlyList<Lane>> lanes, Func<Task> clear)
    {
        (_link, _options, _clock, _log, _node, _channel, _lanes, _clear) = (link, options, clock, log, node, channel, lanes, clear);
        _listening = Task.Run(ListenAsync);
        _telling = Task.Run(TellAsync);
    }

    /// <summary>A number for a new node, that no other ever had, and its first sign of life.</summary>
    public static async Task<long> JoinAsync(Link link, DatabaseClock clock)
    {
        var asked = clock.Machine;
        var joined = await link.BatchAsync(
            Need.Sync,
            batch => batch.Do("""
                INSERT INTO node(name, started_at, heartbeat, steady_since, lanes)
                VALUES ($1, clock_timestamp(), clock_timestamp(), clock_timestamp(), '{}') RETURNING id, heartbeat
                """).With(Environment.MachineName),
            batch => batch.ListAsync(row => (Node: row.GetInt64(0), At: row.GetFieldValue<DateTimeOffset>(1))));
        clock.Heard(asked, joined[0].At, clock.Machine);
        return joined[0].Node;
    }

    /// <param name="lanes">Those that this node serves: who was taken for dead and lives has to say it anew.</param>
    /// <param name="clear">Puts in order what a broken connection left behind; called while the database answers.</param>
    public static Membership Begin(
        Link link, PostgresStoreOptions options, DatabaseClock clock, ILogger log, long node, string schema, Func<IReadOnlyList<Lane>> lanes, Func<Task> clear) =>
        new(link, options, clock, log, node, Channel(schema), lanes, clear);

    /// <summary>Two queues in one database have two channels.</summary>
    public static string Channel(string schema) => "hverelay_" + schema;

    /// <summary>Something may be due: the others are told soon.</summary>
    public void Tell()
    {
        if (_news.CurrentCount == 0)
        {
            _news.Release();
        }
    }

    /// <summary>Says that this node is no more: what it has in hand is the others' at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_listening, _telling);
        try
        {
            await _clear();
            await _link.BatchAsync(Need.Sync, batch => batch.Do("DELETE FROM node WHERE id = $1").With(_node), batch => batch.ExecuteNonQueryAsync());
        }
        catch (Exception gone) when (Faults.Translate(gone) is StoreException trouble)
        {
            // Then the others find out by themselves.
            _log.LogWarning("node {Node} could not say that it leaves: {Reason}", _node, trouble.Message);
        }

        _stop.Dispose();
        _news.Dispose();
    }

    private async Task ListenAsync()
    {
        for (var lost = false; !_stop.IsCancellationRequested;)
        {
            try
            {
                await using var connection = await _link.Source.OpenConnectionAsync(_stop.Token);
                connection.Notification += OnNotified;
                await using (var listen = new NpgsqlCommand($"LISTEN {Quoted(_channel)}", connection))
                {
                    await listen.ExecuteNonQueryAsync(_stop.Token);
                }

                // What was queued while nobody listened.
                _options.Signal.Pulse();
                while (!_stop.IsCancellationRequested)
                {
                    await BeatAsync(connection);
                    await _clear();
                    if (lost)
                    {
                        _log.LogWarning("the database answers again");
                        lost = false;
                    }

                    var since = _clock.GetTimestamp();
                    while (_options.Heartbeat - _clock.GetElapsedTime(since) is var rest && rest > TimeSpan.Zero)
                    {
                        // In whole milliseconds, of which 0 is for ever.
                        await connection.WaitAsync(Math.Max(1, (int)Math.Ceiling(rest.TotalMilliseconds)), _stop.Token);
                    }
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception cause)
            {
                if (!lost)
                {
                    var trouble = Faults.Translate(cause);
                    _log.LogWarning(trouble is StoreException ? null : trouble, "the database does not answer: {Reason}", trouble.Message);
                    lost = true;
                }

                await Task.Delay(AskAgain < _options.Heartbeat ? AskAgain : _options.Heartbeat, _clock, _stop.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task BeatAsync(NpgsqlConnection connection)
    {
        await using var batch = connection.CreateBatch();
        batch.Timeout = Math.Max(1, (int)(_options.NodeTimeout / 2).TotalSeconds);
        batch.Do(Beat).With(_node).With(Environment.MachineName).With(_options.NodeTimeout / 2).With(_lanes());
        var asked = _clock.Machine;
        var there = await batch.ListAsync(row => row.GetFieldValue<DateTimeOffset>(0));
        _clock.Heard(asked, there[0], _clock.Machine);
    }

    private async Task TellAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _news.WaitAsync(_stop.Token);
                await _link.BatchAsync(
                    Need.Write, batch => batch.Do("SELECT pg_notify($1, $2)").With(_channel).With($"{_node}"), batch => batch.ExecuteNonQueryAsync());
                await Task.Delay(Between, _clock, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception cause)
            {
                // The others look every second anyway.
                _log.LogDebug(cause, "the other nodes could not be told");
                await Task.Delay(AskAgain, _clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void OnNotified(object sender, NpgsqlNotificationEventArgs news)
    {
        if (news.Payload != $"{_node}")
        {
            _options.Signal.Pulse();
        }
    }

    private static string Quoted(string name) => '"' + name.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
}
