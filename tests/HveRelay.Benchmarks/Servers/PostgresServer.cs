using HveRelay.Benchmarks.Processes;
using Npgsql;

namespace HveRelay.Benchmarks.Servers;

/// <summary>A PostgreSQL of its own on a port of the loopback, with its package's settings.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private readonly ChildProcess _process;
    private readonly int _port;

    private PostgresServer(ChildProcess process, int port) => (_process, _port) = (process, port);

    /// <summary>Why it cannot be measured here; null: it can.</summary>
    public static string? Obstacle => Installed.Postgres is null ? "not installed" : null;

    /// <exception cref="BenchmarkException">It does not start.</exception>
    public static async Task<PostgresServer> StartAsync(ScratchDirectory scratch, TimeProvider clock, CancellationToken cancel)
    {
        var (port, home) = (Loopback.FreePort(), scratch.Of("postgres"));
        Directory.CreateDirectory(home);
        if (Environment.IsPrivilegedProcess)
        {
            await ChildProcess.AskAsync("chown", ["postgres", home], cancel);
        }

        var data = Path.Combine(home, "data");
        var make = Start(scratch, clock, "initdb", "-D", data, "-U", "relay", "-A", "trust", "-E", "UTF8", "--locale=C");
        await using (make)
        {
            if (await make.ExitAsync(Patience, cancel) != 0)
            {
                throw new BenchmarkException($"initdb failed: {make.LastWords()}");
            }
        }

        var server = new PostgresServer(
            Start(scratch, clock, "postgres", "-D", data, "-k", home, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1"), port);
        try
        {
            await server.WaitAsync(clock, cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The connection string of a new, empty queue.</summary>
    public async Task<string> NewQueueAsync(string name, CancellationToken cancel)
    {
        await using var source = NpgsqlDataSource.Create(Of("public"));
        await using var command = source.CreateCommand($"CREATE SCHEMA {name}");
        await command.ExecuteNonQueryAsync(cancel);
        return Of(name);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private string Of(string schema) => $"Host=127.0.0.1;Port={_port};Database=postgres;Username=relay;Search Path={schema};Timeout=5";

    private async Task WaitAsync(TimeProvider clock, CancellationToken cancel)
    {
        for (var start = clock.GetTimestamp(); ; await Task.Delay(Look, clock, cancel))
        {
            try
            {
                await using var connection = new NpgsqlConnection(Of("public") + ";Pooling=false");
                await connection.OpenAsync(cancel);
                return;
            }
            catch (NpgsqlException) when (!_process.HasExited && clock.GetElapsedTime(start) < Patience)
            {
                // Not yet.
            }
            catch (NpgsqlException trouble)
            {
                throw new BenchmarkException($"PostgreSQL does not start: {trouble.Message} {_process.LastWords()}");
            }
        }
    }

    /// <summary>PostgreSQL refuses to be root's: then its own user runs it. setpriv becomes the program, so the process id is its own.</summary>
    private static ChildProcess Start(ScratchDirectory scratch, TimeProvider clock, string program, params string[] arguments)
    {
        var path = Path.Combine(Installed.Postgres!, program);
        var log = scratch.Of(program + ".log");
        return Environment.IsPrivilegedProcess
            ? ChildProcess.Start("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments], log, clock)
            : ChildProcess.Start(path, arguments, log, clock);
    }
}
