using System.Text;
using System.Text.RegularExpressions;
using HveRelay.Smtp.Client;
using HveRelay.Smtp.Client.Sasl;
using HveRelay.Smtp.Client.Tls;
using HveRelay.Smtp;

namespace HveRelay.Tests.Support;

/// <summary>
/// A transcript for the client, in three parts with a line of dashes between: what the client is told, the dialogue
/// (<see cref="ScriptedServer"/>), what must come of it. A line <c>@ Stage</c> in the dialogue says where it has come to.
/// </summary>
public sealed record ClientTranscript(
    string Name, ILookup<string, string> Told, IReadOnlyList<ScriptLine> Dialogue, IReadOnlyList<string> Outcome)
{
    private const string Host = "mail.example";
    private static readonly SelfMadeAuthority _authority = new("Transcript authority");

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Transcripts", "Client");

    public static System.Security.Cryptography.X509Certificates.X509Certificate2 ServerCertificate { get; } = _authority.Issue(Host);

    public SmtpConnectionOptions Options => new(
        Host, "relay.example", Enum.Parse<SmtpSecurity>(Told["security"].SingleOrDefault() ?? "None"), [.. Told["auth"].Select(Mechanism)])
    {
        Trust = new ServerTrust([_authority.Certificate]),
    };

    public MailTransaction Message
    {
        get
        {
            var body = Encoding.UTF8.GetBytes(Regex.Unescape(Told["body"].SingleOrDefault() ?? @"Hello\r\n"));
            var header = "Subject: test\r\n\r\n"u8.ToArray();
            return new MailTransaction(
                Told["from"].SingleOrDefault() ?? "a@contoso.com",
                [.. Told["to"]],
                header.Length + body.Length,
                Told["eightbit"].Any(),
                header,
                _ => Pieces(body));
        }
    }

    public int Messages => Told["messages"].Select(int.Parse).SingleOrDefault(1);

    public IEnumerable<string> Secrets => Told["auth"].Select(line => line.Split(' ')[2]);

    public static ClientTranscript Read(string name)
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, name + ".txt"))
            .Select((text, at) => new ScriptLine(at + 1, text.TrimEnd('\r')))
            .Where(line => line.Text.Length > 0 && line.Text[0] != '#')
            .ToList();
        var first = lines.FindIndex(line => line.Text.StartsWith("---", StringComparison.Ordinal));
        var second = lines.FindIndex(first + 1, line => line.Text.StartsWith("---", StringComparison.Ordinal));
        return new ClientTranscript(
            name,
            lines[..first].Select(line => line.Text.Split(' ', 2)).ToLookup(pair => pair[0], pair => pair.ElementAtOrDefault(1) ?? string.Empty),
            lines[(first + 1)..second],
            [.. lines[(second + 1)..].Select(line => line.Text)]);
    }

    /// <summary>Plays the dialogue to its end and returns what came of it, in the words of the third part.</summary>
    public async Task<IReadOnlyList<string>> PlayAsync(
        Arrival arrival, TimeProvider clock, Func<ScriptedServer, Task>? meanwhile = null, CancellationToken cancel = default)
    {
        var pair = new StreamPair(arrival);
        var server = new ScriptedServer(pair.Server, Name, [.. Dialogue.Where(line => line.Text[0] != '@')], ServerCertificate);
        var serving = server.RunAsync();
        var client = ClientAsync(pair.Client, clock, cancel);
        if (meanwhile is not null)
        {
            await meanwhile(server);
        }

        // A server that found a mismatch has hung up; its words are more use than what the client makes of it.
        await serving.WaitAsync(TimeSpan.FromSeconds(60), CancellationToken.None);
        return await client.WaitAsync(TimeSpan.FromSeconds(60), CancellationToken.None);
    }

    private async Task<IReadOnlyList<string>> ClientAsync(Stream transport, TimeProvider clock, CancellationToken cancel)
    {
        var opening = await SmtpConnection.OpenAsync(transport, Options, clock, cancel);
        if (opening is not SmtpOpening.Opened { Connection: var connection })
        {
            return ["failed " + Words(((SmtpOpening.Failed)opening).Failure)];
        }

        var said = new List<string>();
        await using (connection)
        {
            for (var i = 0; i < Messages && connection.IsUsable && Message.Recipients.Count > 0; i++)
            {
                var outcomes = await connection.SendAsync(Message, cancel);
                said.AddRange(Message.Recipients.Zip(outcomes, (recipient, outcome) => $"{recipient} {Words(outcome)}"));
            }

            said.Add(connection.IsUsable ? "usable" : "unusable");
        }

        return said;
    }

    private string Words(RecipientResult outcome) => outcome switch
    {
        RecipientResult.Accepted accepted => $"accepted {accepted.Reply}",
        RecipientResult.NotSent notSent => $"not sent {Words(notSent.Failure)}",
        RecipientResult.Unsure unsure => $"unsure {Words(unsure.Failure)}",
        _ => throw new InvalidDataException(),
    };

    private string Words(SmtpFailure failure)
    {
        foreach (var secret in Secrets)
        {
            Assert.DoesNotContain(secret, failure.ToString() + failure.Detail, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)), failure.ToString() + failure.Detail, StringComparison.Ordinal);
        }

        Assert.NotEmpty(failure.Detail);
        return $"{failure.Stage} {failure.Reply?.ToString() ?? failure.Breakage.ToString()}";
    }

    private static SaslMechanism Mechanism(string line) => line.Split(' ') switch
    {
        ["LOGIN", var user, var secret] => new LoginMechanism(user, secret),
        ["PLAIN", var user, var secret] => new PlainMechanism(user, secret),
        ["XOAUTH2", var user, var secret] => new XOAuth2Mechanism(user, secret == "long" ? new string('t', 600) : secret),
        _ => throw new InvalidDataException(line),
    };

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Pieces(byte[] body)
    {
        await Task.Yield();
        yield return body;
    }
}
