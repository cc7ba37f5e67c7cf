using System.Globalization;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>One way for a client to hand over a message.</summary>
/// <param name="Login">PLAIN, LOGIN, or none.</param>
internal sealed record Way(int Port, string To, bool Tls, string Login, string Directory)
{
    public const string From = "scanner-3@contoso.com";

    public bool LogsIn => Login != "none";

    public string Body => $"by {To}";

    public string Message => $"From: {From}\nTo: {To}\nSubject: test\n\n{Body}\n";
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
        ["postfix"] = PostfixAsync,
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
        await using var postfix = await PostfixClient.StartAsync(way);
        await using var device = await RawSmtp.GreetAsync(postfix.Port);
        var reply = await device.SendMessageAsync(Way.From, [way.To], way.Message.ReplaceLineEndings("\r\n"));
        Assert.StartsWith("250 ", reply, StringComparison.Ordinal);
        await postfix.SentAsync();
    }
}

/// <summary>An instance of the installed Postfix of its own, whose relayhost is the relay; its files are in the story's directory.</summary>
internal sealed class PostfixClient : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly string _directory;

    private PostfixClient(ChildProcess process, int port, string directory) => (_process, Port, _directory) = (process, port, directory);

    /// <summary>Where it takes mail.</summary>
    public int Port { get; }

    public static async Task<PostfixClient> StartAsync(Way way)
    {
        var postfix = Tool.Require("postfix");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "postfix: its master has to be started by root");
        var port = FreePort.Next();
        var directory = Path.Combine(way.Directory, $"postfix-{port.ToString(CultureInfo.InvariantCulture)}");
        var (configuration, data) = (Path.Combine(directory, "etc"), Path.Combine(directory, "data"));
        foreach (var each in new[] { configuration, data, Path.Combine(directory, "queue") })
        {
            Directory.CreateDirectory(each);
        }

        // Its data belong to mail_owner, and what lies above them must let that user pass.
        await Tool.RunAsync("chown", directory, ["postfix", data]);
        await Tool.RunAsync("chmod", directory, ["a+x", way.Directory]);
        await File.WriteAllTextAsync(Path.Combine(configuration, "passwords"), $"[127.0.0.1]:{way.Port} {RelayForClients.User}:{RelayForClients.Password}\n");
        await File.WriteAllTextAsync(Path.Combine(configuration, "main.cf"), $"""
            compatibility_level = 3.6
            queue_directory = {directory}/queue
            data_directory = {data}
            mail_owner = postfix
            maillog_file = {directory}/maillog
            maillog_file_prefixes = {directory}
            myhostname = device.contoso.com
            mydestination =
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            mynetworks = 127.0.0.0/8
            alias_maps =
            alias_database =
            local_recipient_maps =
            smtputf8_enable = no
            relayhost = [127.0.0.1]:{way.Port}
            smtp_tls_security_level = {(way.Tls ? "encrypt" : "none")}
            smtp_sasl_auth_enable = {(way.LogsIn ? "yes" : "no")}
            smtp_sasl_password_maps = texthash:{configuration}/passwords
            smtp_sasl_mechanism_filter = {way.Login.ToLowerInvariant()}
            smtp_sasl_security_options = noanonymous

            """);
        await File.WriteAllTextAsync(Path.Combine(configuration, "master.cf"), $"""
            127.0.0.1:{port} inet n - n - - smtpd
            cleanup   unix  n - n - 0 cleanup
            qmgr      unix  n - n 300 1 qmgr
            tlsmgr    unix  - - n 1000? 1 tlsmgr
            rewrite   unix  - - n - - trivial-rewrite
            bounce    unix  - - n - 0 bounce
            defer     unix  - - n - 0 bounce
            trace     unix  - - n - 0 bounce
            proxymap  unix  - - n - - proxymap
            smtp      unix  - - n - - smtp
            relay     unix  - - n - - smtp
            error     unix  - - n - - error
            retry     unix  - - n - - error
            anvil     unix  - - n - 1 anvil
            scache    unix  - - n - 1 scache
            postlog   unix-dgram n - n - 1 postlogd

            """);
        var client = new PostfixClient(ChildProcess.Start(postfix, ["-c", configuration, "start-fg"], directory), port, directory);
        await Until.True(() => client._process.HasEnded || Listens(port), client.Story, 30);
        Assert.False(client._process.HasEnded, client.Story());
        return client;
    }

    /// <summary>Waits until it has handed a message on.</summary>
    public Task SentAsync() => Until.True(() => Log().Contains(" status=sent (250 2.0.0 OK queued as ", StringComparison.Ordinal), Story, 30);

    /// <summary>SIGTERM to its master, which ends what it has started; what we have started is a script that waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        var master = Path.Combine(_directory, "queue", "pid", "master.pid");
        if (!_process.HasEnded && File.Exists(master))
        {
            await Tool.RunAsync("sh", _directory, ["-c", "kill -TERM $(cat \"$0\")", master]);
            await Until.True(() => _process.HasEnded, Story, 30);
        }

        await _process.DisposeAsync();
    }

    private static bool Listens(int port)
    {
        try
        {
            using var probe = new System.Net.Sockets.TcpClient("127.0.0.1", port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private string Log() => Path.Combine(_directory, "maillog") is var log && File.Exists(log) ? File.ReadAllText(log) : string.Empty;

    private string Story() => string.Join('\n', _process.Lines) + '\n' + Log();
}
