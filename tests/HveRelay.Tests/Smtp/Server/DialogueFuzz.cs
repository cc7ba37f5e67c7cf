using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using HveRelay.Smtp.Server;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Smtp.Server;

/// <summary>
/// Hostile dialogue, made of a seed: verbs in any order, chunks and contents with line ends of every kind, logins, STARTTLS without a
/// handshake, garbage, all of it cut anywhere. Whatever comes: nothing is thrown, what is said is whole replies and nothing
/// else, and each message the service took was ended as the protocol ends it. A seed that ever failed is kept below.
/// </summary>
[Collection(nameof(AloneCollection))]
public sealed partial class DialogueFuzz
{
    /// <summary>What all the sessions together may leave behind.</summary>
    private const long MostHeld = 8L * 1024 * 1024;

    private static readonly string[] Ends = ["\r\n", "\r\n", "\r\n", "\n", "\r", "\r\r\n", "\n\r\n", ""];

    private static readonly string[] Words =
    [
        "EHLO x", "HELO x", "NOOP", "RSET", "VRFY x", "EXPN x", "HELP", "STARTTLS", "AUTH PLAIN AGVycABnZWhlaW0=", "AUTH LOGIN", "AUTH PLAIN",
        "ZXJw", "Z2VoZWlt", "*", "MAIL FROM:<a@contoso.com>", "MAIL FROM:<a@contoso.com> SIZE=10 BODY=8BITMIME", "MAIL FROM:<>",
        "MAIL FROM:<x@example.com>", "RCPT TO:<b@contoso.com>", "RCPT TO:<b@contoso.com>", "RCPT TO:<x@example.com>", "RCPT TO:<",
        "DATA", "DATA x", ".", "..", "Subject: x", "BDAT", "BDAT 0", "BDAT 0 LAST", "BDAT 5", "BDAT 5 LAST", "BDAT 300 LAST",
        "\0", "\xFF\xFE",
    ];

    /// <summary>What ends a session: rare, or no session would come far.</summary>
    private static readonly string[] LastWords = ["BDAT x", "GET / HTTP/1.1", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2", "\x16\x03\x01", "QUIT"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20261122)]
    public async Task Seeds_that_are_kept(int seed)
    {
        // A fuzzer that never gets a message through tests little.
        Assert.InRange((await PlayAsync(seed, 200_000)).Messages, 10, int.MaxValue);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Ten_million_octets_of_hostile_dialogue()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var octets = Setting("HVERELAY_FUZZ_OCTETS", 10_000_000);
        var (seed, played, messages) = (Setting("HVERELAY_FUZZ_SEED", 100_000), 0L, 0L);
        for (; played < octets; seed++)
        {
            var (sent, taken) = await PlayAsync((int)seed, 200_000);
            (played, messages) = (played + sent, messages + taken);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"seeds up to {seed - 1}: {played} octets, {messages} messages taken");
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MostHeld);
    }

    /// <summary>A longer run, or another one, is a matter of the environment.</summary>
    private static long Setting(string name, long usual) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : usual;

    /// <summary>Plays sessions until so many octets were sent.</summary>
    private static async Task<(long Octets, int Messages)> PlayAsync(int seed, long octets)
    {
        var dice = new Random(seed);
        long played = 0;
        var messages = 0;
        while (played < octets)
        {
            var (sent, taken) = await PlaySessionAsync(dice, seed);
            (played, messages) = (played + sent, messages + taken);
        }

        return (played, messages);
    }

    private static async Task<(long Octets, int Messages)> PlaySessionAsync(Random dice, int seed)
    {
        var dialogue = Dialogue(dice);
        var service = new ScriptedService
        {
            Login = ("erp", "geheim"),
            MaxMessageBytes = dice.Next(3) * 2000,
            NewlineMode = (NewlineMode)dice.Next(3),
            Refusals = new Dictionary<string, HveRelay.Smtp.Reply> { ["x@example.com"] = HveRelay.Smtp.Reply.Of(550, "5.7.1", "No") },
        };
        var (client, server) = DuplexPipe.Pair(capacity: 1 << 20);
        var options = ServerTranscript.Options(dice.Next(4) == 0 ? TlsPolicy.Optional : TlsPolicy.None) with { MaxErrors = dice.Next(10, 1000) };
        var session = new SmtpSession(new SessionInfo(IPAddress.Parse("192.0.2.7"), 50_000, "fuzz"), server, options, service, new ManualClock());
        var running = RunAsync(session, server);
        var hearing = new StreamReader(client.Input.AsStream(), Encoding.Latin1).ReadToEndAsync();
        for (var at = 0; at < dialogue.Length;)
        {
            var piece = Math.Min(dice.Next(4) == 0 ? 1 : dice.Next(1, 4000), dialogue.Length - at);
            if ((await client.Output.WriteAsync(dialogue.AsMemory(at, piece))).IsCompleted)
            {
                break;
            }

            at += piece;
        }

        await client.Output.CompleteAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(60));
        var said = await hearing.WaitAsync(TimeSpan.FromSeconds(60));
        client.Close();

