using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Policy;
using HveRelay.Queue;
using HveRelay.Smtp;
using HveRelay.Smtp.Server;

namespace HveRelay.Intake;

/// <summary>One session's answers: asks the policy, gathers the envelope, and hands the content to the queue.</summary>
/// <param name="leave">Gives back the place that the connection took; called once, when the session is over.</param>
internal sealed class IntakeSession(IntakeContext context, Reply? refusal, Action? leave = null) : ISmtpService
{
    /// <summary>Between a wrong login and its reply.</summary>
    internal static readonly TimeSpan FailedLoginDelay = TimeSpan.FromSeconds(2);

    private readonly List<(string Address, Lane Lane)> _recipients = [];
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly SessionArrivals _arrivals = new(context.Clock);
    private readonly SessionSightings _sightings = new(context.Clients, context.Clock);
    private ClientRule? _client;
    private bool _isDecided;
    private long _mostBytes;
    private string _reversePath = string.Empty;
    private bool _eightBit;
    private long _declared;
    private bool _ended;

    /// <summary>
    /// Until an entry decides, of the one that takes the most: SIZE must not keep a client from what its entry takes. Before recipients
    /// of the way that takes the most, then of all their ways, since the message is taken whole or not at all.
    /// </summary>
    public long MaxMessageBytes =>
        !_isDecided ? _mostBytes
        : _recipients.Count == 0 ? context.Policy.MaxMessageBytes(_client)
        : context.Policy.MaxMessageBytes(_client, _recipients.Select(recipient => recipient.Lane));

    public NewlineMode NewlineMode => (_client?.BareNewline ?? BareNewline.Normalize) switch
    {
        BareNewline.Reject => NewlineMode.Reject,
        BareNewline.LfOnly => NewlineMode.LfOnly,
        _ => NewlineMode.Normalize,
    };

    public ValueTask<Reply> ConnectAsync(SessionInfo session, CancellationToken cancel)
    {
        if (refusal is not null)
        {
            return new(Refuse(session, "connections", refusal));
        }

        _client = context.Policy.FindByAddress(session.Address);
        if (_client is null)
        {
            return new(Refuse(session, "unknown client", IntakeReplies.UnknownClient(session.Address.ToString(), 554)));
        }

        _mostBytes = context.Policy.MostBytesFrom(session.Address);
        context.Log.Connected(_client.Name, session.Address.ToString(), session.Listener);
        return new(IntakeReplies.Greeting(context.HostName));
    }

    public bool OffersAuth(SessionInfo session, bool tls) => context.Policy.OffersAuth(session.Address, tls);

    public async ValueTask<Reply> AuthenticateAsync(SessionInfo session, string user, string password, CancellationToken cancel)
    {
        if (context.Logins.IsReached(session.Address))
        {
            // The right password is not told from a wrong one either, or guessing would go on.
            return Refuse(session, "login limit", IntakeReplies.TooManyLogins(context.HostName, context.Logins.Until(session.Address)), user: user);
        }

        if (!await context.Users.VerifyAsync(user, password, cancel))
        {
            context.Logins.Failed(session.Address);

            // Who tries passwords is to try few of them.
            await Task.Delay(FailedLoginDelay, context.Clock, cancel);
            // Only the operator is told which it was.
            var reason = context.Users.Knows(user) ? "login: wrong password" : "login: unknown user";
            return Refuse(session, reason, IntakeReplies.LoginFailed, user: user);
        }

        if (context.Policy.Find(session.Address, user) is { } client)
        {
            (_client, _isDecided) = (client, true);
        }

        return IntakeReplies.LoggedIn;
    }

