using System.Collections.Frozen;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace HveRelay.Simulator;

/// <summary>One connection, from its greeting to its end.</summary>
internal sealed partial class Session : IAsyncDisposable
{
    private static readonly FrozenDictionary<string, Verb> Verbs = new Verb[]
    {
        //   verb        needs            last in a pipelined group (RFC 2920 section 3.1)
        new("EHLO",     Needs.Nothing,   true,  static (session, argument) => session.EhloAsync(argument)),
        new("HELO",     Needs.Nothing,   true,  static (session, argument) => session.HeloAsync(argument)),
        new("STARTTLS", Needs.Hello,     false, static (session, argument) => session.StartTlsAsync(argument)),
        new("AUTH",     Needs.Hello,     true,  static (session, argument) => session.AuthAsync(argument)),
        new("MAIL",     Needs.Hello,     false, static (session, argument) => session.MailAsync(argument)),
        new("RCPT",     Needs.Mail,      false, static (session, argument) => session.RcptAsync(argument)),
        new("DATA",     Needs.Recipient, true,  static (session, argument) => session.DataAsync(argument)),
        new("BDAT",     Needs.Hello,     false, static (session, argument) => session.BdatAsync(argument)),
        new("RSET",     Needs.Nothing,   false, static (session, argument) => session.RsetAsync(argument)),
        new("NOOP",     Needs.Nothing,   true,  static (session, _) => session.SayAsync(HveReplies.Ok)),
        new("VRFY",     Needs.Nothing,   true,  static (session, _) => session.SayAsync(HveReplies.CannotVerify)),
        new("QUIT",     Needs.Nothing,   true,  static (session, argument) => session.QuitAsync(argument)),
    }.ToFrozenDictionary(verb => verb.Name, StringComparer.Ordinal);

    private readonly ServerState _server;
    private readonly SimulatorOptions _options;
    private readonly Socket _socket;
    private readonly Wire _wire;
    private readonly ConnectionTranscript _transcript;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly bool _pipelining;
    private readonly bool _enhanced;
    private Ending _ending;
    private string _stage = "greeting";
    private bool _turnedAway;

    public Session(Socket socket, ServerState server)
    {
        (_socket, _server, _options) = (socket, server, server.Options);
        (_pipelining, _enhanced) = (Offers("PIPELINING"), Offers("ENHANCEDSTATUSCODES"));
        socket.NoDelay = true;
        Number = server.Tally.Opened();
        _wire = new Wire(socket, server.Clock, server.Stopped);
        _transcript = new ConnectionTranscript(Number, socket.RemoteEndPoint, _options.TranscriptLimit);
        server.Transcripts.Add(_transcript);
        server.Pulse.Beat();
    }

    private enum Needs
    {
        Nothing,
        Hello,
        Mail,
        Recipient,
    }

    private enum Ending
    {
        None,
        Close,
        Reset,

        /// <summary>The client has gone already.</summary>
        Gone,
    }

    public int Number { get; }

    /// <summary>Cuts the connection from outside.</summary>
    public void Abort() => _socket.Dispose();

