using HveRelay.Delivery;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Core.Delivery;

public sealed class ConnectionGateTests
{
    private readonly ManualClock _clock = new();
    private readonly List<int> _told = [];

    [Fact]
    public async Task After_giving_way_the_next_waits_until_enough_have_left()
    {
        var gate = Gate(4);
        for (var i = 0; i < 4; i++)
        {
            await gate.EnterAsync(CancellationToken.None);
        }

        Assert.True(gate.GiveWay());
        var (first, second) = (gate.EnterAsync(CancellationToken.None), gate.EnterAsync(CancellationToken.None));
        gate.Leave();
        gate.Leave();
        Assert.False(first.IsCompleted);
        gate.Leave();
        await first;
        Assert.False(second.IsCompleted);
        gate.Leave();
        await second;

        Assert.Equal([4, 2], _told);
    }

    [Fact]
    public async Task Who_gives_up_waiting_takes_nobodys_place()
    {
        var gate = Gate(1);
        await gate.EnterAsync(CancellationToken.None);
        using var giveUp = new CancellationTokenSource();
        var (impatient, patient) = (gate.EnterAsync(giveUp.Token), gate.EnterAsync(CancellationToken.None));
        await giveUp.CancelAsync();
        gate.Leave();

        await patient;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
    }

    [Fact]
    public async Task One_more_lets_one_in_who_waits()
    {
        var gate = Gate(2);
        Assert.True(gate.GiveWay());
        await gate.EnterAsync(CancellationToken.None);
        var next = gate.EnterAsync(CancellationToken.None);
        gate.Thrive();
        Assert.False(next.IsCompleted);
        _clock.Advance(ConnectionAllowance.Step);

        gate.Thrive();

        await next;
        Assert.Equal([2, 1, 2], _told);
    }

    private ConnectionGate Gate(int most) => new(_clock, most, _told.Add);
}
