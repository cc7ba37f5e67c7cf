using System.Globalization;
using HveRelay.Tests.Program;
using Npgsql;

namespace HveRelay.Tests.Support;

/// <summary>Tests that share one PostgreSQL; they run one after the other.</summary>
[CollectionDefinition(nameof(PostgresCollection))]
public sealed class PostgresCollection : ICollectionFixture<PostgresServer>;

/// <summary>
/// A real PostgreSQL of the machine in a directory of its own, on a socket there and a port of the loopback, as its package sets it up:
/// with fsync. It starts with the first test that asks for it, and ends with the last, by its process id.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly int _port = FreePort.Next();
    private TemporaryDirectory? _directory;
    private ChildProcess? _server;
    private int _queues;

    private string Data => Path.Combine(_directory!.Path, "data");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// The connection string of a schema without tables, over the loopback. Where PostgreSQL is not installed the test is skipped, and says why.
    /// </summary>
    public async Task<string> NewQueueAsync()
    {
        await EnsureRunningAsync();
        var schema = string.Create(CultureInfo.InvariantCulture, $"queue{Interlocked.Increment(ref _queues)}");
        await ExecuteAsync(ConnectionString("public"), $"CREATE SCHEMA {schema}");
        return ConnectionString(schema);
    }

    /// <summary>Runs statements beside the relay; the first value of the last row, or null.</summary>
    public static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var source = new NpgsqlDataSourceBuilder(connectionString + ";Pooling=false").Build();
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Fast shutdown, as a package's update does it.</summary>
    public async Task StopAsync()
    {
        _server!.Interrupt();
        await _server.EndAsync();
    }

    public async Task StartAsync()
    {
        _server = Start("postgres", "-D", Data, "-k", _directory!.Path, "-p", $"{_port}", "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200");
        await Until.True(() => _server.HasEnded || Answers(), () => "PostgreSQL answers", 60);
        Assert.False(_server.HasEnded, "PostgreSQL has ended");
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { HasEnded: false })
        {
            await StopAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _directory?.Dispose();
        _gate.Dispose();
    }

    private async Task EnsureRunningAsync()
    {
        Require("initdb");
        await _gate.WaitAsync();
        try
        {
            if (_server is null)
            {
                _directory = new TemporaryDirectory();
                if (Environment.IsPrivilegedProcess)
                {
                    await Tool.RunAsync("chown", _directory.Path, ["postgres", _directory.Path]);
                }

                await using var make = Start("initdb", "-D", Data, "-U", "relay", "-A", "trust", "-E", "UTF8", "--locale=C");
                var made = await make.EndAsync();
                Assert.True(made.Status == 0, made.Error);
                await StartAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private string ConnectionString(string schema) =>
        $"Host=127.0.0.1;Port={_port};Database=postgres;Username=relay;Search Path={schema};Maximum Pool Size=10;Timeout=15";

    private bool Answers()
    {
        try
        {
            using var connection = new NpgsqlConnection(ConnectionString("public") + ";Pooling=false");
            connection.Open();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>PostgreSQL refuses to be root's: then its own user runs it. setpriv becomes the program, so the process id is its own.</summary>
    private ChildProcess Start(string program, params string[] arguments)
    {
        var path = Require(program);
        return Environment.IsPrivilegedProcess
            ? ChildProcess.Start("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments], _directory!.Path)
            : ChildProcess.Start(path, arguments, _directory!.Path);
    }

    /// <summary>Debian keeps the programs of each version in a directory that is in nobody's PATH.</summary>
    private static string Require(string program)
    {
        const string Versions = "/usr/lib/postgresql";
        var installed = Directory.Exists(Versions)
            ? Directory.GetDirectories(Versions).OrderByDescending(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var version) ? version : 0)
                .Select(path => Path.Combine(path, "bin", program)).FirstOrDefault(File.Exists)
            : null;
        return installed ?? Tool.Require(program);
    }
}
