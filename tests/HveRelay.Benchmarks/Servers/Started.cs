using HveRelay.Benchmarks.Processes;

namespace HveRelay.Benchmarks.Servers;

internal static class Started
{
    /// <summary>The server once it greets; where it does not, it is stopped again.</summary>
    public static async Task<T> OrStoppedAsync<T>(T server, TimeProvider clock, CancellationToken cancel)
        where T : IServer
    {
        try
        {
            await Loopback.WaitForGreetingAsync(server.Port, server.Process, clock, cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }
}
