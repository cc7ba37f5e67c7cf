using HveRelay.Queue;
using Microsoft.Data.Sqlite;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// The check of the file after an unclean end (SQLite's quick_check), on a connection of its own. It reads all of the file, which for a
/// million messages takes longer than mail should wait for a start: what is not over in time waits until the start is, which needs the
/// disk for itself, and goes on beside the work. Until it ends the WAL cannot start over, and so it grows.
/// </summary>
internal sealed class StartCheck : IDisposable
{
    private readonly Database _database;
    private readonly Action? _before;
    private readonly Task<string?> _found;
    private readonly ManualResetEventSlim _mayGoOn = new(initialState: true);
    private volatile bool _givenUp;

    /// <param name="database">Is ours from now on.</param>
    /// <param name="before">See <see cref="SqliteStoreOptions.BeforeCheck"/>.</param>
    public StartCheck(Database database, Action? before)
    {
        (_database, _before) = (database, before);
        database.StopWhen(IsGivenUp);
        _found = Task.Factory.StartNew(Look, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>True when it has read all of the file, whatever it found.</summary>
    public bool IsOver => _found.IsCompletedSuccessfully && !_givenUp;

    /// <summary>The first thing that is wrong with the file; null where nothing is, or the check is not over by then: it is to <see cref="GoOn"/>.</summary>
    public string? Wait(TimeSpan most, TimeProvider clock)
    {
        try
        {
            return _found.WaitAsync(most, clock).GetAwaiter().GetResult();
        }
        catch (TimeoutException)
        {
            _mayGoOn.Reset();
            return null;
        }
    }

    public void GoOn() => _mayGoOn.Set();

    /// <summary>Ends with the check; damage that it finds is noted.</summary>
    public async Task TellAsync(DamageWatch damage, ILogger log)
    {
        try
        {
            if (await _found is { } found)
            {
                damage.Note(new StoreException(StoreFault.Damaged, $"the queue is damaged: {found}"));
            }
            else if (IsOver)
            {
                log.LogInformation("the check of the queue is over: nothing is wrong");
            }
            else
            {
                log.LogInformation("the check of the queue was cut short; the next start checks again");
            }
        }
        catch (SqliteException cause)
        {
            log.LogWarning(cause, "the check of the queue could not go on; the next start checks again");
        }
    }

    /// <summary>Cuts it short where it is not over; after it nothing of it is open. As often as one likes.</summary>
    public void Dispose()
    {
        _givenUp |= !_found.IsCompleted;
        GoOn();
        ((IAsyncResult)_found).AsyncWaitHandle.WaitOne();
        _mayGoOn.Dispose();
    }

    /// <summary>Asked by SQLite, again and again.</summary>
    private bool IsGivenUp()
    {
        _mayGoOn.Wait();
        return _givenUp;
    }

    private string? Look()
    {
        try
        {
            _before?.Invoke();
            var found = _database.Text("PRAGMA quick_check(1)");
            if (found.Contains($"error code={Faults.ShortRead}", StringComparison.Ordinal))
            {
                // No damage, and nothing to set aside: all is well when the other program ends.
                throw new SqliteException(found, Faults.Busy, Faults.ShortRead);
            }

            return found == "ok" ? null : found;
        }
        catch (SqliteException) when (_givenUp)
        {
            return null;
        }
        catch (SqliteException cause) when (Faults.Translate(cause) is StoreException { Fault: StoreFault.Damaged })
        {
            return cause.Message;
        }
        finally
        {
            // With the check, and not with the relay: as long as anybody reads, a WAL that lost a sync cannot be cut.
            _database.Dispose();
        }
    }
}
