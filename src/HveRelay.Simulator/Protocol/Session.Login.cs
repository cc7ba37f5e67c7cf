using System.Security.Authentication;
using System.Text;

namespace HveRelay.Simulator;

/// <summary>EHLO, STARTTLS and AUTH: who is there, and how well guarded.</summary>
internal sealed partial class Session
{
    private string? _ehloName;
    private string? _account;
    private bool _esmtp;
    private bool _hidesStartTls;

    private bool IsGuarded => _wire.Tls is not null || _options.Security == SimulatorSecurity.None;

    private async ValueTask EhloAsync(string argument)
    {
        if (!Mailbox.IsDomain(argument))
        {
            await RefuseAsync(HveReplies.InvalidDomain);
            return;
        }

        var fault = _server.Faults.Take(FaultStage.Ehlo, _account, []);
        _hidesStartTls = fault?.Action == FaultAction.NoStartTls;
        if (await ActAsync(fault))
        {
            return;
        }

        (_ehloName, _esmtp, _transaction) = (argument, true, null);
        var lines = _options.Keywords.Where(IsOfferedNow).Select(keyword =>
            keyword is "SIZE" && _options.MaxMessageBytes > 0 ? $"SIZE {_options.MaxMessageBytes}" : keyword);
        string[] all = [$"{_options.HostName} Hello [{(_transcript.Client as System.Net.IPEndPoint)?.Address}]", .. lines];
        SayVerbatim(string.Join("\r\n", all.Select((line, i) => $"250{(i < all.Length - 1 ? '-' : ' ')}{line}")));
    }

    private async ValueTask HeloAsync(string argument)
    {
        if (!Mailbox.IsDomain(argument))
        {
            await RefuseAsync(HveReplies.InvalidDomain);
        }
        else if (!await FaultedAsync(FaultStage.Ehlo))
        {
            (_ehloName, _esmtp, _transaction) = (argument, false, null);
            Say($"250 {_options.HostName} Hello");
        }
    }

    private bool IsOfferedNow(string keyword) => keyword switch
    {
        "STARTTLS" => _options.Security == SimulatorSecurity.StartTls && _wire.Tls is null && !_hidesStartTls,
        _ when keyword.StartsWith("AUTH ", StringComparison.Ordinal) => IsGuarded,
        _ => true,
    };

    private bool Offers(string keyword) => _options.Keywords.Any(each => each.Equals(keyword, StringComparison.Ordinal) && IsOfferedNow(each));

    private bool OffersMechanism(string mechanism) =>
        _options.Keywords.Any(each => each.StartsWith("AUTH ", StringComparison.Ordinal) && each.Split(' ').Skip(1).Contains(mechanism, StringComparer.Ordinal));

    private async ValueTask StartTlsAsync(string argument)
    {
        if (!Offers("STARTTLS"))
        {
            await RefuseAsync(_wire.Tls is null ? HveReplies.Unrecognized : HveReplies.BadSequence);
            return;
        }

        if (argument.Length > 0)
        {
            await RefuseAsync(HveReplies.InvalidArguments);
            return;
        }

        if (!_wire.Buffered.IsEmpty)
        {
            // Whoever sits between could have put it there (CVE-2011-0411).
            Note("plaintext was sent behind STARTTLS before the handshake");
            _ending = Ending.Close;
            return;
        }

        if (await SecureAsync(HveReplies.TlsReady))
        {
            // RFC 3207 section 4.2: what was said before counts no more.
            (_ehloName, _account, _transaction) = (null, null, null);
        }
    }

    /// <summary>True: TLS stands.</summary>
    /// <param name="ready">Said before the handshake.</param>
    private async ValueTask<bool> SecureAsync(string? ready)
    {
        var fault = _server.Faults.Take(FaultStage.StartTls, null, []);
        if (await ActAsync(fault))
        {
            return false;
        }

        if (ready is not null)
        {
            Say(ready);
            await _wire.FlushAsync();
        }

        if (fault?.Action == FaultAction.TlsRefused)
        {
            await _wire.FillAsync();
            _wire.Write([21, 3, 3, 0, 2, 2, 40]);    // RFC 5246 section 7.2: alert, TLS 1.2, two octets: fatal, handshake_failure
            _ending = Ending.Close;
            return false;
        }

        try
        {
            await _wire.StartTlsAsync(_server.TlsOptions(fault?.Action == FaultAction.StrangerCertificate));
        }
        catch (Exception e) when (e is AuthenticationException or IOException && !_server.Stopped.IsCancellationRequested)
        {
            _transcript.Event($"the TLS handshake failed: {e.Message}");
            _ending = Ending.Gone;
            return false;
        }

        _server.Tally.Handshake();
        _transcript.Event($"TLS {_wire.Tls!.SslProtocol}");
        _server.Pulse.Beat();
        return true;
    }

