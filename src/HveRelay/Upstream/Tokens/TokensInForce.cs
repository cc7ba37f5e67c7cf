using HveRelay.Configuration;
using HveRelay.Smtp;

namespace HveRelay.Upstream.Tokens;

/// <summary>The tokens of the configuration as it is now: when the way to log in changes, those of before count no more.</summary>
internal sealed class TokensInForce(RelayOptions relay, TimeProvider clock) : ITokenSource, IDisposable
{
    private volatile AccountTokens? _current = AccountTokens.For(relay, clock);

    /// <summary>Who waits for a token at this moment is told that none came, and tries again.</summary>
    public void Renew(RelayOptions changed)
    {
        var before = _current;
        _current = AccountTokens.For(changed, clock);
        before?.Dispose();
    }

    public Task<TokenResult> GetAsync(AccountOptions account, CancellationToken cancel) =>
        _current?.GetAsync(account, cancel) ?? Task.FromResult<TokenResult>(new TokenResult.Failed(new SmtpFailure(
            Stage.Auth, null, Breakage.TokenUnavailable, $"{account.Address} logs in with a token no more: the configuration has changed.")));

    public void Forget(AccountOptions account, TokenResult.Token token) => _current?.Forget(account, token);

    public void Dispose() => _current?.Dispose();
}
