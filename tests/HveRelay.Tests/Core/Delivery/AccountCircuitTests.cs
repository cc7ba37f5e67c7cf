using HveRelay.Delivery;
using HveRelay.Smtp;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Core.Delivery;

public sealed class AccountCircuitTests
{
    private readonly ManualClock _clock = new();
    private int _attempts;
    private int _allowed;

    [Fact]
    public async Task After_two_failures_the_account_is_left_alone_and_then_probed_at_growing_intervals()
    {
        var circuit = Circuit();
        await TryAsync(circuit, Unreachable);
        Assert.Null(circuit.OpenUntil);
        await TryAsync(circuit, Unreachable);
        Assert.Equal(2, _attempts);

        var breaks = new List<double>();
        for (var probe = 0; probe < 10; probe++)
        {
            var left = circuit.OpenUntil!.Value - _clock.GetUtcNow();
            breaks.Add(left.TotalSeconds);
            Assert.IsType<SendResult.NotTried>(await TryAsync(circuit, Unreachable));
            _clock.Advance(left);
            Assert.IsType<SendResult.NoConnection>(await TryAsync(circuit, Unreachable));
        }

        Assert.Equal([2, 4, 8, 16, 32, 64, 128, 256, 300, 300], breaks);
    }

    [Fact]
    public async Task A_wrong_password_is_said_once_and_then_ever_less_often()
    {
        var circuit = Circuit();
        var breaks = new List<double>();
        for (var login = 1; login <= 8; login++)
        {
            await TryAsync(circuit, WrongPassword);
            Assert.IsType<SendResult.NotTried>(await TryAsync(circuit, WrongPassword));
            Assert.Equal(login, _attempts);
            var left = circuit.OpenUntil!.Value - _clock.GetUtcNow();
            breaks.Add(left.TotalSeconds);
            _clock.Advance(left);
        }

        Assert.Equal([30, 60, 120, 240, 480, 900, 900, 900], breaks);

        await TryAsync(circuit, Good);

        Assert.Null(circuit.OpenUntil);
        await TryAsync(circuit, WrongPassword);
        Assert.Equal(TimeSpan.FromSeconds(30), circuit.OpenUntil - _clock.GetUtcNow());
    }

    /// <summary>Two transactions that were under way together and end late: the account would have been asked every 30 s again.</summary>
    [Fact]
    public async Task Two_refusals_that_come_late_do_not_shorten_the_rest()
    {
        var circuit = Circuit();
        for (var login = 0; login < 3; login++)
        {
            await TryAsync(circuit, WrongPassword);
            _clock.Advance(circuit.OpenUntil!.Value - _clock.GetUtcNow());
        }

        var (one, other) = (new TaskCompletionSource<SendResult>(), new TaskCompletionSource<SendResult>());
        var both = Task.WhenAll(new[] { one, other }.Select(answer => circuit.ExecuteAsync(_ => new ValueTask<SendResult>(answer.Task), CancellationToken.None).AsTask()));
        one.SetResult(WrongPassword);
        other.SetResult(WrongPassword);
        await both;

        Assert.Equal(TimeSpan.FromSeconds(240), circuit.OpenUntil - _clock.GetUtcNow());
    }

