using HveRelay.Mail;

namespace HveRelay.Tests.Core.Mail;

public sealed class ArrivalTests
{
    [Theory]
    [InlineData("<42@printer>", "42@printer")]
    [InlineData(" <42@printer> ", "42@printer")]
    [InlineData("42@printer", "42@printer")]
    [InlineData("< 42 >", "42")]
    [InlineData("<>", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_name_is_the_same_with_and_without_brackets(string? header, string? name) => Assert.Equal(name, Arrival.NameOf(header));

    [Fact]
    public void A_name_without_end_is_cut_the_same_way_when_it_is_kept_and_when_it_is_asked_for() =>
        Assert.Equal(Arrival.NameOf($"<{new string('x', 9000)}>"), Arrival.NameOf(new string('x', 8000)));
}
