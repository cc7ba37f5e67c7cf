using System.Buffers;
using System.Net;
using System.Net.Sockets;
using HveRelay.Intake.Sockets;
using HveRelay.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace HveRelay.Tests.Host.Intake.Sockets;

/// <summary>Real sockets on loopback: what a session sees of its client.</summary>
public sealed class SocketConnectionTests : IAsyncLifetime
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private IConnectionListener _listener = null!;
    private Socket _client = null!;
    private ConnectionContext _connection = null!;

    public async ValueTask InitializeAsync()
    {
        var transport = new SocketTransport(new ManualClock(), NullLogger<SocketTransport>.Instance);
        _listener = await transport.BindAsync(new SmtpEndPoint(IPAddress.Loopback, 0));
        _client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await _client.ConnectAsync(_listener.EndPoint);
        _connection = (await _listener.AcceptAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _connection.DisposeAsync();
        await _listener.DisposeAsync();
    }

    [Fact]
    public async Task What_is_not_consumed_stays_in_front_of_what_comes()
    {
        var input = _connection.Transport.Input;
        await _client.SendAsync("MAIL FR"u8.ToArray());
        var first = await input.ReadAsync();
        input.AdvanceTo(first.Buffer.GetPosition(5), first.Buffer.End);

        await _client.SendAsync("OM:<a@b>\r\n"u8.ToArray());
        var second = await input.ReadAsync();

        Assert.Equal("FROM:<a@b>\r\n"u8.ToArray(), second.Buffer.ToArray());
        input.AdvanceTo(second.Buffer.End);
    }

    [Fact]
    public async Task What_was_not_examined_is_given_again_at_once()
    {
        var input = _connection.Transport.Input;
        await _client.SendAsync("EHLO x\r\n"u8.ToArray());
        var first = await input.ReadAsync();
        input.AdvanceTo(first.Buffer.Start, first.Buffer.GetPosition(4));

        Assert.True(input.TryRead(out var again));
        Assert.Equal(8, again.Buffer.Length);
        input.AdvanceTo(again.Buffer.End);
        Assert.False(input.TryRead(out _));
    }

    [Fact]
    public async Task A_look_finds_what_has_come_without_a_read()
    {
        var input = _connection.Transport.Input;
        Assert.False(input.TryRead(out _));

        await _client.SendAsync("too early"u8.ToArray());

        await Until.True(() => input.TryRead(out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    public async Task Octets_come_whole_and_in_order_whatever_their_number(int octets)
    {
        var sent = new byte[octets];
        new Random(octets).NextBytes(sent);
        var sending = Task.Run(async () =>
        {
            for (var at = 0; at < sent.Length;)
            {
                at += await _client.SendAsync(sent.AsMemory(at));
            }

            _client.Shutdown(SocketShutdown.Send);
        });

        var come = new ArrayBufferWriter<byte>();
        var input = _connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync();
            var half = read.IsCompleted ? read.Buffer : read.Buffer.Slice(0, (read.Buffer.Length + 1) / 2);
            foreach (var piece in half)
            {
                come.Write(piece.Span);
            }

            input.AdvanceTo(half.End, read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        await sending;
        Assert.Equal(sent, come.WrittenSpan.ToArray());
    }

    [Fact]
    public async Task Who_waits_for_the_client_can_be_woken_and_reads_on_afterwards()
    {
        var input = _connection.Transport.Input;
        var waiting = input.ReadAsync().AsTask();
        input.CancelPendingRead();

        Assert.True((await waiting).IsCanceled);
        await _client.SendAsync("QUIT\r\n"u8.ToArray());
        var read = await input.ReadAsync();
        Assert.False(read.IsCanceled);
        Assert.Equal(6, read.Buffer.Length);
    }

    [Fact]
    public async Task A_read_with_a_token_ends_with_the_token()
    {
        using var limit = new CancellationTokenSource();
        var waiting = _connection.Transport.Input.ReadAsync(limit.Token).AsTask();

        await limit.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_client_that_takes_nothing_does_not_hold_who_gives_up_on_it()
    {
        var output = _connection.Transport.Output;
        output.Write(new byte[16 * 1024 * 1024]);
        var flush = output.FlushAsync().AsTask();
        Assert.False(flush.IsCompleted);

        output.CancelPendingFlush();

        Assert.True((await flush).IsCanceled);
        Assert.Equal(0, output.UnflushedBytes);
    }

    [Fact]
    public async Task Last_words_and_the_end_that_come_as_one_are_both_heard()
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(_listener.EndPoint);
            await using var connection = (await _listener.AcceptAsync())!;
            var words = connection.Transport.Input.ReadAsync();
            client.Send("QUIT\r\n"u8);
            client.Shutdown(SocketShutdown.Send);

            var heard = await words.AsTask().WaitAsync(Bound);
            Assert.Equal(6, heard.Buffer.Length);
            connection.Transport.Input.AdvanceTo(heard.Buffer.End);
            Assert.True((await connection.Transport.Input.ReadAsync().AsTask().WaitAsync(Bound)).IsCompleted);
        }
    }

    [Fact]
    public async Task A_client_that_is_never_slow_does_not_keep_others_waiting()
    {
        // As many as fill every loop, each sending without end into sessions that read without end.
        var busy = new List<(Socket Client, ConnectionContext Connection)>();
        using var stop = new CancellationTokenSource();
        for (var i = 0; i < 2 * Environment.ProcessorCount; i++)
        {
            var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(_listener.EndPoint);
            busy.Add((client, (await _listener.AcceptAsync())!));
        }

        var senders = busy.Select(each => Task.Run(() => FloodAsync(each.Client, stop.Token))).ToList();
        var readers = busy.Select(each => Task.Run(() => DrainAsync(each.Connection, stop.Token))).ToList();

        for (var turn = 0; turn < 20; turn++)
        {
            var read = _connection.Transport.Input.ReadAsync();
            await _client.SendAsync("NOOP\r\n"u8.ToArray());
            var heard = await read.AsTask().WaitAsync(Bound);
            _connection.Transport.Input.AdvanceTo(heard.Buffer.End);
        }

        await stop.CancelAsync();
        await Task.WhenAll([.. senders, .. readers]).WaitAsync(Bound);
        foreach (var (client, connection) in busy)
        {
            client.Dispose();
            await connection.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_reset_is_told_as_one()
    {
        var waiting = _connection.Transport.Input.ReadAsync().AsTask();

        _client.LingerState = new LingerOption(enable: true, seconds: 0);
        _client.Close();

        await Assert.ThrowsAsync<ConnectionResetException>(() => waiting);
    }

    [Fact]
    public async Task An_abort_ends_what_waits_and_the_end_comes_without_harm()
    {
        var waiting = _connection.Transport.Input.ReadAsync().AsTask();

        _connection.Abort();
        await Assert.ThrowsAnyAsync<Exception>(() => waiting);
        await _connection.DisposeAsync();

        // A reset or an end: the client is rid of us either way.
        var heard = await _client.ReceiveAsync(new byte[1]).ContinueWith(ended => ended.IsFaulted ? 0 : ended.Result, TaskScheduler.Default);
        Assert.Equal(0, heard);
    }

    [Fact]
    public async Task The_end_of_the_output_is_the_end_for_the_client_and_what_it_says_after_is_still_read()
    {
        _connection.Transport.Output.Write("221 bye\r\n"u8);
        await _connection.Transport.Output.FlushAsync();
        await _connection.Transport.Output.CompleteAsync();

        var buffer = new byte[100];
        Assert.Equal(9, await _client.ReceiveAsync(buffer));
        Assert.Equal(0, await _client.ReceiveAsync(buffer));
        await _client.SendAsync("late"u8.ToArray());
        Assert.Equal(4, (await _connection.Transport.Input.ReadAsync()).Buffer.Length);
    }

    [Fact]
    public async Task A_port_in_use_is_said_to_be_so()
    {
        var transport = new SocketTransport(new ManualClock(), NullLogger<SocketTransport>.Instance);
        var taken = (IPEndPoint)_listener.EndPoint;

        await Assert.ThrowsAnyAsync<Exception>(async () => await transport.BindAsync(new SmtpEndPoint(taken.Address, taken.Port)));
    }

    [Fact]
    public async Task A_closed_listener_gives_no_more_connections()
    {
        var waiting = _listener.AcceptAsync().AsTask();

        await _listener.UnbindAsync();

        Assert.Null(await waiting);
    }

    private static async Task FloodAsync(Socket client, CancellationToken stop)
    {
        var octets = new byte[64 * 1024];
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await client.SendAsync(octets, stop);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private static async Task DrainAsync(ConnectionContext connection, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var read = await connection.Transport.Input.ReadAsync(stop);
                connection.Transport.Input.AdvanceTo(read.Buffer.End);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or ConnectionResetException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }
}
