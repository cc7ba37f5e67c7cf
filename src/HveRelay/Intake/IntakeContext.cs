using System.Net;
using HveRelay.Mail;
using HveRelay.Policy;
using HveRelay.Queue;

namespace HveRelay.Intake;

/// <summary>What every session needs of the relay, handed in once; what can be set changes with the configuration while sessions run.</summary>
public sealed record IntakeContext(
    string HostName,
    RelayPolicy Policy,
    UserDirectory Users,
    IQueueStore Store,
    MessageIdSource Ids,
    QueueSignal Signal,
    MailLog Log,
    QueueAlarm Alarm,
    RelayMeter Meter,
    TimeProvider Clock,
    TimeSpan Lifetime,
    ILogger Logger)
{
    public RelayPolicy Policy { get; set; } = Policy;

    public UserDirectory Users { get; set; } = Users;

    public TimeSpan Lifetime { get; set; } = Lifetime;

    /// <summary>Addresses that are remembered for a limit.</summary>
    private const int MostAddresses = 10_000;

    /// <summary>Messages of the last minute, by client and address.</summary>
    public SlidingCount<(string Client, IPAddress Address)> Messages { get; } = new(TimeSpan.FromMinutes(1), MostAddresses, Clock);

    /// <summary>What the sessions show of their clients, for who writes it down.</summary>
    public ClientsSeen Clients { get; } = new();

    public LoginLimit Logins { get; } = new(Clock);
}
