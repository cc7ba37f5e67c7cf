using HveRelay.Operations.Verbs;

namespace HveRelay.Tests.Host.Operations.Verbs;

public sealed class AgeTextTests
{
    [Theory]
    [InlineData("45s", "00:00:45")]
    [InlineData("90m", "01:30:00")]
    [InlineData("2h", "02:00:00")]
    [InlineData("3D", "3.00:00:00")]
    [InlineData("1d12h", "1.12:00:00")]
    [InlineData("01:30:00", "01:30:00")]
    [InlineData("2.00:00:00", "2.00:00:00")]
    [InlineData("00:05", "00:05:00")]
    public void A_length_of_time_is_read_as_it_is_meant(string text, string expected)
    {
        Assert.True(AgeText.TryParse(text, out var age));
        Assert.Equal(TimeSpan.Parse(expected, null), age);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("h")]
    [InlineData("1x")]
    [InlineData("1 h")]
    [InlineData("-1h")]
    [InlineData("-01:00:00")]
    [InlineData("1h 5")]
    [InlineData("1.5h")]
    [InlineData("999999999d")]
    [InlineData("999999999d1h")]
    [InlineData("9999999.00:00:00")]
    [InlineData("٣h")]
    public void What_is_no_length_of_time_is_not_guessed(string text) => Assert.False(AgeText.TryParse(text, out _));
}