    private async ValueTask AuthAsync(string argument)
    {
        var (mechanism, initial) = CommandText.Split(argument);
        var refusal = _account is not null || _transaction is not null ? HveReplies.BadSequence
            : !IsGuarded ? HveReplies.StartTlsFirst
            : !_esmtp || !OffersMechanism(mechanism) ? HveReplies.UnknownMechanism
            : null;
        if (refusal is not null)
        {
            await RefuseAsync(refusal);
            return;
        }

        // RFC 4954 section 4: "=" is an initial response of no octets.
        var (credentials, wrong) = mechanism switch
        {
            "LOGIN" => await LoginAsync(initial),
            "PLAIN" => Plain(await ResponseAsync(HveReplies.AskAnything, initial)),
            _ => Token(await ResponseAsync(HveReplies.AskAnything, initial)),
        };
        if (_ending != Ending.None || await ActAsync(_server.Faults.Take(FaultStage.Auth, credentials.User ?? "", [])))
        {
            return;
        }

        if ((wrong ?? _server.Accounts.Refusal(credentials)) is { } reply)
        {
            await RefuseAsync(reply, credentials.User);
            return;
        }

        _account = credentials.User;
        Say(HveReplies.Authenticated);
    }

    private async ValueTask<(Credentials, string? Wrong)> LoginAsync(string initial)
    {
        var (user, wrong) = await ResponseAsync(HveReplies.AskUserName, initial);
        if (wrong is not null)
        {
            return (default, wrong);
        }

        (var password, wrong) = await ResponseAsync(HveReplies.AskPassword, "");
        return (new Credentials(user, password, IsToken: false), wrong);
    }

    /// <summary>RFC 4616: [authzid] NUL authcid NUL password.</summary>
    private static (Credentials, string? Wrong) Plain((string Text, string? Wrong) response)
    {
        var parts = response.Text.Split('\0');
        return response.Wrong is not null ? (default, response.Wrong)
            : parts.Length != 3 || (parts[0].Length > 0 && !parts[0].Equals(parts[1], StringComparison.Ordinal)) ? (default, HveReplies.CannotDecode)
            : (new Credentials(parts[1], parts[2], IsToken: false), null);
    }

    /// <summary><c>user=… ^A auth=Bearer … ^A ^A</c>, without the spaces.</summary>
    private static (Credentials, string? Wrong) Token((string Text, string? Wrong) response)
    {
        var parts = response.Text.Split('\u0001');
        return response.Wrong is not null ? (default, response.Wrong)
            : parts is [['u', 's', 'e', 'r', '=', .. var user], ['a', 'u', 't', 'h', '=', 'B', 'e', 'a', 'r', 'e', 'r', ' ', .. var token], "", ""]
                ? (new Credentials(user, token, IsToken: true), null)
                : (default, HveReplies.BadTokenArgument);
    }

    /// <summary>A response of the client, decoded; asked for with the challenge when it did not come with the command.</summary>
    private async ValueTask<(string Text, string? Wrong)> ResponseAsync(string challenge, string initial)
    {
        if (initial.Length == 0)
        {
            SayVerbatim(challenge);
            if (await _wire.ReadLineAsync() is not { } line)
            {
                PartWithoutQuit();
                return ("", HveReplies.AuthCancelled);
            }

            _transcript.FromClient("****");
            if (line.Flaw != LineFlaw.None)
            {
                Note("a response to AUTH is not base64 and CRLF");
                return ("", HveReplies.CannotDecode);
            }

            initial = line.Text;
        }

        try
        {
            return initial is "*" ? ("", HveReplies.AuthCancelled)
                : (Encoding.UTF8.GetString(Convert.FromBase64String(initial is "=" ? "" : initial)), null);
        }
        catch (FormatException)
        {
            return ("", HveReplies.CannotDecode);
        }
    }

    private static string Masked(string authArgument)
    {
        var (mechanism, initial) = CommandText.Split(authArgument);
        return initial.Length == 0 ? $"AUTH {mechanism}" : $"AUTH {mechanism} ****";
    }
}
