using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using HveRelay.Benchmarks.Processes;
using HveRelay.Benchmarks.Queues;

namespace HveRelay.Benchmarks;

/// <summary>The command line. A number that is no number is refused before anything starts.</summary>
internal static class BenchmarkCommand
{
    public static RootCommand Create(TimeProvider clock)
    {
        var sessions = Numbers("--sessions", "Sessions at once", [1, 10, 50, 200]);
        var sizes = Numbers("--sizes", "Octets of a message", [2048, 102_400, 5 * 1024 * 1024]);
        var messages = new Option<int?>("--messages") { Description = "Messages of a measurement; absent: as many as fit in --seconds" };
        var seconds = new Option<double>("--seconds") { Description = "Of a measurement, about", DefaultValueFactory = _ => 1 };
        var rounds = new Option<int>("--rounds") { Description = "How often each is measured, in turns", DefaultValueFactory = _ => 3 };
        var queued = Numbers("--queued", "Messages queued at a start", [10_000, 1_000_000]);
        var quick = new Option<bool>("--quick") { Description = "About two minutes: 10 sessions, 2 KB, 3 short rounds, 10,000 queued" };
        var only = new Option<string?>("--only") { Description = string.Join(", ", BenchmarkRun.Kinds) };
        only.AcceptOnlyFromAmong([.. BenchmarkRun.Kinds]);
        var write = new Option<string?>("--write") { Description = "Replace the table in this Markdown file" };
        var directory = new Option<string>("--directory")
        {
            Description = "Where the queues lie: a disk whose syncs are real", DefaultValueFactory = _ => Path.GetTempPath(),
        };
        var program = new Option<string?>("--program") { Description = "The hverelay to measure; absent: the one of this build" };
        var command = new RootCommand("Messages per second of HveRelay beside Postfix and smtp-sink, on this machine and in this run")
        {
            sessions, sizes, messages, seconds, rounds, queued, quick, only, write, directory, program, FillCommand.Create(clock),
        };
        command.SetAction(async parsed =>
        {
            var isQuick = parsed.GetValue(quick);
            var options = new BenchmarkOptions(
                isQuick ? [10] : parsed.GetValue(sessions)!,
                isQuick ? [2048] : parsed.GetValue(sizes)!,
                parsed.GetValue(messages),
                TimeSpan.FromSeconds(isQuick ? 1 : parsed.GetValue(seconds)),
                TimeSpan.FromSeconds(isQuick ? 3 : 8),
                !isQuick,
                isQuick ? 3 : parsed.GetValue(rounds),
                isQuick ? 500 : 2000,
                isQuick ? [10_000] : parsed.GetValue(queued)!,
                TimeSpan.FromSeconds(isQuick ? 2 : 15),
                parsed.GetValue(only),
                parsed.GetValue(write),
                parsed.GetValue(directory)!,
                parsed.GetValue(program) ?? Path.Combine(AppContext.BaseDirectory, "hverelay"),
                string.Join(' ', parsed.Tokens.Select(token => token.Value)));

            // Everything that was started is stopped on the way out, so a signal only cancels.
            using var stop = new CancellationTokenSource();
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
            try
            {
                return await BenchmarkRun.RunAsync(options, clock, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync("interrupted: everything is stopped and removed");
                return 1;
            }
            catch (BenchmarkException trouble)
            {
                await Console.Error.WriteLineAsync(trouble.Message);
                return 1;
            }

            void Cancel(PosixSignalContext context)
            {
                context.Cancel = true;
                stop.Cancel();
            }
        });
        return command;
    }

    private static Option<int[]> Numbers(string name, string description, int[] usual) => new(name)
    {
        Description = description + ", comma between",
        DefaultValueFactory = _ => usual,
        CustomParser = result => Parse(result, name),
    };

    private static int[]? Parse(ArgumentResult result, string name)
    {
        var numbers = new List<int>();
        foreach (var word in result.Tokens[0].Value.Split(','))
        {
            if (!int.TryParse(word, out var number) || number < 1)
            {
                result.AddError($"{name}: '{word}' is no positive number");
                return null;
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }
}
