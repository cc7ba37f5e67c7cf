using HveRelay.Configuration;
using HveRelay.Files;
using HveRelay.Mail;
using HveRelay.Operations.Configuration;
using HveRelay.Operations.Control;
using HveRelay.Operations.Log;
using HveRelay.Queue;
using HveRelay.Stores;
using HveRelay.Stores.Postgres;
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
                    change.Kind, [.. messages.Select(id => id.ToString())], CurrentUser.Name, SudoUser, change.Reason, change.Recipient,
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
        await using var store = await OpenStoreAsync(loaded.Options, clock);
        Console.SetOut(Console.Error);
        await using var log = RelayLogger.Create(directory, loaded.Serilog, console: false);
        using var meter = new RelayMeter();
        var queue = new QueueOperator(store, log.Mail(clock), meter, new QueueSignal());
        var at = store is PostgresQueueStore shared ? shared.Clock.GetUtcNow() : change.At;
        var results = await queue.ChangeAsync(change with { At = at, By = ControlPeer.Words(CurrentUser.Name, SudoUser) }, cancel);
        return [.. results.Select(ChangeAnswer.Of)];
    }

    /// <summary>A queue in PostgreSQL is shared, also with relays that run on other machines; they are told.</summary>
    /// <exception cref="StoreOpenException">Another holds it, or it cannot be opened.</exception>
    public static async Task<IQueueStore> OpenStoreAsync(RelayOptions options, TimeProvider clock)
    {
        var directory = options.DataDirectory;
        if (options.Queue.Store == QueueStoreKind.Postgres)
        {
            Directory.CreateDirectory(directory);
            return await PostgresQueueStore.OpenExistingAsync(
                new PostgresStoreOptions(options.Queue.ConnectionString, new QueueSignal()), clock, NullLogger.Instance);
        }

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