        // The session ends in the handshake, perhaps with an alert.
        said = said.IndexOf("Ready to start TLS\r\n", StringComparison.Ordinal) is var tls and >= 0 ? said[..(tls + 20)] : said;
        Assert.True(Replies().IsMatch(said), $"seed {seed}: {said}");
        JudgeMessages(service, said, seed);
        return (dialogue.Length, service.Messages);
    }

    private static async Task RunAsync(SmtpSession session, DuplexPipe server)
    {
        try
        {
            await using (session)
            {
                await session.RunAsync(CancellationToken.None);
            }
        }
        finally
        {
            server.Close();
        }
    }

    /// <summary>A message taken has one 250 of its own, came after MAIL and RCPT, and no line end in it stands alone.</summary>
    private static void JudgeMessages(ScriptedService service, string said, int seed)
    {
        var (mail, rcpt, taken) = (false, false, 0);
        foreach (var heard in service.Heard)
        {
            switch (heard.Split(' ')[0])
            {
                case "mail":
                    (mail, rcpt) = (!heard.Contains("x@example.com", StringComparison.Ordinal), false);
                    break;
                case "rcpt":
                    rcpt |= !heard.Contains("x@example.com", StringComparison.Ordinal);
                    break;
                case "reset":
                    (mail, rcpt) = (false, false);
                    break;
                case "content":
                    Assert.True(mail && rcpt, $"seed {seed}: {heard}");
                    Assert.DoesNotMatch(BareNewline(), heard);
                    taken++;
                    break;
            }
        }

        Assert.Equal(taken, Queued().Count(said));
    }

    private static byte[] Dialogue(Random dice)
    {
        var text = new StringBuilder();
        for (var i = dice.Next(1, 120); i > 0; i--)
        {
            switch (dice.Next(12))
            {
                case 0:
                    text.Append(Garbage(dice, dice.Next(200)));
                    break;
                case 1:
                    text.Append("\r\nRSET\r\nMAIL FROM:<a@contoso.com>\r\nRCPT TO:<b@contoso.com>\r\nDATA\r\n").Append(Garbage(dice, dice.Next(100))).Append("\r\n.\r\n");
                    break;
                case 2:
                    var chunk = Garbage(dice, dice.Next(3000));
                    text.Append("\r\nRSET\r\nMAIL FROM:<a@contoso.com>\r\nRCPT TO:<b@contoso.com>\r\n");
                    text.Append($"BDAT {chunk.Length}{(dice.Next(2) == 0 ? " LAST" : "")}\r\n").Append(chunk);
                    break;
                case 3 when dice.Next(20) == 0:
                    text.Append(new string('x', dice.Next(20_000)));
                    break;
                case 4 when dice.Next(20) == 0:
                    text.Append(LastWords[dice.Next(LastWords.Length)]).Append(Ends[dice.Next(Ends.Length)]);
                    break;
                default:
                    text.Append(Words[dice.Next(Words.Length)]).Append(Ends[dice.Next(Ends.Length)]);
                    break;
            }
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    /// <summary>Mostly the octets that mean something to somebody.</summary>
    private static string Garbage(Random dice, int length) =>
        string.Concat(Enumerable.Range(0, length).Select(_ => dice.Next(3) == 0 ? (char)dice.Next(256) : "\r\n.\r\nQ 0"[dice.Next(8)])).Replace('\\', '/');

    [GeneratedRegex(@"\A(?:(?<code>[2-5]\d\d)-[ -~]*\r\n(?:\k<code>-[ -~]*\r\n)*\k<code> [ -~]*\r\n|[2-5]\d\d [ -~]*\r\n)+\z", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Replies();

    [GeneratedRegex(@"(?<!\\r)\\n|\\r(?!\\n)", RegexOptions.None, 10_000)]
    private static partial Regex BareNewline();

    [GeneratedRegex("^250 2.0.0 OK queued\r$", RegexOptions.Multiline, 10_000)]
    private static partial Regex Queued();
}
