using System.Text.Json;
using System.Text.RegularExpressions;
using HveRelay.Mail;
using HveRelay.Simulator;

namespace HveRelay.Tests.Program;

/// <summary>The log on disk is what the contract says: one event a line, twice, for people and for programs.</summary>
public sealed partial class LogFileTests
{
    private static readonly string[] OfEveryLine = ["time", "level", "event"];

    [Fact]
    public async Task Both_files_tell_the_same_events_in_the_form_of_the_contract()
    {
        await using var story = await ProgramStory.BeginAsync();
        story.Hve!.Faults.Add(Fault.Reply(FaultStage.Rcpt, "550 5.1.10 No \"such\" recipient") with { To = "nobody@*" });
        var daemon = await story.StartAsync();
        var reply = await story.SendAsync(["you@contoso.com", "nobody@contoso.com"]);
        await story.SendAsync(["you@example.com"]);
        await daemon.SaysAsync(line => line.Contains(" INF relayed ", StringComparison.Ordinal));
        await daemon.SaysAsync(line => line.Contains(" ERR failed ", StringComparison.Ordinal));
        daemon.Terminate();
        var ended = await daemon.EndAsync();

        var lines = story.LogFile();
        var names = Directory.GetFiles(Path.Combine(story.DataDirectory, "logs")).Select(Path.GetFileName);
        Assert.All(names, name => Assert.Matches(@"^hverelay-\d{8}\.(log|jsonl)$", name));
        Assert.Equal(ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), lines);

        // The sender may be told of the failure before the end: those lines are of another message.
        var id = reply[^13..];
        Assert.Equal(
            ["certificate", "connected", "connected", "failed", "queued", "ready", "refused", "relayed", "stopped", "stopping"],
            lines.Where(line => !line.Contains(" id=", StringComparison.Ordinal) || line.Contains($" id={id} ", StringComparison.Ordinal))
                .Select(line => line.Split(' ')[2]).Order(StringComparer.Ordinal));
        Assert.Equal(lines, story.LogFile("jsonl").Select(AsLine));

        Assert.Matches(
            $"^{Time} INF relayed id={id} client=scanners ip=127\\.0\\.0\\.1 from=scanner-3@contoso\\.com account=hve1@contoso\\.com to=you@contoso\\.com "
            + "part=1/1 attempt=1 reply=\"250 .*\" delay=\\d+\\.\\d{3}s$",
            lines.Single(line => line.Contains($" relayed id={id} ", StringComparison.Ordinal)));
        Assert.Contains(
            "to=nobody@contoso.com part=1/1 attempt=1 reply=\"550 5.1.10 No \\\"such\\\" recipient\" cause=",
            lines.Single(line => line.Contains($" failed id={id} ", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.All(lines, line => Assert.Matches(LineForm(), line));
    }

    /// <summary>Who runs a verb as root may leave a file that the relay cannot write into: then its lines were missing in silence.</summary>
    [Fact]
    public async Task A_file_that_cannot_be_written_is_told_on_standard_error()
    {
        await using var story = ProgramStory.BeginWithoutHve();
        story.Write("data/logs", "no directory");
        var daemon = await story.StartAsync();
        daemon.Terminate();

        var ended = await daemon.EndAsync();

        Assert.Equal(0, ended.Status);
        Assert.Contains("data/logs", Assert.Single(ended.ErrorLines), StringComparison.Ordinal);
        Assert.StartsWith("log: ", ended.ErrorLines[0], StringComparison.Ordinal);
    }

    private const string Time = @"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z";

    /// <summary>Time, level, event, then pairs whose values are bare words or quoted.</summary>
    [GeneratedRegex($@"^{Time} (INF|WRN|ERR) [a-z]+( [a-z-]+=([^ ""=\\]+|""([^""\\]|\\[""\\]|\\u[0-9a-f]{{4}})*""))+$")]
    private static partial Regex LineForm();

    /// <summary>A line of JSON as the line for people that it has to equal: the same fields in the same order.</summary>
    private static string AsLine(string json)
    {
        using var parsed = JsonDocument.Parse(json);
        var line = new System.Text.StringBuilder(string.Join(' ', OfEveryLine.Select(key => parsed.RootElement.GetProperty(key).GetString())));
        foreach (var field in parsed.RootElement.EnumerateObject().Skip(OfEveryLine.Length))
        {
            line.Append(' ').Append(field.Name).Append('=');
            MailEvent.AppendValue(line, field.Value.GetString()!);
        }

        return line.ToString();
    }
}
