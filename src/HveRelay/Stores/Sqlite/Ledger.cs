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

    /// <summary>Clocks differ a little; what is further ahead was written while ours was wrong.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, LedgerWindow> _windows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _kept = new(StringComparer.Ordinal);
    private readonly Statement _add, _forget, _ahead, _dropAhead;

    public Ledger(Database database)
    {
        _add = database.Prepare("""
            INSERT INTO ledger(scope, second, recipients) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET recipients = recipients + excluded.recipients
            """);
        _forget = database.Prepare("DELETE FROM ledger WHERE scope = ? AND second <= ?");
        _ahead = database.Prepare("SELECT scope, sum(recipients) FROM ledger WHERE second > ? GROUP BY scope");
        _dropAhead = database.Prepare("DELETE FROM ledger WHERE second > ?");
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

    /// <summary>Is there anything that was sent later than now?</summary>
    public bool IsAhead(DateTimeOffset now) => _windows.Values.Any(window => window.Latest > LedgerWindow.SecondOf(now + Tolerance));

    /// <summary>What was sent later than now was sent, and by now: it counts from now on, for no longer than anything does.</summary>
    public void BringBack(DateTimeOffset now)
    {
        var (after, second) = (LedgerWindow.SecondOf(now + Tolerance), LedgerWindow.SecondOf(now));
        var ahead = new List<(string Scope, long Recipients)>();
        _ahead.Set(after);
        while (_ahead.Next())
        {
            ahead.Add((_ahead.Text(0), _ahead.Long(1)));
        }

        _dropAhead.Set(after).Run();
        foreach (var (scope, recipients) in ahead)
        {
            _add.Set(scope).Set(second).Set(recipients).Run();
        }

        foreach (var (scope, recipients) in ahead)
        {
            Window(scope).DropAfter(after);
            Window(scope).Add(second, recipients);
        }
    }

    /// <summary>Writes what was sent under the scopes; <see cref="Settle"/> follows when the operation's statements have run.</summary>
    public void Write(IReadOnlyList<string> scopes, long sent, DateTimeOffset at)
    {
        foreach (var scope in sent > 0 ? scopes : [])
        {
            _add.Set(scope).Set(LedgerWindow.SecondOf(at)).Set(sent).Run();
            if (_kept.ContainsKey(scope))
            {
                // Not before it is known how long this scope is asked about: at recovery nobody has asked yet.
                _forget.Set(scope).Set((at - KeptOf(scope)).ToUnixTimeSeconds()).Run();
            }
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
