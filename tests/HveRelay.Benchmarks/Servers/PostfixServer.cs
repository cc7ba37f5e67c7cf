using HveRelay.Benchmarks.Processes;

namespace HveRelay.Benchmarks.Servers;

/// <summary>An instance of the installed Postfix of its own: configuration, queue, data and log in the scratch directory.</summary>
internal sealed class PostfixServer : IServer
{
    /// <summary>Postfix' default_destination_concurrency_limit, left as it is; HveRelay's MaxConnections is set to it.</summary>
    public const int DestinationConcurrency = 20;

    private PostfixServer(ChildProcess process, int port) => (Process, Port) = (process, port);

    public string Name => "Postfix";

    public int Port { get; }

    public ChildProcess Process { get; }

    /// <summary>Null where it can be measured; else why not, in a word for the table.</summary>
    public static string? Obstacle => Installed.Postfix is null ? "not installed" : Environment.IsPrivilegedProcess ? null : "needs root";

    /// <param name="hop">A port on loopback to relay to; null: everything accepted goes on hold, and nothing is delivered.</param>
    /// <param name="preload">See <see cref="SlowSync"/>.</param>
    public static async Task<PostfixServer> StartAsync(
        ScratchDirectory scratch, int? hop, TimeProvider clock, CancellationToken cancel, string? preload = null)
    {
        var port = Loopback.FreePort();
        var directory = Directory.CreateDirectory(scratch.Of($"postfix-{port}")).FullName;
        var (configuration, queue, data) = (Path.Combine(directory, "etc"), Path.Combine(directory, "queue"), Path.Combine(directory, "data"));
        foreach (var each in new[] { configuration, queue, data })
        {
            Directory.CreateDirectory(each);
        }

        // data_directory has to belong to mail_owner.
        await ChildProcess.AskAsync("/bin/chown", ["postfix", data], cancel);
        await File.WriteAllTextAsync(Path.Combine(configuration, "main.cf"), PostfixFiles.MainCf(directory, queue, data, hop, preload), cancel);
        await File.WriteAllTextAsync(Path.Combine(configuration, "master.cf"), PostfixFiles.MasterCf(port), cancel);
        var process = ChildProcess.Start(Installed.Postfix!, ["-c", configuration, "start-fg"], Path.Combine(directory, "console.log"), clock);
        return await Started.OrStoppedAsync(new PostfixServer(process, port), clock, cancel);
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
