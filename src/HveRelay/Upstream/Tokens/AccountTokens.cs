using System.Collections.Concurrent;
using HveRelay.Configuration;
using HveRelay.Smtp;

namespace HveRelay.Upstream.Tokens;

// The rules:
//   1. A token is renewed 20 minutes before it ends: 8 minutes were refused by HVE, a margin of 5 bounced mail, 20 work.
//   2. One that lives shorter than 40 minutes is renewed after half of its life: HVE may take it, and asking each time would not help.
//   3. One question at a time for an account; whoever comes meanwhile gets the same answer.
//   4. A failure is not remembered. How often an account is tried is the circuit's business.

/// <summary>The access token of each account, in memory alone.</summary>
internal sealed class AccountTokens(ITokenEndpoint endpoint, TimeProvider clock) : ITokenSource, IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Entry> _accounts = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Null where no account wants a token: MSAL, which is loaded with the first one, never is then.</summary>
    public static AccountTokens? For(RelayOptions relay, TimeProvider clock) =>
        relay.Hve.Accounts.Exists(account => account.OAuth is not null) || relay.Smarthosts.Exists(smarthost => smarthost.OAuth is not null)
            ? new AccountTokens(new MsalTokenEndpoint(relay.Hve.TrustedCertificate, clock), clock)
            : null;

    /// <exception cref="OperationCanceledException">The caller cancelled; the others who wait get their answer.</exception>
    public async Task<TokenResult> GetAsync(AccountOptions account, CancellationToken cancel)
    {
        var entry = _accounts.GetOrAdd(KeyOf(account), _ => new Entry());
        Task<TokenResult> asking;
        lock (entry)
        {
            if (entry.Token is { } token && clock.GetUtcNow() < token.Until)
            {
                return token;
            }

            // The question belongs to all who wait for it: none of them can cancel it.
            asking = entry.Asking ??= Task.Run(() => AskAsync(entry, account.OAuth!), CancellationToken.None);
        }

        return await asking.WaitAsync(cancel);
    }

    public void Forget(AccountOptions account, TokenResult.Token token)
    {
        if (_accounts.TryGetValue(KeyOf(account), out var entry))
        {
            lock (entry)
            {
                // Another connection may have brought a new one.
                entry.Token = entry.Token?.Value == token.Value ? null : entry.Token;
            }
        }
    }

    /// <summary>The source itself stays: who asks at this very moment is to hear that no token comes, and not of an exception.</summary>
    public void Dispose() => _stop.Cancel();

    private async Task<TokenResult> AskAsync(Entry entry, OAuthOptions oauth)
    {
        TokenResult.Token? fresh = null;
        try
        {
            var asked = clock.GetUtcNow();
            using var limit = new CancellationTokenSource(Patience, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
            switch (await endpoint.RequestAsync(oauth, either.Token))
            {
                case TokenAnswer.Issued issued:
                    fresh = new TokenResult.Token(issued.Value, asked + issued.Lifetime - Before(issued.Lifetime));
                    return fresh;
                case TokenAnswer.Failed failed:
                    return new TokenResult.Failed(failed.Failure);
                case var other:
                    throw new InvalidOperationException($"No such answer: {other}.");
            }
        }
        catch (OperationCanceledException)
        {
            var why = _stop.IsCancellationRequested ? "The relay stops." : $"The identity platform did not answer within {Patience}.";
            return new TokenResult.Failed(new SmtpFailure(Stage.Auth, null, Breakage.TokenUnavailable, why));
        }
        finally
        {
            lock (entry)
            {
                entry.Token = fresh ?? entry.Token;
                entry.Asking = null;
            }
        }
    }

    /// <summary>A smarthost may log in with an HVE account's name, and its token is for another resource.</summary>
    private static string KeyOf(AccountOptions account) => $"{account.Address} {account.OAuth?.ClientId} {account.OAuth?.Scope}";

    private static TimeSpan Before(TimeSpan lifetime) => lifetime / 2 < Margin ? lifetime / 2 : Margin;

    private sealed class Entry
    {
        public TokenResult.Token? Token { get; set; }

        public Task<TokenResult>? Asking { get; set; }
    }
}
