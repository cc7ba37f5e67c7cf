using System.Globalization;
using System.Reflection;
using System.Text;
using HveRelay.Delivery;
using HveRelay.Queue;

namespace HveRelay.Operations.Metrics;

/// <summary><c>/metrics</c> in Prometheus' text format, names after the contract.</summary>
internal sealed class PrometheusPage(MeterTotals totals, RelayState state)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Version { get; } =
        typeof(PrometheusPage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public async Task<string> RenderAsync(CancellationToken cancel)
    {
        var page = new StringBuilder();
        foreach (var counter in totals.Instruments.Where(instrument => instrument.Name.EndsWith("_total", StringComparison.Ordinal)))
        {
            Head(page, counter.Name, "counter", counter.Description!);
            foreach (var (labels, value) in totals.Counts(counter.Name))
            {
                Sample(page, counter.Name, labels, value);
            }
        }

        Histogram(page, "hverelay_delivery_seconds", "From accepted to relayed");
        try
        {
            Queue(page, await state.Store.TotalsAsync(cancel));
            await QuotaAsync(page, cancel);
        }
        catch (StoreException)
        {
            // Who is to be alarmed of it needs the other figures now most of all; /healthz/ready says what is wrong with the store.
        }

        Accounts(page);
        Head(page, "hverelay_smtp_sessions", "gauge", "Open connections");
        var sessions = state.Sessions.Counts;
        foreach (var listener in state.Options.Listeners)
        {
            Sample(page, "hverelay_smtp_sessions", Label("listener", listener.Name), sessions.GetValueOrDefault(listener.Name));
        }

        Head(page, "hverelay_build_info", "gauge", "The version, always 1");
        Sample(page, "hverelay_build_info", Label("version", Version), 1);
        return page.ToString();
    }

    private static string Label(string key, string value) => LabelText.Of(KeyValuePair.Create<string, object?>(key, value));

    private static void Head(StringBuilder page, string name, string type, string help) =>
        page.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Sample(StringBuilder page, string name, string labels, double value) =>
        page.Append(name).Append(labels).Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private void Histogram(StringBuilder page, string name, string help)
    {
        Head(page, name, "histogram", help);
        var (buckets, sum) = totals.Histogram();
        foreach (var (bound, count) in buckets)
        {
            var le = double.IsPositiveInfinity(bound) ? "+Inf" : bound.ToString(CultureInfo.InvariantCulture);
            Sample(page, name + "_bucket", Label("le", le), count);
        }

        Sample(page, name + "_sum", string.Empty, sum);
        Sample(page, name + "_count", string.Empty, buckets[^1].Count);
    }

    private void Queue(StringBuilder page, QueueTotals queue)
    {
        Head(page, "hverelay_queue_messages", "gauge", "Messages that have not ended");
        Sample(page, "hverelay_queue_messages", Label("state", "queued"), queue.QueuedMessages);
        Sample(page, "hverelay_queue_messages", Label("state", "held"), queue.HeldMessages);
        Head(page, "hverelay_queue_oldest_seconds", "gauge", "How long the oldest due mail is overdue");
        Sample(page, "hverelay_queue_oldest_seconds", string.Empty, Overdue(queue).TotalSeconds);
        Head(page, "hverelay_store_sync_seconds", "gauge", "How long the latest sync of the store took");
        Sample(page, "hverelay_store_sync_seconds", string.Empty, queue.LastSync.TotalSeconds);
        Head(page, "hverelay_store_syncs_total", "counter", "Syncs of the store");
        Sample(page, "hverelay_store_syncs_total", string.Empty, queue.Syncs);
    }

    private TimeSpan Overdue(QueueTotals queue) => queue.OldestDue is { } due && due < state.Clock.GetUtcNow()
        ? state.Clock.GetUtcNow() - due
        : TimeSpan.Zero;

    private async Task QuotaAsync(StringBuilder page, CancellationToken cancel)
    {
        var plans = new List<SenderPlan>();
        foreach (var plan in state.Plans)
        {
            plans.Add(await plan.TodayAsync(state.Store, state.Clock.GetUtcNow(), cancel));
        }

        var rules = plans.SelectMany(plan => plan.Rules).DistinctBy(rule => rule.Scope).ToList();
        Head(page, "hverelay_quota_used_recipients", "gauge", "Recipients in the window; account \"\" is the tenant");
        foreach (var rule in rules)
        {
            var used = await state.Store.UsedAsync(rule.Scope, state.Clock.GetUtcNow() - rule.Window, cancel);
            Sample(page, "hverelay_quota_used_recipients", Label("account", rule.Scope), used);
        }

        Head(page, "hverelay_quota_limit_recipients", "gauge", "The limit of the window; 0 is none");
        foreach (var rule in rules)
        {
            Sample(page, "hverelay_quota_limit_recipients", Label("account", rule.Scope), rule.Limit);
        }
    }

    private void Accounts(StringBuilder page)
    {
        Head(page, "hverelay_account_state", "gauge", "1 at the state that an account is in");
        foreach (var account in state.Board.All.OrderBy(account => account.Account, StringComparer.Ordinal))
        {
            foreach (var name in Enum.GetValues<AccountState>())
            {
                var labels = LabelText.Of(
                    KeyValuePair.Create<string, object?>("account", account.Account),
                    KeyValuePair.Create<string, object?>("state", name.ToString().ToLowerInvariant()));
                Sample(page, "hverelay_account_state", labels, account.State == name ? 1 : 0);
            }
        }
    }
}
