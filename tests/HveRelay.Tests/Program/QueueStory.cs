using System.Text.Json;
using System.Text.Json.Nodes;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>What the stories of the queue's verbs share.</summary>
internal static class QueueStory
{
    public static void SlowRetries(JsonNode configuration) => configuration["Queue"]!["RetrySchedule"] = new JsonArray("01:00:00");

    /// <summary>Queues a message and waits until its first attempt is over, so that nothing moves it any more.</summary>
    public static async Task<string> QueueTriedAsync(ProgramStory story, string to)
    {
        var id = await story.QueueAsync(to);

        // Its line follows what the queue takes down.
        await Until.True(() => story.LogFile().Any(line => line.Contains($" deferred id={id} ", StringComparison.Ordinal)), $"{id} was tried");
        return id;
    }

    /// <summary>The lines of one message that operators caused, of these names in this order; the log follows the change by a little.</summary>
    public static async Task<IReadOnlyList<string>> LinesAsync(ProgramStory story, string id, params string[] names)
    {
        IReadOnlyList<string> lines = [];
        await Until.True(() =>
        {
            lines = [.. story.LogFile().Where(line => line.Contains($" id={id} ", StringComparison.Ordinal) && line.Contains(" by=", StringComparison.Ordinal))];
            return lines.Count >= names.Length;
        });
        Assert.Equal(names, lines.Select(line => line.Split(' ')[2]));
        return lines;
    }

    public static async Task<JsonElement> JsonAsync(ProgramStory story, params string[] arguments)
    {
        var ended = await story.RunAsync(arguments);
        Assert.Equal((0, string.Empty), (ended.Status, ended.Error));
        return JsonDocument.Parse(ended.Output).RootElement;
    }
}
