using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Intake;
using HveRelay.Mail;
using HveRelay.Operations;
using HveRelay.Operations.Health;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Health;

public sealed class HealthChecksTests
{
    private readonly ManualClock _clock = new();

    /// <summary>Each question was a sync, and with a disk that hung they gathered before the writer.</summary>
    [Fact]
    public async Task However_many_ask_one_probe_is_under_way()
    {
        var (asked, answer) = (0, new TaskCompletionSource<TimeSpan>());
        var health = Checks(() =>
        {
            asked++;
            return answer.Task;
        });
        var all = Enumerable.Range(0, 20).Select(_ => health.ReadyAsync(CancellationToken.None)).ToList();
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.All(await Task.WhenAll(all), report => Assert.False(report.Ok));
        var later = health.ReadyAsync(CancellationToken.None);
        Assert.Equal(1, asked);

        answer.SetResult(TimeSpan.FromMilliseconds(3));

        Assert.Equal("a sync took 3.0 ms", (await later).Checks[1].Detail);
        await health.ReadyAsync(CancellationToken.None);
        Assert.Equal(2, asked);
    }

    private HealthChecks Checks(Func<Task<TimeSpan>> probe) => new(new RelayState(
        new RelayOptions(), [], new FakeStore { Probe = probe }, new AccountBoard(_clock, new MailLog(_clock, _ => { })), new SessionRegistry(), _clock, () => long.MaxValue));
}
