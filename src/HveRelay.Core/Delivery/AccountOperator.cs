using HveRelay.Queue;

namespace HveRelay.Delivery;

/// <summary>Pauses and resumes accounts: on disk first, so that a restart does not send what an operator keeps back.</summary>
public sealed class AccountOperator(IQueueStore store, AccountBoard board, QueueSignal signal)
{
    /// <summary>False where the account was paused already.</summary>
    /// <exception cref="StoreException">It was not paused.</exception>
    public async Task<bool> PauseAsync(AccountPause pause, CancellationToken cancel)
    {
        if (board.IsPaused(pause.Account))
        {
            return false;
        }

        await store.PauseAsync(pause.Account, pause, cancel);
        board.Pause(pause);
        return true;
    }

    /// <summary>False where the account was not paused.</summary>
    /// <exception cref="StoreException">It stays paused.</exception>
    public async Task<bool> ResumeAsync(string account, CancellationToken cancel)
    {
        if (!board.IsPaused(account))
        {
            return false;
        }

        await store.PauseAsync(account, null, cancel);
        board.Resume(account);
        signal.Pulse();
        return true;
    }

    /// <summary>At the start: what was paused stays so.</summary>
    public async Task RestoreAsync(CancellationToken cancel)
    {
        foreach (var pause in await store.PausesAsync(cancel))
        {
            if (board.Has(pause.Account))
            {
                board.Pause(pause);
            }
        }
    }
}
