using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Operations.Control;
using HveRelay.Queue;

namespace HveRelay.Operations.Verbs.Why;

/// <summary>What mail that waits depends on, at this moment.</summary>
/// <param name="Runs">A relay answers here; null where this user may not ask it, or others may run on the same queue.</param>
/// <param name="Accounts">As the relay sees them; where none answers, those that an operator paused.</param>
/// <param name="QuotaRoomAt">Where the tenant's daily limit is reached: when the next recipient fits.</param>
internal sealed record RelayNow(bool? Runs, IReadOnlyList<AccountAnswer> Accounts, DateTimeOffset? QuotaRoomAt)
{
    /// <summary>The messages a minute of each smarthost of the configuration, 0 for no limit; null where it is not known.</summary>
    public IReadOnlyDictionary<string, int>? Smarthosts { get; init; }

    public static async Task<RelayNow> ReadAsync(RelayOptions options, IQueueReader queue, TimeProvider clock, CancellationToken cancel)
    {
        var door = ControlClient.Knock(options.DataDirectory);
        return new RelayNow(
            door switch
            {
                ControlDoor.Open => true,
                ControlDoor.Nobody when options.Queue.Store == QueueStoreKind.Sqlite => false,
                _ => null,
            },
            await AskAsync(options.DataDirectory, cancel) ?? await PausedAsync(queue, clock, cancel),
            await RoomAtAsync(options.Hve, queue, clock, cancel))
        {
            Smarthosts = options.Smarthosts.ToDictionary(each => each.Name, each => each.MessagesPerMinute, StringComparer.OrdinalIgnoreCase),
        };
    }

    private static async Task<IReadOnlyList<AccountAnswer>?> AskAsync(string directory, CancellationToken cancel)
    {
        try
        {
            return await AccountsDoor.AskAsync(directory, cancel);
        }
        catch (ControlException)
        {
            // It is on its way up or down: the history is told all the same.
            return null;
        }
    }

    private static async Task<IReadOnlyList<AccountAnswer>> PausedAsync(IQueueReader queue, TimeProvider clock, CancellationToken cancel)
    {
        var pauses = await queue.PausesAsync(cancel);
        var board = new AccountBoard(clock, new MailLog(clock, _ => { }));
        foreach (var pause in pauses)
        {
            board.Pause(pause);
        }

        return [.. pauses.Select(pause => AccountAnswer.Of(board.Of(pause.Account), 0))];
    }

    private static async Task<DateTimeOffset?> RoomAtAsync(HveOptions hve, IQueueReader queue, TimeProvider clock, CancellationToken cancel)
    {
        var (now, since) = (clock.GetUtcNow(), clock.GetUtcNow() - QuotaRule.Day);
        var used = hve.RecipientsPerDay == 0 ? 0 : await queue.UsedAsync(QuotaRule.Tenant, since, cancel);
        if (used < hve.RecipientsPerDay || hve.RecipientsPerDay == 0)
        {
            return null;
        }

        var minutes = (await queue.LedgerAsync(since, cancel)).Where(minute => minute.Scope == QuotaRule.Tenant).ToList();
        return QuotaForecast.Of(minutes, Math.Max(0, used - minutes.Sum(minute => minute.Recipients)), hve.RecipientsPerDay, now, now).RoomAt;
    }
}
