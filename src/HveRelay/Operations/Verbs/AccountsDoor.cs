using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Files;
using HveRelay.Mail;
using HveRelay.Operations.Configuration;
using HveRelay.Operations.Control;
using HveRelay.Operations.Log;
using HveRelay.Queue;

namespace HveRelay.Operations.Verbs;

/// <summary>The accounts: of the relay where one runs, else what the queue knows of them.</summary>
internal static class AccountsDoor
{
    /// <summary>Null where no relay answers.</summary>
    public static async Task<IReadOnlyList<AccountAnswer>?> AskAsync(string directory, CancellationToken cancel)
    {
        if (ControlClient.Knock(directory) != ControlDoor.Open)
        {
            return null;
        }

        using var relay = new ControlClient(directory);
        return await relay.AccountsAsync(cancel);
    }

    public static async Task<IReadOnlyList<AccountAnswer>> ReadAsync(ConfigurationReading.Loaded loaded, CancellationToken cancel)
    {
        await using var queue = await QueueToRead.OpenAsync(loaded.Options);
        var board = new AccountBoard(TimeProvider.System, new MailLog(TimeProvider.System, _ => { }));
        foreach (var pause in await queue.PausesAsync(cancel))
        {
            board.Pause(pause);
        }

        var latest = (await queue.LastAttemptsAsync(cancel)).ToDictionary(attempt => attempt.Account, StringComparer.OrdinalIgnoreCase);
        return [.. loaded.Options.Senders().Select(name => board.IsPaused(name)
            ? AccountAnswer.Of(board.Of(name), 0) with { Reply = latest.GetValueOrDefault(name)?.Reply, Attempted = latest.GetValueOrDefault(name)?.At }
            : new AccountAnswer(
                name, null, null, null, null, null, latest.GetValueOrDefault(name)?.Reply, latest.GetValueOrDefault(name)?.At, null, 0))];
    }

    public static async Task<IReadOnlyList<AccountChange>> ChangeAsync(
        ConfigurationReading.Loaded loaded, IReadOnlyList<string> accounts, bool pause, string? reason, CancellationToken cancel)
    {
        var directory = loaded.Options.DataDirectory;
        var order = new AccountOrder(accounts, pause, CurrentUser.Name, QueueDoor.SudoUser, reason);
        switch (ControlClient.Knock(directory))
        {
            case ControlDoor.Open:
                using (var relay = new ControlClient(directory))
                {
                    return await relay.ChangeAsync(order, cancel);
                }

            case ControlDoor.Denied:
                throw new ControlException(
                    $"no right to open {ControlSocket.PathIn(directory)}: only root and the user that the relay runs as may pause accounts");
            default:
                return await OpenAsync(loaded, order, cancel);
        }
    }

    private static async Task<IReadOnlyList<AccountChange>> OpenAsync(ConfigurationReading.Loaded loaded, AccountOrder order, CancellationToken cancel)
    {
        var directory = loaded.Options.DataDirectory;
        var clock = TimeProvider.System;

        // As with the queue: the lock first, and no line on the console among ours.
        await using var store = await QueueDoor.OpenStoreAsync(loaded.Options, clock);
        Console.SetOut(Console.Error);
        await using var log = RelayLogger.Create(directory, loaded.Serilog, console: false);
        var board = new AccountBoard(clock, log.Mail(clock));
        foreach (var name in loaded.Options.Senders())
        {
            board.Add(name);
        }

        var accounts = new AccountOperator(store, board, new QueueSignal());
        await accounts.FollowAsync(cancel);
        return await AccountApi.ChangeAsync(order, ControlPeer.Words(order.User, order.Sudo), board, accounts, clock);
    }
}
