using System.Collections.Concurrent;
using HveRelay.Mail;

namespace HveRelay.Delivery;

/// <summary>How an account does.</summary>
public enum AccountState
{
    Healthy,

    /// <summary>HVE asked for less, or cannot be reached: it goes on by itself.</summary>
    Throttled,

    /// <summary>Somebody must act; the mail waits and is kept.</summary>
    Faulty,

    /// <summary>Its quota, or the tenant's, is used up until a known time.</summary>
    Exhausted,
}

/// <param name="NextTry">When the relay tries again by itself; null where it is trying.</param>
public sealed record AccountStatus(
    string Account, AccountState State, DateTimeOffset Since, string Cause, string Remedy, string? Reply, DateTimeOffset? NextTry);

/// <summary>The state of every account. A change is logged once, not with every message that meets it.</summary>
public sealed class AccountBoard(TimeProvider clock, MailLog log)
{
    private readonly ConcurrentDictionary<string, AccountStatus> _accounts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _gate = new();

    public IReadOnlyCollection<AccountStatus> All => [.. _accounts.Values];

    public AccountStatus Of(string account) => _accounts.GetValueOrDefault(account) ?? Healthy(account);

    public void Add(string account) => _accounts.TryAdd(account, Healthy(account));

    /// <summary>A transaction went well. One that began before the quota was used up does not say that there is quota again.</summary>
    public void Works(string account)
    {
        if (Of(account) is not { State: AccountState.Exhausted, NextTry: { } until } || clock.GetUtcNow() >= until)
        {
            Set(account, AccountState.Healthy, string.Empty, string.Empty, null, null);
        }
    }

    public void Fails(string account, ReplyVerdict verdict, string words, DateTimeOffset? next) =>
        Set(
            account,
            verdict.Class switch
            {
                ReplyClass.AccountFault => AccountState.Faulty,
                ReplyClass.QuotaReached => AccountState.Exhausted,
                _ => AccountState.Throttled,
            },
            verdict.Cause, verdict.Remedy, words, next);

    public void Exhausted(string account, string scope, DateTimeOffset until) =>
        Set(account, AccountState.Exhausted,
            scope.Length == 0 ? "The tenant's daily limit of recipients is reached" : "The account's daily limit of recipients is reached",
            string.Empty, null, until);

    private AccountStatus Healthy(string account) =>
        new(account, AccountState.Healthy, clock.GetUtcNow(), string.Empty, string.Empty, null, null);

    private void Set(string account, AccountState state, string cause, string remedy, string? words, DateTimeOffset? next)
    {
        lock (_gate)
        {
            var before = Of(account);
            var changed = before.State != state || before.Cause != cause;
            if (!changed && before.NextTry == next)
            {
                return;
            }

            _accounts[account] = new AccountStatus(account, state, before.State == state ? before.Since : clock.GetUtcNow(), cause, remedy, words, next);
            if (!changed)
            {
                return;
            }

            log.Account(account, state.ToString().ToLowerInvariant(), cause, remedy, words, next, state switch
            {
                AccountState.Healthy => EventLevel.Information,
                AccountState.Faulty => EventLevel.Error,
                _ => EventLevel.Warning,
            });
            if (state == AccountState.Faulty)
            {
                log.Alarm($"account {account}", cause, remedy);
            }
        }
    }
}
