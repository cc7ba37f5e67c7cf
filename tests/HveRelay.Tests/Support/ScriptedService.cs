using System.Text;
using HveRelay.Smtp;
using HveRelay.Smtp.Server;

namespace HveRelay.Tests.Support;

/// <summary>A service that says what it was told to say, and remembers in words what it was asked.</summary>
public sealed class ScriptedService : ISmtpService
{
    private readonly List<string> _heard = [];

    public Reply Greeting { get; init; } = Reply.Plain(220, "relay.example ready");

    public long MaxMessageBytes { get; init; }

    public NewlineMode NewlineMode { get; init; }

    /// <summary>Who may log in; nobody: AUTH is not offered.</summary>
    public (string User, string Password)? Login { get; init; }

    /// <summary>AUTH is offered under TLS only.</summary>
    public bool LoginNeedsTls { get; init; }

    /// <summary>Senders and recipients that are refused, and how.</summary>
    public IReadOnlyDictionary<string, Reply> Refusals { get; init; } = new Dictionary<string, Reply>();

    /// <summary>The refusal of DATA.</summary>
    public Reply? NoData { get; init; }

    /// <summary>The reply to the final dot.</summary>
    public Reply Done { get; init; } = Reply.Of(250, "2.0.0", "OK queued");

    public Exception? Breaks { get; init; }

    /// <summary>Messages are counted and not kept.</summary>
    public bool Discards { get; init; }

    /// <summary>Octets of content that came.</summary>
    public long Received { get; private set; }

    public int Messages { get; private set; }

    /// <summary>How often it was told that the session is over.</summary>
    public int Ends { get; private set; }

    public IReadOnlyList<string> Heard
    {
        get
        {
            lock (_heard)
            {
                return [.. _heard];
            }
        }
    }

    public ValueTask<Reply> ConnectAsync(SessionInfo session, CancellationToken cancel) => new(Greeting);

    public bool OffersAuth(SessionInfo session, bool tls) => Login is not null && (tls || !LoginNeedsTls);

    public ValueTask<Reply> AuthenticateAsync(SessionInfo session, string user, string password, CancellationToken cancel)
    {
        Hear($"login {user} {password}");
        return new((user, password) == Login ? Reply.Of(235, "2.7.0", "Welcome") : Reply.Of(535, "5.7.8", "Wrong"));
    }

    public ValueTask<Reply> MailAsync(SessionInfo session, MailCommand command, CancellationToken cancel)
    {
        Hear($"mail <{command.ReversePath}>{(command.Size is { } size ? $" size {size}" : "")}{(command.EightBit ? " 8bit" : "")} with {session.Protocol}");
        return Breaks is null ? new(Refusals.GetValueOrDefault(command.ReversePath) ?? Reply.Of(250, "2.1.0", "OK")) : throw Breaks;
    }

    public ValueTask<Reply> RcptAsync(SessionInfo session, string address, CancellationToken cancel)
    {
        Hear($"rcpt {address}");
        return new(Refusals.GetValueOrDefault(address) ?? Reply.Of(250, "2.1.5", "OK"));
    }

    public ValueTask<(IContentSink? Sink, Reply? Refusal)> DataAsync(SessionInfo session, CancellationToken cancel) =>
        new(NoData is null ? (new Sink(this), null) : (null, NoData));

    public ValueTask ResetAsync()
    {
        Hear("reset");
        return ValueTask.CompletedTask;
    }

    public void Refused(SessionInfo session, string reason, Reply reply, string? from = null, string? to = null) => Hear($"refused, {reason}: {reply}");

    public void Ended(SessionInfo session) => Ends++;

    private void Hear(string words)
    {
        if (!Discards)
        {
            lock (_heard)
            {
                _heard.Add(words);
            }
        }
    }

    private sealed class Sink(ScriptedService service) : IContentSink
    {
        private readonly MemoryStream _content = new();
        private bool _isComplete;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancel)
        {
            service.Received += octets.Length;
            if (!service.Discards)
            {
                _content.Write(octets.Span);
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask<Reply> CompleteAsync(CancellationToken cancel)
        {
            _isComplete = true;
            service.Messages++;
            service.Hear($"content {Words()}");
            return new(service.Done);
        }

        public ValueTask DisposeAsync()
        {
            if (!_isComplete)
            {
                service.Hear($"given up {Words()}");
            }

            return ValueTask.CompletedTask;
        }

        private string Words() => string.Concat(Encoding.Latin1.GetString(_content.ToArray()).Select(octet => octet switch
        {
            '\r' => "\\r",
            '\n' => "\\n",
            < ' ' or > '~' => $"\\x{(int)octet:X2}",
            _ => octet.ToString(),
        }));
    }
}
