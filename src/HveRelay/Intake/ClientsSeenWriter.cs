using HveRelay.Queue;

namespace HveRelay.Intake;

/// <summary>
/// Writes what was seen of clients every few seconds, and once more at the end. Mail never waits for it, and its trouble is not
/// mail's: what cannot be written is tried again.
/// </summary>
internal sealed class ClientsSeenWriter : IAsyncDisposable
{
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <summary>In small pieces, so that mail that arrives gets in between.</summary>
    private const int AtOnce = 200;

    private readonly ClientsSeen _seen;
    private readonly IQueueStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private bool _failing;

    public ClientsSeenWriter(ClientsSeen seen, IQueueStore store, TimeProvider clock, ILogger log)
    {
        (_seen, _store, _clock, _log) = (seen, store, clock, log);
        _loop = RunAsync();
    }

    /// <summary>Ends when all that was seen before is with the store, or the store has failed.</summary>
    internal async Task WriteAsync()
    {
        var (clients, refusals, passedOver) = _seen.Take();
        if (passedOver > 0)
        {
            _log.LogWarning("More than {Most} clients within {Period}: {Count} sightings were not noted", ClientsSeen.MostClients, Period, passedOver);
        }

        for (var done = 0; done < Math.Max(clients.Count, refusals.Count); done += AtOnce)
        {
            try
            {
                await _store.SeenAsync([.. clients.Skip(done).Take(AtOnce)], [.. refusals.Skip(done).Take(AtOnce)], CancellationToken.None);
            }
            catch (Exception failure)
            {
                // Said once: a store that fails has its alarm from the mail that meets it.
                if (!_failing)
                {
                    _log.LogWarning(failure is StoreException ? null : failure, "The clients seen could not be written and are tried again: {Reason}", failure.Message);
                }

                _failing = true;
                _seen.PutBack(clients.Skip(done), refusals.Skip(done));
                return;
            }

            _failing = false;
        }
    }

    /// <summary>The store has to be open still, and the sessions over.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await WriteAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(Period, _clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_stop.IsCancellationRequested)
            {
                await WriteAsync();
            }
        }
    }
}