    /// <summary>Each that came at the same moment counted: the first rest was a minute, or two.</summary>
    [Fact]
    public async Task Refusals_at_the_same_moment_are_one()
    {
        for (var round = 0; round < 500; round++)
        {
            var circuit = Circuit();
            using var together = new Barrier(4);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () => circuit.ExecuteAsync(
                    cancel =>
                    {
                        together.SignalAndWait(cancel);
                        return new(WrongPassword);
                    },
                    CancellationToken.None).AsTask(),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).Unwrap()));

            Assert.Equal(TimeSpan.FromSeconds(30), circuit.OpenUntil - _clock.GetUtcNow());
        }
    }

    [Fact]
    public async Task A_probe_that_got_as_far_as_a_refused_recipient_shows_that_the_account_is_well()
    {
        var circuit = Circuit();
        await TryAsync(circuit, WrongPassword);
        _clock.Advance(TimeSpan.FromSeconds(30));

        await TryAsync(circuit, Refused("550 5.1.10 unknown", Stage.Rcpt));

        Assert.Null(circuit.OpenUntil);
    }

    /// <summary>Else mail would be taken and given back as fast as the store goes.</summary>
    [Fact]
    public async Task What_was_under_way_before_and_ends_well_does_not_hide_that_nothing_is_let_through()
    {
        var circuit = Circuit();
        var answer = new TaskCompletionSource<SendResult>();
        var slow = circuit.ExecuteAsync(_ => new ValueTask<SendResult>(answer.Task), CancellationToken.None).AsTask();
        await TryAsync(circuit, Unreachable);
        await TryAsync(circuit, Unreachable);
        answer.SetResult(Good);
        await slow;

        Assert.True(circuit.IsResting);
        Assert.IsType<SendResult.NotTried>(await TryAsync(circuit, Good));
    }

    [Fact]
    public async Task One_good_probe_closes_the_circuit()
    {
        var circuit = Circuit();
        await TryAsync(circuit, Unreachable);
        await TryAsync(circuit, Unreachable);
        _clock.Advance(TimeSpan.FromSeconds(2));

        await TryAsync(circuit, Good);

        Assert.Null(circuit.OpenUntil);
        Assert.IsType<SendResult.Attempted>(await TryAsync(circuit, Good));
    }

    [Fact]
    public async Task A_refused_recipient_says_nothing_about_the_account()
    {
        var circuit = Circuit();
        for (var i = 0; i < 10; i++)
        {
            await TryAsync(circuit, Refused("550 5.1.10 unknown", Stage.Rcpt));
        }

        Assert.Null(circuit.OpenUntil);
    }

    [Fact]
    public async Task A_throttled_transaction_is_tried_once_more_after_a_breath()
    {
        var circuit = Circuit();

        var sending = circuit.ExecuteAsync(
            _ => new(++_attempts == 1 ? Refused("432 4.3.2 slow down", Stage.FinalDot) : Good), CancellationToken.None).AsTask();
        await Until.True(() => _clock.Waiting > 0);
        Assert.Equal(1, _attempts);
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Same(Good, await sending);
        Assert.Equal(2, _attempts);
    }

    [Fact]
    public async Task Who_is_asked_for_less_gives_connections_and_is_left_alone_only_at_the_last()
    {
        var circuit = Circuit(4);
        var (allowed, open) = (new List<int>(), new List<double?>());
        for (var i = 0; i < 6; i++)
        {
            await TryAsync(circuit, TooMany);
            allowed.Add(_allowed);
            open.Add((circuit.OpenUntil - _clock.GetUtcNow())?.TotalSeconds);
            _clock.Advance(TimeSpan.FromSeconds(1.5));
        }

        Assert.Equal([2, 1, 1, 1, 1, 1], allowed);
        Assert.Equal([null, null, null, 2, 0.5, 4], open);
    }

    [Fact]
    public async Task Who_is_slowed_down_is_asked_every_minute()
    {
        var circuit = Circuit(1);
        for (var probe = 0; probe < 12; probe++)
        {
            await TryAsync(circuit, TooMany);
            _clock.Advance(circuit.OpenUntil is { } until ? until - _clock.GetUtcNow() : TimeSpan.Zero);
        }

        await TryAsync(circuit, TooMany);

        Assert.Equal(TimeSpan.FromMinutes(1), circuit.OpenUntil - _clock.GetUtcNow());
    }

    [Theory]
    [InlineData("421 4.3.2 Service not available", true)]
    [InlineData("432 4.3.2 sender thread limit exceeded", true)]
    [InlineData("451 4.7.500 Server busy", true)]
    [InlineData("451 4.7.0 Temporary server error", true)]
    [InlineData("451 4.3.0 Mailbox busy", false)]
    [InlineData("450 4.7.1 Greylisted", false)]
    [InlineData("432 4.3.2 recipient thread limit exceeded", false)]
    [InlineData("421 4.7.66 TLS 1.0 is not supported", false)]
    [InlineData("554 5.2.0 SubmissionQuotaExceeded", false)]
    public void Some_replies_ask_for_less(string line, bool asks) =>
        Assert.Equal(asks, Refused(line, Stage.Mail).AsksForLessIn(ReplyTable.BuiltIn));

    private static SendResult TooMany { get; } = new SendResult.NoConnection(
        new SmtpFailure(Stage.Auth, Reply.Of(432, "4.3.2", "Concurrent connections limit exceeded"), Breakage.None, string.Empty));

    private static SendResult Good { get; } = new SendResult.Attempted(1, [new RecipientResult.Accepted(Reply.Of(250, "2.0.0", "OK"))]);

    private static SendResult Unreachable { get; } =
        new SendResult.NoConnection(new SmtpFailure(Stage.Connect, null, Breakage.Unreachable, "refused"));

    private static SendResult WrongPassword { get; } =
        new SendResult.NoConnection(new SmtpFailure(Stage.Auth, Reply.Of(535, "5.7.3", "Authentication unsuccessful"), Breakage.None, string.Empty));

    private static SendResult.Attempted Refused(string line, Stage stage)
    {
        Assert.True(Reply.TryParse(line, out var reply));
        return new SendResult.Attempted(1, [new RecipientResult.NotSent(new SmtpFailure(stage, reply, Breakage.None, string.Empty))]);
    }

    private AccountCircuit Circuit(int connections = 4) =>
        new(_clock, new Random(1), ReplyTable.BuiltIn, new ConnectionGate(_clock, connections, allowed => _allowed = allowed));

    private async Task<SendResult> TryAsync(AccountCircuit circuit, SendResult result) => await circuit.ExecuteAsync(
        _ =>
        {
            _attempts++;
            return new(result);
        },
        CancellationToken.None);
}
