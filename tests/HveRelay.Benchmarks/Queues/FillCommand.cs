using System.CommandLine;
using System.Globalization;

namespace HveRelay.Benchmarks.Queues;

/// <summary><c>fill</c>: a queue to try things on by hand.</summary>
internal static class FillCommand
{
    public static Command Create(TimeProvider clock)
    {
        var directory = new Option<string>("--data") { Description = "The data directory to fill, of a relay that does not run", Required = true };
        var queued = new Option<int>("--queued") { Description = "Messages that wait, due at once", DefaultValueFactory = _ => 10_000 };
        var ended = new Option<int>("--ended") { Description = "Messages of the history", DefaultValueFactory = _ => 0 };
        var command = new Command("fill", "Fills the queue of a data directory with messages of 2 KB, and measures nothing") { directory, queued, ended };
        command.SetAction(async (parsed, cancel) =>
        {
            var start = clock.GetTimestamp();
            await new QueueFill(clock).FillAsync(parsed.GetValue(directory)!, parsed.GetValue(ended), parsed.GetValue(queued), cancel);
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{parsed.GetValue(ended)} ended and {parsed.GetValue(queued)} queued in {clock.GetElapsedTime(start).TotalSeconds:0.0} s"));
            return 0;
        });
        return command;
    }
}
