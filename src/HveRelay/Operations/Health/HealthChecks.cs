using System.Globalization;
using HveRelay.Delivery;
using HveRelay.Queue;

namespace HveRelay.Operations.Health;

/// <param name="Detail">A sentence with the figure or the remedy.</param>
internal sealed record HealthCheck(string Name, bool Ok, string Detail);

internal sealed record HealthReport(bool Ok, IReadOnlyList<HealthCheck> Checks)
{
    public static HealthReport Of(params IReadOnlyList<HealthCheck> checks) => new(checks.All(check => check.Ok), checks);
}

/// <summary>The three questions of the contract: does the process work, can it take mail, does mail get through.</summary>
internal sealed class HealthChecks(RelayState state)
{
    /// <summary>Mail that is due and has not been taken up for so long is stuck; so is an account that HVE has put off for so long.</summary>
    private static readonly TimeSpan TooOld = TimeSpan.FromMinutes(15);

    /// <summary>Who asks has a time-out of his own, and wants an answer before it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const long MiB = 1024 * 1024;

    private readonly Lock _gate = new();
    private Task<TimeSpan>? _probe;

    private static readonly string Silent = $"the store has not answered for {Patience.TotalSeconds} s";

    public static HealthReport Live() => HealthReport.Of(new HealthCheck("process", true, "runs"));

    public async Task<HealthReport> ReadyAsync(CancellationToken cancel) => HealthReport.Of(
        new HealthCheck("listeners", state.IsListening, state.IsListening ? "every listener is bound" : "not every listener is bound"),
        await StoreAsync(cancel),
        Disk());

    public async Task<HealthReport> RelayAsync(CancellationToken cancel) => HealthReport.Of(
        [.. state.Board.All.Select(Account), .. await UnservedAsync(cancel), await OldestAsync(cancel)]);

    private HealthCheck Account(AccountStatus account) => new(
        SenderName.WithKind(account.Account),
        account.State switch
        {
            AccountState.Faulty => false,
            AccountState.Throttled or AccountState.Unreachable => state.Clock.GetUtcNow() - account.Since < TooOld,
            _ => true,
        },
        account.State == AccountState.Healthy ? "healthy" : Words(account));

    private static string Words(AccountStatus account) => string.Join(
        "; ",
        new[] { account.State.ToString().ToLowerInvariant(), account.Cause, account.Remedy, account.Reply }.Where(text => !string.IsNullOrEmpty(text)));

    private async Task<HealthCheck> StoreAsync(CancellationToken cancel)
    {
        try
        {
            var sync = await ProbeAsync().WaitAsync(Patience, state.Clock, cancel);
            return new HealthCheck("store", true, string.Create(CultureInfo.InvariantCulture, $"a sync took {sync.TotalMilliseconds:0.0} ms"));
        }
        catch (Exception trouble) when (trouble is StoreException or TimeoutException)
        {
            return new HealthCheck("store", false, trouble is TimeoutException ? Silent : trouble.Message);
        }
    }

    /// <summary>One at a time, however many ask: each is a sync, and anybody who reaches the page may ask; with a store that hangs they would gather.</summary>
    private Task<TimeSpan> ProbeAsync()
    {
        lock (_gate)
        {
            return _probe is { IsCompleted: false } ? _probe : _probe = state.Store.ProbeAsync(CancellationToken.None).AsTask();
        }
    }

    /// <summary>Mail whose way was taken out of the configuration does not get through by waiting.</summary>
    private async Task<IReadOnlyList<HealthCheck>> UnservedAsync(CancellationToken cancel)
    {
        try
        {
            var served = state.Plans.SelectMany(plan => plan.Lanes).Distinct().ToList();
            var unserved = await state.Store.UnservedAsync(served, cancel).AsTask().WaitAsync(Patience, state.Clock, cancel);
            return [.. unserved.Select(each => new HealthCheck(
                each.Lane.ToString(), false, $"messages that wait for it and have no other way: {each.Messages}; it is not configured"))];
        }
        catch (Exception trouble) when (trouble is StoreException or TimeoutException)
        {
            // The next check says so.
            return [];
        }
    }

    /// <summary>What waits for a daily limit is late, and nothing is wrong: when mail is due that any other account or smarthost sends.</summary>
    private async Task<DateTimeOffset?> OldestBesideQuotaAsync(CancellationToken cancel)
    {
        var lanes = state.Plans.Where(plan => state.Board.Of(plan.Account).State != AccountState.Exhausted).SelectMany(plan => plan.Lanes).Distinct().ToList();
        return lanes.Count == 0 ? null : await state.Store.NextDueAsync(lanes, cancel).AsTask().WaitAsync(Patience, state.Clock, cancel);
    }

    private HealthCheck Disk()
    {
        try
        {
            var (free, reserve) = (state.FreeBytes(), state.Options.Queue.MinimumFreeBytes);
            return new HealthCheck("disk", free >= reserve, string.Create(CultureInfo.InvariantCulture, $"{free / MiB} MiB free, {reserve / MiB} in reserve"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return new HealthCheck("disk", false, gone.Message);
        }
    }

    private async Task<HealthCheck> OldestAsync(CancellationToken cancel)
    {
        try
        {
            var totals = await state.Store.TotalsAsync(cancel).AsTask().WaitAsync(Patience, state.Clock, cancel);
            var overdue = totals.OldestDue is { } due ? state.Clock.GetUtcNow() - due : TimeSpan.Zero;
            var waitsForQuota = await OldestBesideQuotaAsync(cancel) is not { } other || state.Clock.GetUtcNow() - other < TooOld;
            var waiting = totals.QueuedMessages == 1 ? "1 message waits" : $"{totals.QueuedMessages} messages wait";
            return new HealthCheck("queue", overdue < TooOld || waitsForQuota, overdue <= TimeSpan.Zero
                ? $"{waiting}, none is overdue"
                : string.Create(CultureInfo.InvariantCulture, $"{waiting}, the oldest is overdue for {overdue.TotalSeconds:0} s"));
        }
        catch (Exception trouble) when (trouble is StoreException or TimeoutException)
        {
            return new HealthCheck("queue", false, trouble is TimeoutException ? Silent : trouble.Message);
        }
    }
}
