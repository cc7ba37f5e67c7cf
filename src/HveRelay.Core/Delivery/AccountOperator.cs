using HveRelay.Queue;

namespace HveRelay.Delivery;

/// <summary>Pauses and resumes accounts: on disk first, so that a restart does not send what an operator keeps back.</summary>
public sealed class AccountOperator(IQueueStore store, AccountBoard board, QueueSignal signal)
{
    /// <summary>Goes up before and after each change: what was read in between may be out of date.</summary>
    private long _changes;

    /// <summary>False where the account was paused already.</summary>
    /// <exception cref="StoreException">It was not paused.</exception>
    public async Task<bool> PauseAsync(AccountPause pause, CancellationToken cancel)
    {
        await FollowAsync(cancel);
        if (board.IsPaused(pause.Account))
        {
            return false;
        }

        await WriteAsync(pause.Account, pause, () => board.Pause(pause), cancel);
        return true;
    }

    /// <summary>False where the account was not paused.</summary>
    /// <exception cref="StoreException">It stays paused.</exception>
    public async Task<bool> ResumeAsync(string account, CancellationToken cancel)
    {
        await FollowAsync(cancel);
        if (!board.IsPaused(account))
        {
            return false;
        }

        await WriteAsync(account, null, () => board.Resume(account), cancel);
        signal.Pulse();
        return true;
    }

    /// <summary>What the queue says: at the start, every few seconds and before a change, since another node may have been told.</summary>
    public async Task FollowAsync(CancellationToken cancel)
    {
        var before = Interlocked.Read(ref _changes);
        var pauses = (await store.PausesAsync(cancel)).ToDictionary(pause => pause.Account, StringComparer.OrdinalIgnoreCase);
        if (Interlocked.Read(ref _changes) != before)
        {
            return;
        }

        foreach (var account in board.All)
        {
            var isPaused = account.State == AccountState.Paused;
            if (pauses.TryGetValue(account.Account, out var pause) && !isPaused)
            {
                board.Pause(pause);
            }
            else if (pause is null && isPaused)
            {
                board.Resume(account.Account);
                signal.Pulse();
            }
        }
    }

    private async Task WriteAsync(string account, AccountPause? pause, Action tell, CancellationToken cancel)
    {
        Interlocked.Increment(ref _changes);
        try
        {
            await store.PauseAsync(account, pause, cancel);
            tell();
        }
        finally
        {
            Interlocked.Increment(ref _changes);
        }
    }
}
