using HveRelay.Stores.Postgres;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Stores;

public sealed class DatabaseClockTests
{
    /// <summary>Seconds from the machine's time: when it asked, what it was told, when it heard; and how far the clock is moved.</summary>
    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(0, 300, 0, 300)]
    [InlineData(0, -300, 0, -300)]
    [InlineData(0, 300, 4, 296)]
    [InlineData(0, 2, 4, 0)]
    [InlineData(0, -1, 4, -1)]
    public void It_is_moved_by_what_is_certainly_wrong_with_the_machine_s(int asked, int there, int answered, int expected)
    {
        var machine = new ManualClock();
        var now = machine.GetUtcNow();
        var clock = new DatabaseClock(machine);

        clock.Heard(now.AddSeconds(asked), now.AddSeconds(there), now.AddSeconds(answered));

        Assert.Equal(now.AddSeconds(expected), clock.GetUtcNow());
    }

    [Fact]
    public void A_machine_whose_clock_was_set_back_meanwhile_says_nothing()
    {
        var machine = new ManualClock();
        var now = machine.GetUtcNow();
        var clock = new DatabaseClock(machine);

        clock.Heard(now, now.AddSeconds(5), now.AddHours(-1));

        Assert.Equal(TimeSpan.Zero, clock.Offset);
    }
}
