using HveRelay.Configuration;
using HveRelay.Smtp;

namespace HveRelay.Upstream;

/// <summary>The door to the identity platform, for accounts with <see cref="AccountOptions.OAuth"/>.</summary>
public interface ITokenSource
{
    /// <summary>A token that is good for longer than a session lasts; HVE refuses those close to expiry.</summary>
    Task<TokenResult> GetAsync(AccountOptions account, CancellationToken cancel);
}

public abstract record TokenResult
{
    private TokenResult()
    {
    }

    /// <summary>The value is internal so that the record's text does not show it.</summary>
    public sealed record Token : TokenResult
    {
        public Token(string value) => Value = value;

        internal string Value { get; }
    }

    /// <summary>As a failure at <see cref="Stage.Auth"/>, with what the identity platform said and no secret.</summary>
    public sealed record Failed(SmtpFailure Failure) : TokenResult;
}
