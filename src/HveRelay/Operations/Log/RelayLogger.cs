using Serilog;
using Serilog.Debugging;
using Serilog.Events;

namespace HveRelay.Operations.Log;

/// <summary>Where log lines go: console and daily files, or where the <c>Serilog</c> section says.</summary>
internal static class RelayLogger
{
    private const int DaysKept = 31;

    /// <summary>Lines that may wait for who reads the console.</summary>
    private const int ConsoleBacklog = 10_000;

    private static readonly TimeSpan BetweenTroubles = TimeSpan.FromMinutes(1);
    private static readonly Lock Gate = new();
    private static long? _toldAt;

    /// <param name="section">The Serilog section.</param>
    /// <exception cref="WrongUsageException">Serilog cannot make anything of its section.</exception>
    public static RelayLog Create(string dataDirectory, IConfigurationSection? section, bool console = true)
    {
        SelfLog.Enable(TellTrouble);
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("System", LogEventLevel.Warning)

            // What keeps the host from starting is one line of ours, not a stack.
            .MinimumLevel.Override("Microsoft.Extensions.Hosting", LogEventLevel.Fatal);
        if (section is not null)
        {
            configuration = SerilogSection.Read(section, configuration);
            if (SerilogSection.IsElsewhere(section))
            {
                return new RelayLog(configuration.CreateLogger(), null);
            }
        }

        var logs = Path.Combine(dataDirectory, "logs");
        var streams = new LogStreams();
        var lines = new LoggerConfiguration()
            .MinimumLevel.Verbose()
            .WriteTo.File(new TextLineFormatter(), Path.Combine(logs, "hverelay-.log"),
                rollingInterval: RollingInterval.Day, retainedFileCountLimit: DaysKept, fileSizeLimitBytes: null, hooks: streams)
            .WriteTo.File(new JsonLineFormatter(), Path.Combine(logs, "hverelay-.jsonl"),
                rollingInterval: RollingInterval.Day, retainedFileCountLimit: DaysKept, fileSizeLimitBytes: null, hooks: streams);
        var files = new BatchingSink(lines.CreateLogger(), streams.WriteOut);
        configuration = configuration.WriteTo.Sink(files);
        if (console)
        {
            // By itself: a pipe that nobody reads stops neither the files nor the mail.
            var stream = new GatheringStream(Console.OpenStandardOutput());
            var written = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(new StreamSink(new TextLineFormatter(), stream)).CreateLogger();
            configuration = configuration.WriteTo.Sink(new BatchingSink(written, stream.WriteOut, ConsoleBacklog));
        }

        return new RelayLog(configuration.CreateLogger(), files);
    }

    /// <summary>What the log cannot do it cannot log: standard error has it, now and then, since a full disk refuses every line.</summary>
    private static void TellTrouble(string trouble)
    {
        lock (Gate)
        {
            if (_toldAt is { } toldAt && TimeProvider.System.GetElapsedTime(toldAt) < BetweenTroubles)
            {
                return;
            }

            _toldAt = TimeProvider.System.GetTimestamp();
        }

        Console.Error.WriteLine($"log: {trouble.Split('\n')[0].TrimEnd()}");
    }
}
