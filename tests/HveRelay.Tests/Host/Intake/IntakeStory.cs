using System.Text;
using HveRelay.Configuration;
using HveRelay.Intake;
using HveRelay.Mail;
using HveRelay.Policy;
using HveRelay.Queue;
using HveRelay.Smtp.Server;
using HveRelay.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace HveRelay.Tests.Host.Intake;

/// <summary>A session with the relay's own answers, in front of a store in memory.</summary>
public abstract class IntakeStory : IDisposable
{
    private readonly List<MailEvent> _log = [];
    private readonly RelayMeter _meter = new();

    protected FakeStore Store { get; } = new();

    protected ManualClock Clock { get; } = new();

    protected QueueSignal Signal { get; } = new();

    protected RelayOptions Options { get; } = new()
    {
        HostName = "relay.example",
        Clients = [new ClientOptions { Name = "scanners", Networks = ["192.0.2.0/24", "127.0.0.0/8"] }],
        Hve = new HveOptions { AcceptedDomains = ["contoso.com"], MaxRecipientsPerMessage = 2, Accounts = [new AccountOptions { Address = "hve1@contoso.com" }] },
        Postmaster = "it@contoso.com",
    };

    protected IReadOnlyList<string> Log
    {
        get
        {
            lock (_log)
            {
                return [.. _log.Select(line => line.ToString())];
            }
        }
    }

    public void Dispose()
    {
        _meter.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected IntakeContext Context() => new(
        "relay.example", new RelayPolicy(Options), new UserDirectory(Options.Users), Store, new MessageIdSource(Clock, new Random(1)), Signal,
        new MailLog(Clock, Write), new QueueAlarm(new MailLog(Clock, Write), Clock), _meter, Clock, TimeSpan.FromDays(2), NullLogger.Instance);

    protected Task<LiveSession> BeginAsync(TlsPolicy tls = TlsPolicy.None) => BeginAsync(Context(), tls);

    /// <summary>A session of a relay that may have had others.</summary>
    private protected static async Task<LiveSession> BeginAsync(IntakeContext context, TlsPolicy tls = TlsPolicy.None)
    {
        var live = new LiveSession(new IntakeSession(context, refusal: null), ServerTranscript.Options(tls));
        await live.ReadLinesAsync(1);
        return live;
    }

    /// <summary>A whole transaction; the reply to the final dot, or all the replies where it did not come to that.</summary>
    protected static async Task<string> SendAsync(LiveSession live, string content, params string[] recipients)
    {
        await live.SendAsync(
            "MAIL FROM:<scan@contoso.com>\r\n" + string.Concat(recipients.Select(to => $"RCPT TO:<{to}>\r\n")) + "DATA\r\n");
        var replies = await live.ReadLinesAsync(recipients.Length + 2);
        if (!replies.Contains("354 ", StringComparison.Ordinal))
        {
            return replies;
        }

        var sending = live.SendAsync(Encoding.Latin1.GetBytes(content + ".\r\n"));
        var reply = await live.ReadLinesAsync(1);
        await sending;
        return reply.TrimEnd();
    }

    private void Write(MailEvent line)
    {
        lock (_log)
        {
            _log.Add(line);
        }
    }
}
