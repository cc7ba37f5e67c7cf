using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using HveRelay.Configuration;
using HveRelay.Smtp;
using HveRelay.Smtp.Client.Tls;
using Microsoft.Identity.Client;

namespace HveRelay.Upstream.Tokens;

/// <summary>
/// OAuth 2.0 client credentials by way of MSAL, which signs assertions and knows the platform's habits. Its cache is not used, since
/// it renews too late for HVE; nor its instance discovery and its second tries, which would ask more and longer than we say.
/// </summary>
/// <param name="trustedCertificate">A PEM file to trust beside the system's authorities, for proxies that open TLS; null: none.</param>
internal sealed class MsalTokenEndpoint(string? trustedCertificate, TimeProvider clock) : ITokenEndpoint
{
    public const string DefaultScope = "https://outlook.office.com/.default";
    private const string DefaultAuthority = "https://login.microsoftonline.com/";

    private readonly ConcurrentDictionary<string, X509Certificate2> _lastGood = new(StringComparer.Ordinal);

    public async Task<TokenAnswer> RequestAsync(OAuthOptions oauth, CancellationToken cancel)
    {
        var authority = AuthorityOf(oauth);
        ServerTrust trust;
        X509Certificate2? certificate;
        try
        {
            trust = await CertificateFiles.TrustAsync(trustedCertificate, cancel);
            certificate = Certificate(oauth);
        }
        catch (CertificateFileException unusable)
        {
            return Failed(Breakage.CredentialUnusable, unusable.Message);
        }

        using var http = new TokenHttp(authority.Host, trust, clock.GetUtcNow());
        try
        {
            var application = ConfidentialClientApplicationBuilder.Create(oauth.ClientId)
                .WithAuthority(authority, validateAuthority: false)
                .WithInstanceDiscovery(false)
                .WithHttpClientFactory(http, retryOnceOn5xx: false);
            application = certificate is null ? application.WithClientSecret(oauth.ClientSecret) : application.WithCertificate(certificate);
            var result = await application.Build()
                .AcquireTokenForClient([string.IsNullOrEmpty(oauth.Scope) ? DefaultScope : oauth.Scope])
                .WithForceRefresh(true)
                .ExecuteAsync(cancel);

            // MSAL reckons by the system's clock; ours may be another one.
            return new TokenAnswer.Issued(result.AccessToken, result.ExpiresOn - TimeProvider.System.GetUtcNow());
        }
        catch (Exception failed) when (failed is MsalException or HttpRequestException or IOException or JsonException or CryptographicException)
        {
            cancel.ThrowIfCancellationRequested();
            return Explain(failed, authority.Host, http, oauth.ClientSecret);
        }
    }

    /// <summary>With the tenant behind it, where the path does not name one.</summary>
    public static Uri AuthorityOf(OAuthOptions oauth)
    {
        var authority = new Uri(string.IsNullOrEmpty(oauth.Authority) ? DefaultAuthority : oauth.Authority);
        return authority.AbsolutePath == "/" ? new Uri(authority, Uri.EscapeDataString(oauth.TenantId)) : authority;
    }

    /// <summary>Read for every question, so that a replaced file counts. One that cannot be read, half-written perhaps, leaves the one before in use.</summary>
    private X509Certificate2? Certificate(OAuthOptions oauth)
    {
        if (oauth.ClientCertificate() is not { } files)
        {
            return null;
        }

        try
        {
            return _lastGood[files.File!] = CertificateFiles.Load(files, "OAuth.Certificate").Leaf;
        }
        catch (CertificateFileException) when (_lastGood.TryGetValue(files.File!, out var before))
        {
            return before;
        }
    }

    private static TokenAnswer.Failed Explain(Exception failed, string host, TokenHttp http, string? secret) => (failed, http) switch
    {
        (_, { Refusal: { } refusal }) => Failed(Breakage.TokenUnavailable, $"{host}: {TokenWords.Clean(refusal, secret)}"),
        (MsalServiceException busy, { Status: 429 or >= 500 }) =>
            Failed(Breakage.TokenUnavailable, $"{host} answered {http.Status}: {TokenWords.Of(busy.ResponseBody, busy.ErrorCode, secret)}"),
        (MsalServiceException { ErrorCode: not ("non_parsable_oauth_error" or "http_status_not_200") } refused, { Status: >= 400 }) =>
            Failed(Breakage.TokenRefused, $"{host} answered {http.Status}: {TokenWords.Of(refused.ResponseBody, refused.ErrorCode, secret)}"),

        // No answer of an identity platform: a proxy's page, perhaps.
        (MsalException or JsonException, { Status: { } status }) =>
            Failed(Breakage.TokenUnavailable, $"{host} answered {status} with something that is no token"),
        (MsalClientException or CryptographicException, _) =>
            Failed(Breakage.CredentialUnusable, $"The secret or certificate cannot be used: {TokenWords.Clean(failed.Message, secret)}"),
        _ => Failed(Breakage.TokenUnavailable, $"{host} cannot be asked: {TokenWords.Clean(failed.GetBaseException().Message, secret)}"),
    };

    private static TokenAnswer.Failed Failed(Breakage breakage, string detail) => new(new SmtpFailure(Stage.Auth, null, breakage, detail));
}
