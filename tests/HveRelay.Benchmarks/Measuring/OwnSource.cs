using System.Net;
using System.Net.Sockets;
using System.Text;
using HveRelay.Benchmarks.Processes;
using HveRelay.Benchmarks.Queues;

namespace HveRelay.Benchmarks.Measuring;

/// <summary>Does in this process what smtp-source does, where that is not installed. It needs more of the processor than that does.</summary>
internal sealed class OwnSource(TimeProvider clock) : ILoadSource
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task<TimeSpan> SendAsync(int port, Load load, int messages, CancellationToken cancel)
    {
        var start = clock.GetTimestamp();
        await TimeAsync(port, load, messages, cancel);
        return clock.GetElapsedTime(start);
    }

    /// <summary>Sends so many messages; how long each waited for its reply after the final dot.</summary>
    /// <exception cref="BenchmarkException">Something was refused, or it took too long.</exception>
    public async Task<IReadOnlyList<TimeSpan>> TimeAsync(int port, Load load, int messages, CancellationToken cancel)
    {
        byte[] content = [.. BenchmarkMessage.Content(load.Octets), .. ".\r\n"u8];
        var times = new TimeSpan[messages];
        var left = messages;
        try
        {
            await Task.WhenAll(Enumerable.Range(0, load.Sessions).Select(_ => Task.Run(SessionAsync, cancel))).WaitAsync(Patience, clock, cancel);
        }
        catch (Exception trouble) when (trouble is SocketException or IOException or TimeoutException)
        {
            throw new BenchmarkException($"the load: {trouble.Message}");
        }

        return times;

        async Task SessionAsync()
        {
            Connection? connection = null;
            try
            {
                for (int number; (number = Interlocked.Decrement(ref left)) >= 0;)
                {
                    connection ??= await Connection.OpenAsync(port, cancel);
                    times[number] = await connection.SendAsync($"{number}you@contoso.com", content, clock, cancel);
                    if (!load.Keeps)
                    {
                        await connection.CloseAsync(cancel);
                        connection = null;
                    }
                }
            }
            finally
            {
                connection?.Dispose();
            }
        }
    }

    /// <summary>A connection that has said EHLO. Waits for each reply, as most devices do.</summary>
    private sealed class Connection(TcpClient client) : IDisposable
    {
        private readonly StreamReader _replies = new(client.GetStream(), Encoding.ASCII);

        public static async Task<Connection> OpenAsync(int port, CancellationToken cancel)
        {
            var client = new TcpClient { NoDelay = true };
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port, cancel);
                var connection = new Connection(client);
                await connection.ExpectAsync('2', cancel);
                await connection.SayAsync("EHLO scanner.contoso.com", '2', cancel);
                return connection;
            }
            catch
            {
                client.Dispose();
                throw;
            }
        }

        public async Task<TimeSpan> SendAsync(string recipient, byte[] content, TimeProvider clock, CancellationToken cancel)
        {
            await SayAsync("MAIL FROM:<scanner@contoso.com>", '2', cancel);
            await SayAsync($"RCPT TO:<{recipient}>", '2', cancel);
            await SayAsync("DATA", '3', cancel);
            await client.GetStream().WriteAsync(content, cancel);
            var dot = clock.GetTimestamp();
            await ExpectAsync('2', cancel);
            return clock.GetElapsedTime(dot);
        }

        public async Task CloseAsync(CancellationToken cancel)
        {
            await SayAsync("QUIT", '2', cancel);
            Dispose();
        }

        public void Dispose()
        {
            _replies.Dispose();
            client.Dispose();
        }

        private async Task SayAsync(string command, char reply, CancellationToken cancel)
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), cancel);
            await ExpectAsync(reply, cancel);
        }

        private async Task ExpectAsync(char first, CancellationToken cancel)
        {
            string? line;
            do
            {
                line = await _replies.ReadLineAsync(cancel);
            }
            while (line is { Length: > 3 } && line[3] == '-');

            if (line is null || line[0] != first)
            {
                throw new BenchmarkException($"the load was answered: {line ?? "nothing, the connection was closed"}");
            }
        }
    }
}
