using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// The quota ledger: on disk the recipients of each scope and second, in memory the sums over any window. Memory is changed when
/// the statements of an operation have run, and read anew where their transaction failed.
/// </summary>
internal sealed class Ledger
{
    /// <summary>Rows live at least this long, and as long as the longest window that was asked for.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(2);

    private readonly Dictionary<string, LedgerWindow> _windows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _kept = new(StringComparer.Ordinal);
    private readonly Statement _add, _forget;

    public Ledger(Database database)
    {
        _add = database.Prepare("""
            INSERT INTO ledger(scope, second, recipients) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET recipients = recipients + excluded.recipients
            """);
        _forget = database.Prepare("DELETE FROM ledger WHERE scope = ? AND second <= ?");
        var rows = database.Prepare("SELECT scope, second, recipients FROM ledger ORDER BY scope, second");
        while (rows.Next())
        {
            Window(rows.Text(0)).Add(rows.Long(1), rows.Long(2));
        }

        var open = database.Prepare("SELECT scopes, granted FROM attempt INDEXED BY attempt_open WHERE ended_at IS NULL");
        while (open.Next())
        {
            Reserve(ListColumns.Split(open.Text(0)), open.Long(1));
        }
    }

    /// <summary>How many of the wanted recipients fit in all rules, and where none does, the rule that holds them up longest.</summary>
    public (int Fit, AttemptGrant.Exhausted? Exhausted) Fit(IReadOnlyList<QuotaRule> rules, int wanted, DateTimeOffset at)
    {
        long fit = wanted;
        AttemptGrant.Exhausted? exhausted = null;
        foreach (var rule in rules)
        {
            _kept[rule.Scope] = Longest(rule.Window, _kept.GetValueOrDefault(rule.Scope, Kept));
            if (rule.Limit == 0)
            {
                continue;
            }

            var window = Window(rule.Scope);
            var room = window.Room(rule.Limit, at, rule.Window);
            fit = Math.Min(fit, room);
            if (room == 0 && window.FitsAt(rule.Limit, at, rule.Window) is var until && (exhausted is null || until > exhausted.Until))
            {
                exhausted = new AttemptGrant.Exhausted(rule.Scope, until);
            }
        }

        return ((int)fit, exhausted);
    }

    /// <summary>Writes what was sent under the scopes; <see cref="Settle"/> follows when the operation's statements have run.</summary>
    public void Write(IReadOnlyList<string> scopes, long sent, DateTimeOffset at)
    {
        foreach (var scope in sent > 0 ? scopes : [])
        {
            _add.Set(scope).Set(LedgerWindow.SecondOf(at)).Set(sent).Run();
            _forget.Set(scope).Set((at - KeptOf(scope)).ToUnixTimeSeconds()).Run();
        }
    }

    public void Reserve(IReadOnlyList<string> scopes, long granted)
    {
        foreach (var scope in scopes)
        {
            Window(scope).Reserve(granted);
        }
    }

    /// <summary>A reservation ends; of it, so many were sent.</summary>
    public void Settle(IReadOnlyList<string> scopes, long granted, long sent, DateTimeOffset at)
    {
        foreach (var scope in scopes)
        {
            var window = Window(scope);
            window.GiveBack(granted);
            if (sent > 0)
            {
                window.Add(LedgerWindow.SecondOf(at), sent);
                window.Forget(at - KeptOf(scope));
            }
        }
    }

    private static TimeSpan Longest(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private TimeSpan KeptOf(string scope) => _kept.GetValueOrDefault(scope, Kept);

    private LedgerWindow Window(string scope)
    {
        if (!_windows.TryGetValue(scope, out var window))
        {
            _windows[scope] = window = new LedgerWindow();
        }

        return window;
    }
}
