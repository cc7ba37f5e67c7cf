using System.Globalization;
using HveRelay.Benchmarks.Processes;

namespace HveRelay.Benchmarks.Servers;

/// <summary>Postfix' smtp-sink: throws mail away, so it is what the load can reach at most; and as next hop it counts.</summary>
internal sealed class SinkServer : IServer
{
    /// <summary>The counters are the last thing in its output: "sess=4711 quit=4711 mesg=4711" and a carriage return.</summary>
    private const int LastWords = 128;

    private const string Counter = "mesg=";

    private SinkServer(ChildProcess process, int port) => (Process, Port) = (process, port);

    public string Name => "smtp-sink";

    public int Port { get; }

    public ChildProcess Process { get; }

    /// <param name="counts">It then writes its counters at each message, for <see cref="Messages"/>.</param>
    public static async Task<SinkServer> StartAsync(ScratchDirectory scratch, bool counts, TimeProvider clock, CancellationToken cancel)
    {
        var port = Loopback.FreePort();
        string[] arguments =
        [
            .. counts ? ["-c"] : Array.Empty<string>(),
            .. Environment.IsPrivilegedProcess ? ["-u", "nobody"] : Array.Empty<string>(),
            "-m", "1000", $"127.0.0.1:{port}", "512",
        ];
        var process = ChildProcess.Start(Installed.SmtpSink!, arguments, scratch.Of($"sink-{port}.log"), clock);
        return await Started.OrStoppedAsync(new SinkServer(process, port), clock, cancel);
    }

    /// <summary>Messages taken so far.</summary>
    public long Messages()
    {
        using var log = new FileStream(Process.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Seek(-Math.Min(LastWords, log.Length), SeekOrigin.End);
        using var reader = new StreamReader(log);
        var tail = reader.ReadToEnd();
        var end = tail.LastIndexOf('\r');
        var start = end < 0 ? -1 : tail.LastIndexOf(Counter, end, StringComparison.Ordinal);
        return start < 0 ? 0 : long.Parse(tail[(start + Counter.Length)..end].Trim(), CultureInfo.InvariantCulture);
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
