using HveRelay.Smtp.Client.Sasl;

namespace HveRelay.Smtp.Client;

/// <summary>From the first octet to a session that may send: greeting, EHLO, STARTTLS and EHLO again, AUTH.</summary>
internal sealed class Opening(Dialogue dialogue, SmtpConnectionOptions options, CancellationToken cancel)
{
    public ServerKeywords Keywords { get; private set; } = ServerKeywords.None;

    /// <summary>Null where it went well.</summary>
    public async Task<SmtpFailure?> RunAsync()
    {
        if (options is { Security: SmtpSecurity.None, Mechanisms.Count: > 0 })
        {
            await dialogue.BreakAsync();
            return new SmtpFailure(Stage.Auth, null, Breakage.NoMechanism, "A password or token is never sent without TLS.");
        }

        return await ImplicitTlsAsync()
            ?? await GreetingAsync()
            ?? await HelloAsync()
            ?? await StartTlsAsync()
            ?? await AuthAsync();
    }

    private async Task<SmtpFailure?> ImplicitTlsAsync() =>
        options.Security == SmtpSecurity.Implicit ? await dialogue.StartTlsAsync(cancel) : null;

    private async Task<SmtpFailure?> GreetingAsync()
    {
        var heard = await dialogue.HearAsync(Stage.Greeting, cancel);
        return heard.IsGood ? null : heard.At(Stage.Greeting);
    }

    private async Task<SmtpFailure?> HelloAsync()
    {
        var heard = await dialogue.AskAsync(Stage.Hello, $"EHLO {options.HelloName}", cancel);
        if (heard.IsGood)
        {
            // Replaced as a whole: of what was learned before STARTTLS nothing is left (RFC 3207 section 4.2).
            Keywords = ServerKeywords.Parse(heard.Reply!);
            return null;
        }

        // RFC 5321 section 3.2: HELO for a server that knows no EHLO. Not where EHLO has to bring STARTTLS or AUTH: a refused
        // EHLO is then the truth, and "STARTTLS is not offered" would hide it.
        if (heard.Reply is { IsPermanent: true } && options is { Security: not SmtpSecurity.StartTls, Mechanisms.Count: 0 })
        {
            heard = await dialogue.AskAsync(Stage.Hello, $"HELO {options.HelloName}", cancel);
        }

        return heard.IsGood ? null : heard.At(Stage.Hello);
    }

    private async Task<SmtpFailure?> StartTlsAsync()
    {
        if (options.Security != SmtpSecurity.StartTls)
        {
            return null;
        }

        if (!Keywords.StartTls)
        {
            return new SmtpFailure(
                Stage.StartTls, null, Breakage.NoStartTls, "The server does not offer STARTTLS, and nothing is sent without it.");
        }

        var heard = await dialogue.AskAsync(Stage.StartTls, "STARTTLS", cancel);
        if (!heard.IsGood)
        {
            return heard.At(Stage.StartTls);
        }

        return await dialogue.StartTlsAsync(cancel) ?? await HelloAsync();
    }

    private async Task<SmtpFailure?> AuthAsync()
    {
        if (options.Mechanisms.Count == 0)
        {
            return null;
        }

        if (options.Mechanisms.FirstOrDefault(ours => Keywords.Auth.Contains(ours.Name, StringComparer.Ordinal)) is { } mechanism)
        {
            return await Authentication.RunAsync(dialogue, mechanism, cancel);
        }

        var offered = Keywords.Auth.IsEmpty ? "no AUTH" : $"AUTH {string.Join(' ', Keywords.Auth)}";
        return new SmtpFailure(
            Stage.Auth,
            null,
            Breakage.NoMechanism,
            $"The server offers {offered}, and we have {string.Join(" or ", options.Mechanisms.Select(ours => ours.Name))}.");
    }
}
