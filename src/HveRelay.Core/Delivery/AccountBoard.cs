using System.Collections.Concurrent;
using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Delivery;

/// <summary>How an account does.</summary>
public enum AccountState
{
    Healthy,

    /// <summary>HVE asked for less: it goes on by itself.</summary>
    Throttled,

    /// <summary>HVE cannot be reached: no address, no connection, no TLS. It goes on by itself.</summary>
    Unreachable,

    /// <summary>Somebody must act; the mail waits and is kept.</summary>
    Faulty,

    /// <summary>Its quota, or the tenant's, is used up until a known time.</summary>
    Exhausted,

    /// <summary>An operator paused it; the mail waits and is kept.</summary>
    Paused,
}

/// <param name="Fault">What is at fault where it is <see cref="AccountState.Faulty"/>.</param>
/// <param name="Reply">The latest words of HVE, or ours where it said nothing.</param>
/// <param name="NextTry">When the relay tries again by itself; null where it is trying.</param>
public sealed record AccountStatus(
    string Account, AccountState State, DateTimeOffset Since, FaultKind Fault, string Cause, string Remedy, string? Reply, DateTimeOffset? NextTry);

/// <summary>The state of every account. A change is logged once, not with every message that meets it.</summary>
public sealed class AccountBoard(TimeProvider clock, MailLog log)
{
    private readonly ConcurrentDictionary<string, AccountStatus> _accounts = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, AccountPause> _pauses = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, int> _connections = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, int> _allowed = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> _gone = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _gate = new();

    public IReadOnlyCollection<AccountStatus> All => [.. _accounts.Keys.Select(Of)];

    /// <summary>As it is to the outside: who is paused is nothing else.</summary>
    public AccountStatus Of(string account)
    {
        var beneath = Beneath(account);
        return !_pauses.TryGetValue(account, out var pause) ? beneath : beneath with
        {
            State = AccountState.Paused,
            Since = pause.At,
            Fault = FaultKind.None,
            Cause = pause.Reason is null ? $"{pause.By} paused it" : $"{pause.By} paused it: {pause.Reason}",
            Remedy = $"Administrator: hverelay accounts resume {account}",
            NextTry = null,
        };
    }

    public bool Has(string account) => _accounts.ContainsKey(account);

    public bool IsPaused(string account) => _pauses.ContainsKey(account);

    /// <summary>Connections to the next hop that are open for this account, warm ones included.</summary>
    public int ConnectionsOf(string account) => _connections.GetValueOrDefault(account);

    public void Connected(string account, int more) => _connections.AddOrUpdate(account, more, (_, count) => count + more);

    /// <summary>As many connections as it may have now; null where nothing is sent from here.</summary>
    public int? AllowedOf(string account) => _allowed.TryGetValue(account, out var allowed) ? allowed : null;

    public void Allow(string account, int connections) => _allowed[account] = connections;

    public void Add(string account)
    {
        _gone.TryRemove(account, out _);
        _accounts.TryAdd(account, Healthy(account));
    }

    /// <summary>The configuration had it once, and has it no more.</summary>
    public bool IsGone(string account) => _gone.ContainsKey(account);

    /// <summary>The configuration has it no more: nothing is begun by it.</summary>
    public void Remove(string account)
    {
        lock (_gate)
        {
            _gone[account] = true;
            _accounts.TryRemove(account, out _);
            _pauses.TryRemove(account, out _);
        }
    }

    /// <summary>Its limits are others now: whether they are used up the next transaction says.</summary>
    public void Relieve(string account)
    {
        if (Beneath(account).State == AccountState.Exhausted)
        {
            Set(Healthy(account));
        }
    }

    /// <summary>It may log in otherwise, or elsewhere: nobody waits any more for the time that stands there.</summary>
    public void TriesAnew(string account)
    {
        lock (_gate)
        {
            if (Has(account) && Beneath(account) is { State: not AccountState.Exhausted } now)
            {
                _accounts[account] = now with { NextTry = null };
            }
        }
    }

    /// <summary>
    /// From here on nothing is sent by it; what is under way ends as it will. Whoever pauses it and whoever reads in the queue that it is
    /// paused may come at once: it is said once.
    /// </summary>
    public void Pause(AccountPause pause)
    {
        if (_pauses.TryAdd(pause.Account, pause))
        {
            Tell(Of(pause.Account));
        }
    }

    public void Resume(string account)
    {
        if (_pauses.TryRemove(account, out _))
        {
            // It had no time to settle while nothing was sent.
            lock (_gate)
            {
                _accounts[account] = Beneath(account) with { Since = clock.GetUtcNow() };
            }

            Tell(Beneath(account));
        }
    }

    /// <summary>A transaction went well. One that began before the quota was used up does not say that there is quota again.</summary>
    public void Works(string account)
    {
        if (Beneath(account) is not { State: AccountState.Exhausted, NextTry: { } until } || clock.GetUtcNow() >= until)
        {
            Set(Healthy(account));
        }
    }

    public void Fails(string account, ReplyVerdict verdict, string words, DateTimeOffset? next) => Set(new AccountStatus(
        account,
        verdict.Class switch
        {
            ReplyClass.AccountFault => AccountState.Faulty,
            ReplyClass.QuotaReached => AccountState.Exhausted,
            ReplyClass.Unreachable => AccountState.Unreachable,
            _ => AccountState.Throttled,
        },
        clock.GetUtcNow(), verdict.Fault, verdict.Cause, verdict.Remedy, words, next));

    /// <param name="urgentGoes">The reserve for urgent mail is left.</param>
    public void Exhausted(string account, string scope, DateTimeOffset until, bool urgentGoes)
    {
        var whose = scope.Length == 0 ? "The tenant's" : SenderName.IsSmarthost(scope) ? "The smarthost's" : "The account's";
        Set(new AccountStatus(
            account, AccountState.Exhausted, clock.GetUtcNow(), FaultKind.None,
            urgentGoes ? $"{whose} daily limit of recipients is reached, but for the reserve of urgent mail" : $"{whose} daily limit of recipients is reached",
            string.Empty, null, until));
    }

    private AccountStatus Beneath(string account) => _accounts.GetValueOrDefault(account) ?? Healthy(account);

    private AccountStatus Healthy(string account) =>
        new(account, AccountState.Healthy, clock.GetUtcNow(), FaultKind.None, string.Empty, string.Empty, null, null);

    private void Set(AccountStatus now)
    {
        lock (_gate)
        {
            if (IsGone(now.Account))
            {
                // An attempt that was under way: it must not put back what nobody would ever mend.
                return;
            }

            var before = Beneath(now.Account);
            _accounts[now.Account] = before.State == now.State ? now with { Since = before.Since } : now;
            if (before.State == now.State && before.Cause == now.Cause)
            {
                return;
            }

            Tell(now);
        }
    }

    private void Tell(AccountStatus now)
    {
        var kind = now.Fault == FaultKind.None ? null : FaultWords.Of(now.Fault);
        log.Account(now.Account, now.State.ToString().ToLowerInvariant(), kind, now.Cause, now.Remedy, now.Reply, now.NextTry, now.State switch
        {
            AccountState.Healthy => EventLevel.Information,
            AccountState.Faulty => EventLevel.Error,
            _ => EventLevel.Warning,
        });
        if (now.State == AccountState.Faulty)
        {
            log.Alarm(SenderName.WithKind(now.Account), now.Cause, now.Remedy);
        }
    }
}
