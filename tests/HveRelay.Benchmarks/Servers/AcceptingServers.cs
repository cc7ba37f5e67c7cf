using HveRelay.Benchmarks.Measuring;
using HveRelay.Benchmarks.Processes;

namespace HveRelay.Benchmarks.Servers;

/// <summary>Both servers, taking mail and delivering none: HveRelay's next hop never greets, Postfix puts all on hold.</summary>
internal sealed class AcceptingServers : IAsyncDisposable
{
    private readonly SilentHop _hop;

    private AcceptingServers(HveRelayServer ours, PostfixServer? postfix, SilentHop hop) => (Ours, Postfix, _hop) = (ours, postfix, hop);

    public HveRelayServer Ours { get; }

    /// <summary>Null where there is none on this machine.</summary>
    public PostfixServer? Postfix { get; }

    /// <param name="preload">A library that both load first.</param>
    public static async Task<AcceptingServers> StartAsync(
        BenchmarkOptions options, ScratchDirectory scratch, TimeProvider clock, CancellationToken cancel, string? preload = null)
    {
        var postfix = PostfixServer.Obstacle is null ? await PostfixServer.StartAsync(scratch, null, clock, cancel, preload) : null;
        var hop = new SilentHop();
        try
        {
            return new(await HveRelayServer.StartAsync(options.Program, scratch, new NextHop(hop.Port), clock, cancel, preload), postfix, hop);
        }
        catch
        {
            hop.Dispose();
            await (postfix?.DisposeAsync() ?? default);
            throw;
        }
    }

    /// <summary>HveRelay, then Postfix.</summary>
    public Entrant[] Entrants(ILoadSource source) =>
        [To(Ours, source), Postfix is { } postfix ? To(postfix, source) : new("Postfix", null, PostfixServer.Obstacle!)];

    public static Entrant To(IServer server, ILoadSource source) => new(
        server.Name, (load, messages, cancel) => source.SendAsync(server.Port, load, messages, cancel), Compiles: server is HveRelayServer);

    public async Task WarmAsync(ILoadSource source, TimeSpan time, TimeProvider clock, CancellationToken cancel)
    {
        foreach (var entrant in Entrants(source))
        {
            await Warmth.WarmAsync(entrant, time, clock, cancel);
        }
    }

    /// <summary>The hop goes before HveRelay, so that this need not wait for a greeting that never comes.</summary>
    public async ValueTask DisposeAsync()
    {
        _hop.Dispose();
        await Ours.DisposeAsync();
        await (Postfix?.DisposeAsync() ?? default);
    }
}