    public ValueTask<Reply> MailAsync(SessionInfo session, MailCommand command, CancellationToken cancel)
    {
        // First of all: a refusal is logged with whom it concerns.
        _reversePath = context.Policy.Short.Sender(command.ReversePath);
        var client = context.Policy.Find(session.Address, session.User);
        if (client is null)
        {
            // Some entry covers the address, or the session would not have begun: it asks for a login.
            return new(session.User is null
                ? Refuse(session, "login needed", IntakeReplies.LoginNeeded)
                : Refuse(session, "unknown client", IntakeReplies.UnknownClient(session.Address.ToString(), 550)));
        }

        (_client, _isDecided) = (client, true);
        if (client.RequireTls && session.Tls is null)
        {
            return new(Refuse(session, "tls required", IntakeReplies.TlsNeeded));
        }

        if (command.Size > MaxMessageBytes)
        {
            return new(Refuse(session, "size", IntakeReplies.TooLarge(MaxMessageBytes)));
        }

        if (!context.Store.HasRoom)
        {
            return new(Refuse(session, "store", IntakeReplies.Of(StoreFault.Full)));
        }

        if (RelayPolicy.RefuseSender(client, _reversePath) is { } sender)
        {
            return new(Refuse(session, sender.Reason, sender.Reply));
        }

        // Asked last: what is refused for another reason does not count.
        if (client.MessagesPerMinute > 0 && !context.Messages.TryAdd((client.Name, session.Address), client.MessagesPerMinute))
        {
            return new(Refuse(session, "rate", IntakeReplies.TooFast(client.MessagesPerMinute)));
        }

        _eightBit = command.EightBit;
        _declared = command.Size ?? 0;
        return new(IntakeReplies.SenderOk);
    }

    public ValueTask<Reply> RcptAsync(SessionInfo session, string address, CancellationToken cancel)
    {
        address = context.Policy.Short.Recipient(address);
        if (_known.Contains(address))
        {
            return new(IntakeReplies.RecipientOk);
        }

        var decision = context.Policy.Decide(_client!, address, _recipients.Count, _declared);
        if (decision.Refusal is not null)
        {
            return new(Refuse(session, decision.Reason, decision.Refusal, to: address));
        }

        _known.Add(address);
        _recipients.Add((address, decision.Lane));
        return new(IntakeReplies.RecipientOk);
    }

    public ValueTask<(IContentSink? Sink, Reply? Refusal)> DataAsync(SessionInfo session, CancellationToken cancel)
    {
        var client = _client!;
        var draft = new Draft(
            _reversePath,
            [.. _recipients],
            client.Priority,
            _eightBit,
            new Origin(client.Name, session.Address.ToString(), session.HelloName, session.User, session.Tls?.ToString(), session.Protocol),
            messageId => _arrivals.Of(session, client, messageId))
        {
            RefusesLongLines = client.RefusesLongLines,
        };
        return new((new MessageSink(
            context, draft, (reason, reply) => Refuse(session, reason, reply), () => Accepted(session, draft)), null));
    }

    public ValueTask ResetAsync()
    {
        _recipients.Clear();
        _known.Clear();
        _reversePath = string.Empty;
        _eightBit = false;
        _declared = 0;
        return ValueTask.CompletedTask;
    }

    public void Refused(SessionInfo session, string reason, Reply reply, string? from = null, string? to = null)
    {
        // What is no address stays as it came: a domain behind it would be a lie.
        _reversePath = from is null ? _reversePath : PathParser.Refusal(from, isSender: true) is null ? context.Policy.Short.Sender(from) : from;
        Refuse(session, reason, reply, to: to);
    }

    public void Ended(SessionInfo session)
    {
        if (!_ended)
        {
            _ended = true;
            leave?.Invoke();
            _sightings.Ended(session, ClientName(session));
        }
    }

    private void Accepted(SessionInfo session, Draft draft)
    {
        _arrivals.Accepted();
        _sightings.Accepted(session, draft.Origin.Client);
    }

    /// <summary>Who is refused before the policy was asked may be a client all the same: one with too many connections.</summary>
    private string ClientName(SessionInfo session) => (_client ?? context.Policy.FindByAddress(session.Address))?.Name ?? string.Empty;

    private Reply Refuse(SessionInfo session, string reason, Reply reply, string? user = null, string? to = null)
    {
        _arrivals.Refused(to, reason, reply.ToString());
        _sightings.Refused(
            session, ClientName(session), user ?? session.User, _reversePath.Length == 0 ? null : _reversePath, to, reason, reply.ToString());
        context.Meter.Refused(_client?.Name ?? string.Empty, reason);
        context.Log.Refused(
            _client?.Name, session.Address.ToString(), user ?? session.User, _reversePath.Length == 0 ? null : _reversePath, to, reason, reply.ToString(),
            session.Listener);
        return reply;
    }
}
