using System.Net;
using HveRelay.Smtp.Client.Tls;
using Microsoft.Identity.Client;

namespace HveRelay.Upstream.Tokens;

/// <summary>
/// HTTPS for one question: certificates judged as those of HVE are, no redirection, since a secret is posted, and the proxy of the
/// environment (HTTPS_PROXY) or the system.
/// </summary>
internal sealed class TokenHttp : IMsalHttpClientFactory, IDisposable
{
    private const int LongestAnswer = 1 << 20;

    private readonly HttpClient _client;

    public TokenHttp(string host, ServerTrust trust, DateTimeOffset now)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            SslOptions = trust.For(host, now, why => Refusal = why),
        };
        _client = new HttpClient(new Listening(this, handler), disposeHandler: true)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LongestAnswer,
        };
    }

    /// <summary>Why its certificate was not taken; null where it was.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The status of its answer; null where none came.</summary>
    public int? Status { get; private set; }

    public HttpClient GetHttpClient() => _client;

    public void Dispose() => _client.Dispose();

    private sealed class Listening(TokenHttp http, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            http.Status = (int)response.StatusCode;
            return response;
        }
    }
}
