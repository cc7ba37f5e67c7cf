using HveRelay.Mail;

namespace HveRelay.Tests.Core.Mail;

public sealed class LaneTests
{
    [Theory]
    [InlineData("", "any account")]
    [InlineData("hve1@contoso.com", "hve1@contoso.com")]
    [InlineData("smarthost:external", "smarthost external")]
    public void People_read_the_names_that_they_gave(string lane, string words) => Assert.Equal(words, new Lane(lane).Words);
}
