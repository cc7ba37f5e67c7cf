using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>One way for a client to hand over a message.</summary>
/// <param name="Login">PLAIN, LOGIN, or none.</param>
internal sealed record Way(RelayForClients Relay, string Client, bool Tls, string Login)
{
    public const string From = "scanner-3@contoso.com";

    /// <summary>With TLS and without, with each login and without.</summary>
    public static readonly IReadOnlyList<(bool Tls, string Login)> All =
        [.. from tls in new[] { false, true } from login in new[] { "none", "PLAIN", "LOGIN" } select (tls, login)];

    public int Port => Relay.Story.SmtpPort;

    public string Directory => Relay.Story.Directory;

    /// <summary>A recipient of its own.</summary>
    public string To => Recipient(Client, Tls, Login);

    public bool LogsIn => Login != "none";

    public string Body => $"by {To}";

    public string Message => $"From: {From}\nTo: {To}\nSubject: test\n\n{Body}\n";

    public static string Recipient(string client, bool tls, string login) =>
        $"{client.Replace(' ', '-')}-{(tls ? "tls" : "plain")}-{login.ToLowerInvariant()}@contoso.com";
}

/// <summary>The clients that administrators have at hand, and the options of each for a way.</summary>
internal static class MailClients
{
    /// <summary>Client by client: its program, and how it sends one message.</summary>
    public static readonly IReadOnlyDictionary<string, Func<Way, Task>> All = new Dictionary<string, Func<Way, Task>>(StringComparer.Ordinal)
    {
        ["swaks"] = SwaksAsync,
        ["python smtplib"] = PythonAsync,
        ["curl"] = CurlAsync,
        ["msmtp"] = MsmtpAsync,
        ["s-nail"] = SnailAsync,
        [PostfixClient.Name] = PostfixAsync,
    };

    private static Task SwaksAsync(Way way) => Tool.RunAsync(
        "swaks", way.Directory,
        [
            "--server", $"127.0.0.1:{way.Port}", "--from", Way.From, "--to", way.To, "--body", way.Body,
            .. way.Tls ? ["--tls"] : Array.Empty<string>(),
            .. way.LogsIn ? ["--auth", way.Login, "--auth-user", RelayForClients.User, "--auth-password", RelayForClients.Password] : Array.Empty<string>(),
        ]);

    private static Task PythonAsync(Way way) => Tool.RunAsync("python3", way.Directory, ["-c", $"""
        import smtplib, ssl
        from email.message import EmailMessage
        context = ssl.create_default_context(); context.check_hostname = False; context.verify_mode = ssl.CERT_NONE
        m = EmailMessage(); m['From'] = '{Way.From}'; m['To'] = '{way.To}'; m['Subject'] = 'test'; m.set_content('{way.Body}')
        with smtplib.SMTP('127.0.0.1', {way.Port}) as s:
            s.ehlo()
            if {(way.Tls ? "True" : "False")}: s.starttls(context=context); s.ehlo()
            s.user, s.password = '{RelayForClients.User}', '{RelayForClients.Password}'
            if '{way.Login}' == 'PLAIN': s.auth('PLAIN', s.auth_plain)
            if '{way.Login}' == 'LOGIN': s.auth('LOGIN', s.auth_login)
            s.send_message(m)
        """]);

    private static Task CurlAsync(Way way) => Tool.RunAsync(
        "curl", way.Directory,
        [
            "-sS", $"smtp://127.0.0.1:{way.Port}/device", "--mail-from", Way.From, "--mail-rcpt", way.To, "--upload-file", "-",
            .. way.Tls ? ["--ssl-reqd", "-k"] : Array.Empty<string>(),
            .. way.LogsIn
                ? ["--user", $"{RelayForClients.User}:{RelayForClients.Password}", "--login-options", $"AUTH={way.Login}"]
                : Array.Empty<string>(),
        ],
        way.Message.ReplaceLineEndings("\r\n"));

    private static Task MsmtpAsync(Way way) => Tool.RunAsync(
        "msmtp", way.Directory,
        [
            "--host=127.0.0.1", $"--port={way.Port}", $"--from={Way.From}",
            .. way.Tls ? ["--tls=on", "--tls-certcheck=off"] : new[] { "--tls=off" },
            .. way.LogsIn
                ? [$"--auth={way.Login.ToLowerInvariant()}", $"--user={RelayForClients.User}", $"--passwordeval=echo '{RelayForClients.Password}'"]
                : new[] { "--auth=off" },
            way.To,
        ],
        way.Message);

    private static Task SnailAsync(Way way)
    {
        var login = way.LogsIn ? $"{RelayForClients.User}:{Uri.EscapeDataString(RelayForClients.Password)}@" : string.Empty;
        return Tool.RunAsync(
            "s-nail", way.Directory,
            [
                "-:/", "-Sv15-compat", $"-Smta=smtp://{login}127.0.0.1:{way.Port}", $"-Ssmtp-auth={(way.LogsIn ? way.Login.ToLowerInvariant() : "none")}",
                "-SDEAD=/dev/null", $"-Sfrom={Way.From}", "-Ssendwait", .. way.Tls ? ["-Ssmtp-use-starttls", "-Stls-verify=ignore"] : Array.Empty<string>(),
                "-s", "test", way.To,
            ],
            way.Body + "\n");
    }

    private static async Task PostfixAsync(Way way)
    {
        var postfix = await way.Relay.PostfixAsync();
        await using var device = await RawSmtp.GreetAsync(postfix.Port);
        var reply = await device.SendMessageAsync(Way.From, [way.To], way.Message.ReplaceLineEndings("\r\n"));
        Assert.StartsWith("250 ", reply, StringComparison.Ordinal);
        await postfix.SentAsync(way.To);
    }
}
