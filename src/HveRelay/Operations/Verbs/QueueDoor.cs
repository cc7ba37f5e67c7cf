using HveRelay.Mail;
using HveRelay.Operations.Configuration;
using HveRelay.Operations.Control;
using HveRelay.Operations.Log;
using HveRelay.Queue;
using HveRelay.Stores.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace HveRelay.Operations.Verbs;

/// <summary>
/// Brings an operator's change to the queue: through the relay where one runs, which acts on it at once; else by opening the queue in
/// its place, under the same lock and with the same lines in the log.
/// </summary>
internal static class QueueDoor
{
    private const int AtOnce = 500;

    public static async Task<IReadOnlyList<ChangeAnswer>> ChangeAsync(
        ConfigurationReading.Loaded loaded, QueueChange change, CancellationToken cancel)
    {
        var directory = loaded.Options.DataDirectory;
        switch (ControlClient.Knock(directory))
        {
            case ControlDoor.Open:
                return await AskAsync(directory, change, cancel);
            case ControlDoor.Denied:
                throw new ControlException(
                    $"no right to open {ControlSocket.PathIn(directory)}: only root and the user that the relay runs as may change the queue");
            default:
                return await OpenAsync(loaded, change, cancel);
        }
    }

    private static async Task<IReadOnlyList<ChangeAnswer>> AskAsync(string directory, QueueChange change, CancellationToken cancel)
    {
        using var relay = new ControlClient(directory);
        var answers = new List<ChangeAnswer>();
        foreach (var messages in change.Messages.Chunk(AtOnce))
        {
            answers.AddRange(await relay.ChangeAsync(
                new ChangeOrder(
                    change.Kind, [.. messages.Select(id => id.ToString())], Environment.UserName, SudoUser, change.Reason, change.Recipient,
                    change.State),
                cancel));
        }

        return answers;
    }

    private static async Task<IReadOnlyList<ChangeAnswer>> OpenAsync(
        ConfigurationReading.Loaded loaded, QueueChange change, CancellationToken cancel)
    {
        var directory = loaded.Options.DataDirectory;
        var clock = TimeProvider.System;

        // The lock comes first: without it the log is another's too. Lines on the console would stand among ours.
        await using var store = await OpenStoreAsync(directory, clock);
        Console.SetOut(Console.Error);
        await using var logger = RelayLogger.Create(directory, loaded.Serilog, console: false);
        using var meter = new RelayMeter();
        var queue = new QueueOperator(store, new MailLog(clock, MailLine.To(logger)), meter, new QueueSignal());
        var results = await queue.ChangeAsync(change with { By = ControlPeer.Words(Environment.UserName, SudoUser) }, cancel);
        return [.. results.Select(ChangeAnswer.Of)];
    }

    /// <exception cref="StoreOpenException">Another holds it, or it cannot be opened.</exception>
    public static async Task<SqliteQueueStore> OpenStoreAsync(string directory, TimeProvider clock)
    {
        try
        {
            return await SqliteQueueStore.OpenAsync(new SqliteStoreOptions(directory, MinimumFreeBytes: 0), clock, NullLogger.Instance);
        }
        catch (StoreOpenException inUse) when (inUse.IsInUse)
        {
            throw new StoreOpenException(
                $"{inUse.Message}; but it does not answer on {ControlSocket.PathIn(directory)} (it logs why when it starts): stop it first", inUse);
        }
    }

    /// <summary>Whom sudo let ask under this name, or null.</summary>
    public static string? SudoUser => Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } name ? name : null;
}
