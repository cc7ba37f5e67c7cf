using HveRelay.Delivery;

namespace HveRelay.Tests.Core.Delivery;

public sealed class ConnectionAllowanceTests
{
    /// <summary>Seconds, what is heard (- less, + well), and how many are allowed then; from 10.</summary>
    private static readonly (double Second, char Heard, int Allowed)[] Story =
    [
        (0, '+', 10),
        (5, '-', 5),
        (5.1, '-', 5), // told off together with the first
        (5.9, '-', 5),
        (6.1, '-', 2),
        (7.2, '-', 1),
        (8.3, '-', 1),
        (9, '+', 1),
        (38.2, '+', 1),
        (38.3, '+', 2),
        (39, '+', 2),
        (68.3, '+', 3),
        (200, '+', 4), // one step, however long nothing was sent
        (201, '-', 2),
        (231, '+', 3),
        (261, '+', 4),
        (291, '+', 5),
        (321, '+', 6),
        (351, '+', 7),
        (381, '+', 8),
        (411, '+', 9),
        (441, '+', 10),
        (471, '+', 10),
    ];

    [Fact]
    public void Fewer_at_once_and_slowly_more()
    {
        var allowance = ConnectionAllowance.Full(10);
        Assert.All(Story, step =>
        {
            var now = TimeSpan.FromSeconds(step.Second);
            allowance = step.Heard == '-' ? allowance.Less(now) : allowance.More(now);
            Assert.Equal(step.Allowed, allowance.Allowed);
        });
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(2, true)]
    [InlineData(1, false)]
    public void At_one_connection_there_is_nothing_to_give(int most, bool gives) =>
        Assert.Equal(gives, ConnectionAllowance.Full(most).GivesWay(TimeSpan.Zero));
}
