using System.Text;

namespace HveRelay.Smtp.Client.Sasl;

/// <summary>The AUTH exchange (RFC 4954 section 4).</summary>
internal static class Authentication
{
    /// <summary>No mechanism of ours has more; a server that goes on asking is mad.</summary>
    private const int MostChallenges = 8;

    /// <summary>RFC 5321 section 4.5.3.1.4, CRLF included.</summary>
    private const int LongestCommand = 512;

    public static async Task<SmtpFailure?> RunAsync(Dialogue dialogue, SaslMechanism mechanism, CancellationToken cancel)
    {
        var said = new List<string>();
        var command = $"AUTH {mechanism.Name}";
        var initial = mechanism.InitialResponse is { } first ? Encoded(first) : null;
        if (initial is { Length: > 0 } && command.Length + 1 + initial.Length + 2 <= LongestCommand)
        {
            said.Add(initial);
            command = $"{command} {initial}";
            initial = null;
        }

        // RFC 4954 section 4: an initial response that does not fit the command line waits for the empty challenge.
        var heard = await dialogue.AskAsync(Stage.Auth, command, cancel);
        var step = 0;
        for (var round = 0; heard.Reply is { IsIntermediate: true } challenge; round++)
        {
            if (challenge.Code != 334 || round == MostChallenges)
            {
                await dialogue.BreakAsync();
                return new SmtpFailure(Stage.Auth, null, Breakage.Garbage, "The server does not come to an end with AUTH.");
            }

            var response = initial ?? (mechanism.Respond(step++, challenge.Text) is { } answer ? Encoded(answer) : "*");
            initial = null;
            said.Add(response);
            heard = await dialogue.AskAsync(Stage.Auth, response, cancel);
        }

        return heard.IsGood ? null : WithoutSecrets(heard.At(Stage.Auth), mechanism.Secret, said);
    }

    private static string Encoded(byte[] response) => Convert.ToBase64String(response);

    /// <summary>A server may repeat the line that it did not like, and the reply goes to the log.</summary>
    private static SmtpFailure WithoutSecrets(SmtpFailure failure, string secret, List<string> said)
    {
        if (failure.Breakage == Breakage.Garbage)
        {
            // An excerpt may hold a piece of a secret, which no comparison finds.
            return failure with { Detail = "The server answered AUTH with something that is no reply to it." };
        }

        var secrets = said.Append(secret).Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)))
            .Where(text => text.Length > 1)
            .OrderByDescending(text => text.Length)
            .ToList();
        var reply = failure.Reply is { } heard ? heard with { Lines = [.. heard.Lines.Select(Clean)] } : null;
        return failure with { Reply = reply };

        string Clean(string text) => secrets.Aggregate(text, (rest, one) => rest.Replace(one, "***", StringComparison.Ordinal));
    }
}
