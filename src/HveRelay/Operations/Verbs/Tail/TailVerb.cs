using System.CommandLine;
using HveRelay.Mail;
using HveRelay.Operations.Log;

namespace HveRelay.Operations.Verbs.Tail;

/// <summary><c>tail</c>: follows the mail log, whether the daemon runs or not.</summary>
internal static class TailVerb
{
    public static Command Create()
    {
        var id = new Argument<string?>("id") { Description = "Only lines of this message", Arity = ArgumentArity.ZeroOrOne };
        var client = new Option<string?>("--client") { Description = "Part of the client's name" };
        var sender = new Option<string?>("--sender") { Description = "Part of the sender's address" };
        var recipient = new Option<string?>("--recipient") { Description = "Part of a recipient's address" };
        var lines = new Option<int>("--lines") { Description = "Begin with so many of the last lines", DefaultValueFactory = _ => 10 };
        lines.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && number < 0)
            {
                result.AddError($"--lines: {token.Value} is less than 0");
            }
        });
        var noFollow = new Option<bool>("--no-follow") { Description = "End after those" };
        var command = new Command("tail", "Follows the mail log until Ctrl-C; --json follows its JSON lines")
        {
            id, client, sender, recipient, lines, noFollow, Verb.Json,
        };
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, cancel) =>
        {
            var (output, message) = (parsed.InvocationConfiguration, default(MessageId));
            if (parsed.GetValue(id) is { } text && !MessageId.TryParse(text, out message))
            {
                await output.Error.WriteLineAsync($"{text}: {QueueText.NoId}");
                return ExitStatus.Wrong;
            }

            if (SerilogSection.IsElsewhere(loaded.Serilog))
            {
                await output.Error.WriteLineAsync("Serilog: the log goes where this section says, and not into files that the relay knows");
                return ExitStatus.Wrong;
            }

            var directory = Path.Combine(loaded.Options.DataDirectory, "logs");
            var log = new LogFollower(directory, parsed.GetValue(Verb.Json) ? "jsonl" : "log", TimeProvider.System);
            if (!log.IsThere)
            {
                await output.Error.WriteLineAsync($"there is no log in {directory} yet: no relay has run with this configuration");
                if (parsed.GetValue(noFollow))
                {
                    return ExitStatus.No;
                }
            }

            var filter = new LineFilter(
                parsed.GetValue(id) is null ? null : message, parsed.GetValue(client), parsed.GetValue(sender), parsed.GetValue(recipient));
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            _ = EndAsync(new Signals(cancel), end);
            try
            {
                await foreach (var line in log.ReadAsync(parsed.GetValue(lines), !parsed.GetValue(noFollow), filter.Matches, end.Token))
                {
                    await output.Output.WriteLineAsync(line);
                }
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                // Ctrl-C is how it ends, or that nobody reads.
            }

            return ExitStatus.Done;
        }));
        return command;
    }

    private static async Task EndAsync(Signals signals, CancellationTokenSource end)
    {
        await Task.WhenAny(signals.First, OutputPipe.ClosedAsync(TimeProvider.System, end.Token));
        await end.CancelAsync();
    }
}
