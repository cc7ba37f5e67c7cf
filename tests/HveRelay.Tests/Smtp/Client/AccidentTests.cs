using HveRelay.Smtp.Client;
using HveRelay.Smtp;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Smtp.Client;

/// <summary>
/// Two whole dialogues, and at every single reply of them an accident in its place. Up to the final dot nothing was
/// delivered, whatever happens; behind it only a reply says so.
/// </summary>
public sealed class AccidentTests
{
    public static IEnumerable<TheoryDataRow<string, int, Stage>> EveryReply() =>
        EveryReplyOneByOne().Concat(EveryReplyOf("whole-pipelined"));

    /// <summary>With a group under way a test with a clock cannot tell which reply the client waits for.</summary>
    public static IEnumerable<TheoryDataRow<string, int, Stage>> EveryReplyOneByOne() => EveryReplyOf("whole-one-by-one");

    [Theory]
    [MemberData(nameof(EveryReply))]
    public async Task After_421_nothing_was_sent_and_the_connection_is_not_used_again(string name, int at, Stage stage)
    {
        var transcript = With(name, at, "S: 421 4.3.2 going down", "C: [close]");

        var outcome = await transcript.PlayAsync(Arrival.Whole, new ManualClock());

        Assert.Equal(Broken(transcript, stage, "421 4.3.2 going down", "not sent"), outcome);
    }

    [Theory]
    [MemberData(nameof(EveryReply))]
    public async Task A_close_is_told_with_its_stage_and_is_unsure_only_behind_the_dot(string name, int at, Stage stage)
    {
        var transcript = With(name, at, "S: [close]");

        var outcome = await transcript.PlayAsync(Arrival.Whole, new ManualClock());

        Assert.Equal(Broken(transcript, stage, "Closed", stage == Stage.FinalDot ? "unsure" : "not sent"), outcome);
    }

    [Theory]
    [MemberData(nameof(EveryReply))]
    public async Task Garbage_is_told_with_its_stage_and_is_unsure_only_behind_the_dot(string name, int at, Stage stage)
    {
        var transcript = With(name, at, "S: HTTP/1.1 400 Bad Request", "C: [close]");

        var outcome = await transcript.PlayAsync(Arrival.ByOctet, new ManualClock());

        Assert.Equal(Broken(transcript, stage, "Garbage", stage == Stage.FinalDot ? "unsure" : "not sent"), outcome);
    }

    [Theory]
    [MemberData(nameof(EveryReplyOneByOne))]
    public async Task Silence_ends_when_the_time_of_its_stage_is_over(string name, int at, Stage stage)
    {
        var transcript = With(name, at, "S: [silence]");
        var clock = new ManualClock();
        var limit = new SmtpTimeouts().Of(stage);

        var outcome = await transcript.PlayAsync(Arrival.Whole, clock, async server =>
        {
            await server.Silent.WaitAsync(TimeSpan.FromSeconds(60));
            await Until.True(() => clock.Waiting > 0);
            clock.Advance(limit - TimeSpan.FromTicks(1));
            Assert.Equal(1, clock.Waiting);
            clock.Advance(TimeSpan.FromTicks(1));
        });

        Assert.Equal(Broken(transcript, stage, "TimedOut", stage == Stage.FinalDot ? "unsure" : "not sent"), outcome);
    }

    private static IEnumerable<TheoryDataRow<string, int, Stage>> EveryReplyOf(string name) =>
        Replies(ClientTranscript.Read(name)).Select(reply => new TheoryDataRow<string, int, Stage>(name, reply.At, reply.Stage));

    /// <summary>The transcript up to a reply and something else in its place.</summary>
    private static ClientTranscript With(string name, int at, params string[] instead)
    {
        var transcript = ClientTranscript.Read(name);
        return transcript with { Dialogue = [.. transcript.Dialogue.Take(at), .. instead.Select(text => new ScriptLine(at, text))] };
    }

    private static IReadOnlyList<string> Broken(ClientTranscript transcript, Stage stage, string what, string fate) =>
        stage < Stage.Mail
            ? [$"failed {stage} {what}"]
            : [.. transcript.Message.Recipients.Select(recipient => $"{recipient} {fate} {stage} {what}"), "unusable"];

    /// <summary>Where each reply of the dialogue begins and the stage it answers, by the lines with an @.</summary>
    private static IEnumerable<(int At, Stage Stage)> Replies(ClientTranscript transcript)
    {
        var begins = true;
        Stage? stage = null;
        foreach (var (at, text) in transcript.Dialogue.Index().Select(pair => (pair.Index, pair.Item.Text)))
        {
            if (text[0] == '@')
            {
                stage = text == "@ End" ? null : Enum.Parse<Stage>(text[2..]);
            }
            else if (text[0] == 'S' && text != "S: [tls]" && stage is { } known)
            {
                if (begins)
                {
                    yield return (at, known);
                }

                begins = text.Length < 7 || text[6] != '-';
            }
        }
    }
}
