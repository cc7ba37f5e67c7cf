using System.Net;
using System.Net.Sockets;
using HveRelay.Configuration;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Scenarios;

/// <summary>Something an operator meets, how it is provoked here, and the words that name cause and remedy.</summary>
/// <param name="Symptom">As in docs/operating.md.</param>
/// <param name="Where">The check of <c>doctor</c> that names it; or the command.</param>
internal sealed record Incident(string Symptom, string Where, string Cause, string Remedy)
{
    public const string QueueShow = "queue show";

    /// <summary>What HVE does wrong, as <c>--fault</c> takes it.</summary>
    public string? Fault { get; init; }

    public Action<RelayOptions, TemporaryDirectory> Change { get; init; } = (_, _) => { };

    /// <summary>What HVE says to mail: the relay runs, and has sent one to so many recipients.</summary>
    public int Sends { get; init; }

    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]);

    /// <summary>How far the clock of HVE is from that of this machine.</summary>
    public TimeSpan HveAhead { get; init; }

    /// <summary>The identity platform answers so.</summary>
    public string? TokenError { get; init; }

    /// <summary>Another program has the listener's port.</summary>
    public bool IsPortTaken { get; init; }

    public override string ToString() => Symptom;

    public static Task<IPAddress[]> NoSuchHost(string host, CancellationToken cancel) =>
        Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
}