    public async Task RunAsync()
    {
        try
        {
            await ConverseAsync();
            if (_ending == Ending.Reset)
            {
                await _wire.FlushAsync();
                _wire.Reset();
            }
            else if (_ending == Ending.Close)
            {
                await _wire.CloseAsync();
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or AuthenticationException)
        {
            // A client that goes without waiting for the end of an end has not lost anything.
            if (_ending == Ending.None)
            {
                _transcript.Event(_server.Stopped.IsCancellationRequested ? "the simulator stops" : "the connection is lost");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _wire.DisposeAsync();
        _hash.Dispose();
        _server.Tally.Closed(Number);
        _server.Pulse.Beat();
    }

    private async Task ConverseAsync()
    {
        if (await FaultedAsync(FaultStage.Connect) && _ending != Ending.None)
        {
            return;
        }

        if (_options.Security == SimulatorSecurity.Implicit && !await SecureAsync(ready: null))
        {
            _ending = _ending == Ending.None ? Ending.Close : _ending;
            return;
        }

        if (!await FaultedAsync(FaultStage.Greeting))
        {
            Say(_options.IsSmarthost
                ? $"220 {_options.HostName} ESMTP"
                : $"220 {_options.HostName} Microsoft ESMTP MAIL Service ready at {_server.Clock.GetUtcNow():r}");
        }

        while (_ending == Ending.None)
        {
            if (await _wire.ReadLineAsync() is not { } line)
            {
                PartWithoutQuit();
                return;
            }

            await ObeyAsync(line);
            if (_wire.Pace is not null)
            {
                await _wire.FlushAsync();
            }
        }
    }

    private ValueTask ObeyAsync(CommandLine line)
    {
        var (name, argument) = CommandText.Split(line.Text);
        var known = Verbs.GetValueOrDefault(name);
        _transcript.FromClient(known?.Name is "AUTH" ? Masked(argument) : line.Text);
        _server.Tally.Command(known?.Name ?? "?");
        _stage = known?.Name.ToLowerInvariant() ?? "command";
        if (Flaw(line, known) is { } flaw)
        {
            Note($"{flaw.Note}: {known?.Name ?? "a command"}");
            return RefuseAsync(flaw.Reply);
        }

        if (known is null)
        {
            return RefuseAsync($"{HveReplies.Unrecognized} '{name}'");
        }

        if (_turnedAway && known.Name is not "QUIT")
        {
            return RefuseAsync(HveReplies.BadSequence);    // RFC 5321 section 3.1
        }

        NotePipelining(known);
        return Missing(known.Needs) is { } reply ? RefuseAsync(reply) : known.Obey(this, argument);
    }

    private static (string Reply, string Note)? Flaw(CommandLine line, Verb? verb)
    {
        // RFC 5321 section 4.5.3.1.4, with CRLF; RFC 4954 section 4; RFC 3461 section 4.
        var longest = verb?.Name switch { "AUTH" => 12_288, "MAIL" or "RCPT" => 1_012, _ => 512 };
        return line.Flaw switch
        {
            LineFlaw.BareNewline => (HveReplies.BareNewlineInCommand, "bare CR or LF in a command"),
            LineFlaw.NotAscii => (HveReplies.NotAscii, "octets that are no printable ASCII in a command"),
            LineFlaw.TooLong => (HveReplies.LineTooLong, "a command line is too long"),
            _ when line.Text.Length + 2 > longest => (HveReplies.LineTooLong, $"a command line is longer than {longest} octets"),
            _ when line.Text.EndsWith(' ') => (HveReplies.InvalidArguments, "a command line ends in a space"),
            _ => null,
        };
    }

    private string? Missing(Needs needs) => needs switch
    {
        > Needs.Nothing when _ehloName is null => HveReplies.HelloFirst,
        > Needs.Hello when _transaction is null => HveReplies.MailFirst,
        > Needs.Mail when _transaction!.Recipients.Count == 0 => HveReplies.RecipientFirst,
        _ => null,
    };

    private void NotePipelining(Verb verb)
    {
        if (_wire.Buffered.IsEmpty || verb.Name is "STARTTLS" or "BDAT")
        {
            return;
        }

        if (verb.EndsGroup)
        {
            Note($"more was sent behind {verb.Name} before its reply");
        }
        else if (!_esmtp || !_pipelining)
        {
            Note($"more was sent behind {verb.Name}, and PIPELINING was not offered");
        }
    }

    private ValueTask RsetAsync(string argument)
    {
        if (argument.Length > 0)
        {
            return RefuseAsync(HveReplies.InvalidArguments);
        }

        _transaction = null;
        return SayAsync(HveReplies.Reset);
    }

    private async ValueTask QuitAsync(string argument)
    {
        if (argument.Length > 0)
        {
            await RefuseAsync(HveReplies.InvalidArguments);
        }
        else if (!await FaultedAsync(FaultStage.Quit))
        {
            Say(HveReplies.Closing);
            _ending = Ending.Close;
        }
    }

    private void PartWithoutQuit()
    {
        if (!_wire.Buffered.IsEmpty)
        {
            Note("the client closed the connection inside a command: CRLF is missing");
        }

        _transcript.Event("the client closed the connection without QUIT");
        _ending = Ending.Close;
    }

    private sealed record Verb(string Name, Needs Needs, bool EndsGroup, Func<Session, string, ValueTask> Obey);
}
