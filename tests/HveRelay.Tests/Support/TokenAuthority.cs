using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HveRelay.Tests.Support;

/// <summary>
/// An identity platform on loopback, over HTTPS with a certificate that nobody else trusts: client credentials with a secret or with
/// an assertion, whose signature it checks. It answers what the test says, and remembers what it was asked.
/// </summary>
public sealed class TokenAuthority : IAsyncDisposable
{
    public const string Tenant = "contoso.onmicrosoft.com";
    public const string ClientId = "11111111-2222-3333-4444-555555555555";
    public const string Secret = "s3cret/+value";

    private readonly SelfMadeAuthority _root = new("Token authority");
    private readonly ConcurrentQueue<Question> _questions = new();
    private readonly X509Certificate2 _certificate;
    private WebApplication? _app;
    private int _issued;

    private TokenAuthority() => _certificate = _root.Issue("localhost");

    public int Port { get; } = FreePort.Next();

    public string Address => $"https://localhost:{Port}";

    public string RootPem => _root.Certificate.ExportCertificatePem();

    /// <summary>Trusted for what it is, whatever the day.</summary>
    public string CertificatePem => _certificate.ExportCertificatePem();

    public IReadOnlyList<Question> Questions => [.. _questions];

    /// <summary>Of the tokens that are issued from now on.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(60);

    /// <summary>Knows of each token before it is sent.</summary>
    public Action<string> Issued { get; set; } = _ => { };

    /// <summary>Status and body instead of a token; null: a token for who may have one.</summary>
    public Func<Question, (int Status, string Body)?> Answer { get; set; } = _ => null;

    /// <summary>The certificates that the application is known by.</summary>
    public List<X509Certificate2> Known { get; } = [];

    /// <summary>Answers wait for it.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public static async Task<TokenAuthority> StartAsync()
    {
        var authority = new TokenAuthority();
        await authority.ComeBackAsync();
        return authority;
    }

    /// <summary>An error as the identity platform words it.</summary>
    public static (int Status, string Body) Error(string error, string description, int status = 401) =>
        (status, JsonSerializer.Serialize(new
        {
            error,
            error_description = description + "\r\nTrace ID: 0000aaaa-11bb-cccc-dd22-eeeeee333333\r\nTimestamp: 2026-11-22 03:12:00Z",
            error_codes = new[] { 1 },
        }));

    public async Task ComeBackAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, Quiet>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, Port, listen => listen.UseHttps(_certificate)));
        _app = builder.Build();
        _app.Run(RespondAsync);
        await _app.StartAsync();
    }

    public async Task GoAwayAsync()
    {
        await _app!.DisposeAsync();
        _app = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        _certificate.Dispose();
        _root.Dispose();
    }

    private async Task RespondAsync(HttpContext context)
    {
        var form = context.Request.HasFormContentType
            ? (await context.Request.ReadFormAsync()).ToDictionary(pair => pair.Key, pair => pair.Value.ToString())
            : [];
        var question = new Question(context.Request.Path, form);
        _questions.Enqueue(question);
        await Gate;
        var (status, body) = Answer(question) ?? Judge(question);
        context.Response.StatusCode = status;
        context.Response.ContentType = body.StartsWith('{') ? "application/json" : "text/html";
        await context.Response.WriteAsync(body);
    }

    private (int Status, string Body) Judge(Question question)
    {
        if (question.Path != $"/{Tenant}/oauth2/v2.0/token" || question["grant_type"] != "client_credentials")
        {
            return (404, "no such page");
        }

        if (question["client_id"] != ClientId)
        {
            return Error("unauthorized_client", "AADSTS700016: Application was not found in the directory.", 400);
        }

        if (question["client_assertion"] is { } assertion ? !IsSigned(assertion) : question["client_secret"] != Secret)
        {
            return question["client_assertion"] is null
                ? Error("invalid_client", "AADSTS7000215: Invalid client secret provided.")
                : Error("invalid_client", "AADSTS700027: The certificate is not registered on application.");
        }

        // As long as the real ones are: they do not fit a command line of SMTP.
        var token = $"eyJ0eXAiOiJKV1QifQ.{new string('a', 1800)}.{Interlocked.Increment(ref _issued)}";
        Issued(token);
        return (200, JsonSerializer.Serialize(new { token_type = "Bearer", expires_in = (int)Lifetime.TotalSeconds, access_token = token }));
    }

    /// <summary>RFC 7523 with PS256 or RS256, by one of the known certificates.</summary>
    private bool IsSigned(string assertion)
    {
        var parts = assertion.Split('.');
        var header = Encoding.UTF8.GetString(Octets(parts[0]));
        var padding = header.Contains("PS256", StringComparison.Ordinal) ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        return Known.Exists(certificate =>
        {
            using var key = certificate.GetRSAPublicKey()!;
            return key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Octets(parts[2]), HashAlgorithmName.SHA256, padding);
        });
    }

    private static byte[] Octets(string base64Url) => System.Buffers.Text.Base64Url.DecodeFromChars(base64Url);

    /// <param name="Path">Of the request.</param>
    public sealed record Question(string Path, Dictionary<string, string> Form)
    {
        public string? this[string name] => Form.GetValueOrDefault(name);
    }

    private sealed class Quiet : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
