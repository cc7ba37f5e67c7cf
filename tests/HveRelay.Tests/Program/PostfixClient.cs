using System.Globalization;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>
/// An instance of the installed Postfix of its own, which hands all mail to the relay, for each recipient in the way that it is there for;
/// its files are in the story's directory.
/// </summary>
internal sealed class PostfixClient : IAsyncDisposable
{
    public const string Name = "postfix";

    private readonly ChildProcess _process;
    private readonly string _directory;

    private PostfixClient(ChildProcess process, int port, string directory) => (_process, Port, _directory) = (process, port, directory);

    /// <summary>Where it takes mail.</summary>
    public int Port { get; }

    public static async Task<PostfixClient> StartAsync(int relay, string parent)
    {
        var postfix = Tool.Require(Name);
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "postfix: its master has to be started by root");
        var port = FreePort.Next();
        var directory = Path.Combine(parent, $"postfix-{port.ToString(CultureInfo.InvariantCulture)}");
        var (configuration, data) = (Path.Combine(directory, "etc"), Path.Combine(directory, "data"));
        foreach (var each in new[] { configuration, data, Path.Combine(directory, "queue") })
        {
            Directory.CreateDirectory(each);
        }

        // Its data belong to mail_owner, and what lies above them must let that user pass.
        await Tool.RunAsync("chown", directory, ["postfix", data]);
        await Tool.RunAsync("chmod", directory, ["a+x", parent]);
        await File.WriteAllTextAsync(Path.Combine(configuration, "passwords"), $"[127.0.0.1]:{relay} {RelayForClients.User}:{RelayForClients.Password}\n");
        await File.WriteAllLinesAsync(
            Path.Combine(configuration, "transports"), Way.All.Select(way => $"{Way.Recipient(Name, way.Tls, way.Login)} {Transport(way)}:[127.0.0.1]:{relay}"));
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
            transport_maps = texthash:{configuration}/transports
            smtp_sasl_password_maps = texthash:{configuration}/passwords
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
        await File.AppendAllLinesAsync(Path.Combine(configuration, "master.cf"), Way.All.Select(way =>
            $"{Transport(way)} unix - - n - - smtp -o smtp_tls_security_level={(way.Tls ? "encrypt" : "none")}"
            + (way.Login == "none" ? string.Empty : $" -o smtp_sasl_auth_enable=yes -o smtp_sasl_mechanism_filter={way.Login.ToLowerInvariant()}")));
        var client = new PostfixClient(ChildProcess.Start(postfix, ["-c", configuration, "start-fg"], directory), port, directory);
        await Until.True(() => client._process.HasEnded || Listens(port), client.Story, 120);
        Assert.False(client._process.HasEnded, client.Story());
        return client;
    }

    /// <summary>Waits until it has handed the message to this recipient on.</summary>
    public Task SentAsync(string to) => Until.True(
        () => Log().Split('\n').Any(line => line.Contains($" to=<{to}>, ", StringComparison.Ordinal)
            && line.Contains(" status=sent (250 2.0.0 OK queued as ", StringComparison.Ordinal)),
        Story,
        120);

    /// <summary>SIGTERM to its master, which ends what it has started; what we have started is a script that waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        var master = Path.Combine(_directory, "queue", "pid", "master.pid");
        if (!_process.HasEnded && File.Exists(master))
        {
            await Tool.RunAsync("sh", _directory, ["-c", "kill -TERM $(cat \"$0\")", master]);
            await Until.True(() => _process.HasEnded, Story, 120);
        }

        await _process.DisposeAsync();
    }

    private static string Transport((bool Tls, string Login) way) => $"{(way.Tls ? "tls" : "plain")}-{way.Login.ToLowerInvariant()}";

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
