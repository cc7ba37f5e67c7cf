using HveRelay.Configuration;
using HveRelay.Smtp;

namespace HveRelay.Upstream;

/// <summary>The door to the identity platform, for accounts with <see cref="AccountOptions.OAuth"/>.</summary>
public interface ITokenSource
{
    /// <summary>A token that is good for longer than a session lasts; HVE refuses those close to expiry.</summary>
    Task<TokenResult> GetAsync(AccountOptions account, CancellationToken cancel);

    /// <summary>HVE did not take this one: it is not handed out again.</summary>
    void Forget(AccountOptions account, TokenResult.Token token);
}

public abstract record TokenResult
{
    private TokenResult()
    {
    }

    /// <summary>The value is internal so that the record's text does not show it.</summary>
    public sealed record Token : TokenResult
    {
        public Token(string value, DateTimeOffset until) => (Value, Until) = (value, until);

        /// <summary>From then on no transaction begins on a connection that logged in with it.</summary>
        public DateTimeOffset Until { get; }

        internal string Value { get; }
    }

    /// <summary>As a failure at <see cref="Stage.Auth"/>, with what the identity platform said and no secret.</summary>
    public sealed record Failed(SmtpFailure Failure) : TokenResult;
}
