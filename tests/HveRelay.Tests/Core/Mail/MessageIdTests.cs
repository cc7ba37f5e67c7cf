using HveRelay.Mail;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Core.Mail;

public sealed class MessageIdTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(456_789_012_345_678_901)]
    [InlineData(long.MaxValue)]
    public void What_people_see_reads_back(long value)
    {
        var id = new MessageId(value);

        Assert.Equal(id, MessageId.Parse(id.ToString()));
        Assert.Equal(id, MessageId.Parse(id.ToString().ToLowerInvariant()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123")]
    [InlineData("0000000000000U")]
    [InlineData("000000000000U")]
    [InlineData("ZZZZZZZZZZZZZ")]
    public void Anything_else_is_no_id(string text) => Assert.False(MessageId.TryParse(text, out _));

    [Fact]
    public void Ids_sort_by_age_even_when_the_clock_is_set_back()
    {
        var clock = new ManualClock();
        var source = new MessageIdSource(clock, new Random(7));
        var ids = new List<MessageId>();
        for (var i = 0; i < 1000; i++)
        {
            ids.Add(source.Next());
            clock.Advance(TimeSpan.FromMilliseconds(i % 3 == 0 ? 1 : 0));
        }

        Assert.Equal(ids.Order().Distinct(), ids);
        var reopened = new MessageIdSource(new ManualClock(), new Random(8), ids[^1]);
        Assert.True(reopened.Next() > ids[^1]);
    }
}
