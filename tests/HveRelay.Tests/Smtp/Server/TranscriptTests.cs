using HveRelay.Tests.Support;

namespace HveRelay.Tests.Smtp.Server;

public sealed class TranscriptTests
{
    public static TheoryData<string, Arrival> Every()
    {
        var every = new TheoryData<string, Arrival>();
        foreach (var file in Directory.EnumerateFiles(ServerTranscript.Folder, "*.txt").Order(StringComparer.Ordinal))
        {
            foreach (var arrival in Enum.GetValues<Arrival>())
            {
                every.Add(Path.GetFileNameWithoutExtension(file), arrival);
            }
        }

        return every;
    }

    [Theory]
    [MemberData(nameof(Every))]
    public async Task A_dialogue_comes_to_what_its_transcript_says(string name, Arrival arrival)
    {
        var transcript = ServerTranscript.Read(name);

        Assert.Equal(transcript.Outcome, await transcript.PlayAsync(arrival));
    }
}
