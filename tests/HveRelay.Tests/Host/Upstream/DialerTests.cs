using System.Net;
using System.Net.Sockets;
using HveRelay.Smtp;
using HveRelay.Tests.Support;
using HveRelay.Upstream;

namespace HveRelay.Tests.Host.Upstream;

public sealed class DialerTests
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(30);
    private static readonly IPAddress _first = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress _second = IPAddress.Parse("2001:db8::2");
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task The_second_address_is_tried_when_the_first_refuses()
    {
        using var reached = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var dialer = Dialer(
            [_first, _second],
            (to, _) => to.Address.Equals(_first) ? Refused() : Task.FromResult(reached));

        var (socket, failure) = await dialer.DialAsync("mail.example", 587, CancellationToken.None);

        Assert.Same(reached, socket);
        Assert.Null(failure);
    }

    [Fact]
    public async Task When_all_refuse_each_is_named()
    {
        var failure = await FailureAsync(Dialer([_first, _second], (_, _) => Refused()));

        Assert.Equal((Stage.Connect, Breakage.Unreachable), (failure.Stage, failure.Breakage));
        Assert.StartsWith("No connection to mail.example port 587: 192.0.2.1: ", failure.Detail, StringComparison.Ordinal);
        Assert.Contains("; 2001:db8::2: ", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_address_has_the_whole_time()
    {
        var asked = 0;
        var dialing = Dialer([_first, _second], async (_, cancel) =>
        {
            asked++;
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
            throw new InvalidOperationException();
        }).DialAsync("mail.example", 587, CancellationToken.None);

        await Until.True(() => asked == 1 && _clock.Waiting == 1);
        _clock.Advance(_timeout);
        await Until.True(() => asked == 2 && _clock.Waiting == 1);
        _clock.Advance(_timeout - TimeSpan.FromTicks(1));
        Assert.False(dialing.IsCompleted);
        _clock.Advance(TimeSpan.FromTicks(1));

        var (_, failure) = await dialing.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((Stage.Connect, Breakage.TimedOut), (failure!.Stage, failure.Breakage));
    }

    [Theory]
    [InlineData(SocketError.HostNotFound)]
    [InlineData(SocketError.TryAgain)]
    public async Task A_name_without_an_address_is_a_matter_of_DNS(SocketError error)
    {
        var dialer = new Dialer(_timeout, _clock) { Resolve = (_, _) => throw new SocketException((int)error) };

        var failure = await FailureAsync(dialer);

        Assert.Equal((Stage.Connect, Breakage.Dns), (failure.Stage, failure.Breakage));
        Assert.StartsWith("The name mail.example has no address: ", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_answer_is_a_matter_of_DNS() =>
        Assert.Equal(Breakage.Dns, (await FailureAsync(Dialer([], (_, _) => Refused()))).Breakage);

    [Fact]
    public async Task A_resolver_that_does_not_answer_is_a_matter_of_DNS()
    {
        var never = new TaskCompletionSource<IPAddress[]>();
        var dialing = new Dialer(_timeout, _clock) { Resolve = (_, _) => never.Task }.DialAsync("mail.example", 587, CancellationToken.None);

        _clock.Advance(_timeout);

        Assert.Equal(Breakage.Dns, (await dialing.WaitAsync(TimeSpan.FromSeconds(60))).Failure!.Breakage);
    }

    [Fact]
    public async Task Cancelling_is_no_failure_of_the_next_hop()
    {
        using var cancel = new CancellationTokenSource();
        var dialing = Dialer([_first], async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            throw new InvalidOperationException();
        }).DialAsync("mail.example", 587, cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialing.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task A_refused_port_of_this_machine_is_unreachable()
    {
        var port = FreePort.Next();

        var (_, failure) = await new Dialer(_timeout, _clock).DialAsync("127.0.0.1", port, CancellationToken.None);

        Assert.Equal(Breakage.Unreachable, failure!.Breakage);
    }

    private Dialer Dialer(IPAddress[] addresses, Func<IPEndPoint, CancellationToken, Task<Socket>> connect) =>
        new(_timeout, _clock) { Resolve = (_, _) => Task.FromResult(addresses), Connect = connect };

    private static async Task<SmtpFailure> FailureAsync(Dialer dialer)
    {
        var (socket, failure) = await dialer.DialAsync("mail.example", 587, CancellationToken.None);
        Assert.Null(socket);
        return failure!;
    }

    private static Task<Socket> Refused() => Task.FromException<Socket>(new SocketException((int)SocketError.ConnectionRefused));
}
