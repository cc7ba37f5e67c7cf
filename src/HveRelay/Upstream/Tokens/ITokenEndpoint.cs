using HveRelay.Configuration;
using HveRelay.Smtp;

namespace HveRelay.Upstream.Tokens;

/// <summary>One question to the identity platform, one answer: nothing is remembered here.</summary>
internal interface ITokenEndpoint
{
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Task<TokenAnswer> RequestAsync(OAuthOptions oauth, CancellationToken cancel);
}

internal abstract record TokenAnswer
{
    private TokenAnswer()
    {
    }

    /// <summary>The record's text does not show the value.</summary>
    public sealed record Issued : TokenAnswer
    {
        public Issued(string value, TimeSpan lifetime) => (Value, Lifetime) = (value, lifetime);

        /// <summary>From now on.</summary>
        public TimeSpan Lifetime { get; }

        internal string Value { get; }
    }

    /// <summary>At <see cref="Stage.Auth"/>, without a secret.</summary>
    public sealed record Failed(SmtpFailure Failure) : TokenAnswer;
}
