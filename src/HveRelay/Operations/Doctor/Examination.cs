using System.Net;
using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Operations.Control;
using HveRelay.Queue;
using HveRelay.Smtp.Client;
using HveRelay.Upstream;

namespace HveRelay.Operations.Doctor;

/// <summary>What the checks look at, and what an earlier one has found for a later one.</summary>
internal sealed class Examination(RelayOptions options, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>Somebody sits before the screen: no check waits as long as mail does.</summary>
    public static readonly SmtpTimeouts Patience = new()
    {
        Connect = TimeSpan.FromSeconds(10),
        Greeting = TimeSpan.FromSeconds(15),
        Hello = TimeSpan.FromSeconds(15),
        StartTls = TimeSpan.FromSeconds(15),
        Auth = TimeSpan.FromSeconds(20),
        Mail = TimeSpan.FromSeconds(20),
        Rcpt = TimeSpan.FromSeconds(20),
    };

    public RelayOptions Options => options;

    public TimeProvider Clock => clock;

    public ReplyTable Replies { get; } = ReplyTable.OfHve(options);

    /// <summary>Warnings of the configuration.</summary>
    public IReadOnlyList<ConfigurationWarning> Warnings { get; init; } = [];

    public required Func<Task<IQueueReader>> OpenQueue { get; init; }

    /// <summary>The accounts as the running relay sees them, or as the queue knows them.</summary>
    public required Func<CancellationToken, Task<IReadOnlyList<AccountAnswer>>> Accounts { get; init; }

    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>One runs also where this user may not talk to it.</summary>
    public bool IsRelayRunning { get; } = ControlClient.Knock(options.DataDirectory) != ControlDoor.Nobody;

    public Dialer Dialer => new(Patience.Connect, clock) { Resolve = Resolve };

    /// <summary>Null where it has none yet.</summary>
    public IQueueReader? Queue { get; set; }

    public IPAddress[] Addresses { get; set; } = [];

    /// <summary>TCP works, and a server spoke first.</summary>
    public bool IsReachable { get; set; }

    public bool IsSecured { get; set; }

    /// <summary>Connections of accounts that have logged in.</summary>
    public Dictionary<string, UpstreamConnection> LoggedIn { get; } = new(StringComparer.OrdinalIgnoreCase);

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in LoggedIn.Values)
        {
            await connection.DisposeAsync();
        }

        if (Queue is not null)
        {
            await Queue.DisposeAsync();
        }
    }
}
