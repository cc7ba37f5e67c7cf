using HveRelay.Configuration;

namespace HveRelay.Tests.Core.Configuration;

public sealed class AddressTextTests
{
    [Theory]
    [InlineData("hve1@contoso.com", true)]
    [InlineData("first.last+tag@mail.contoso.co.uk", true)]
    [InlineData("it@localhost", true)]
    [InlineData("contoso.com", false)]
    [InlineData("@contoso.com", false)]
    [InlineData("it@", false)]
    [InlineData("it@contoso..com", false)]
    [InlineData("it@-contoso.com", false)]
    [InlineData("<it@contoso.com>", false)]
    [InlineData("it @contoso.com", false)]
    [InlineData("it@contoso.com\r\nRCPT TO:<x@y>", false)]
    [InlineData("*@contoso.com", false)]
    public void Addresses(string text, bool expected) => Assert.Equal(expected, AddressText.IsAddress(text));

    [Theory]
    [InlineData("*", true)]
    [InlineData("*@contoso.com", true)]
    [InlineData("scan-*@*.contoso.com", true)]
    [InlineData("it@contoso.com", true)]
    [InlineData("contoso.com", false)]
    [InlineData("*.contoso.com", false)]
    [InlineData("", false)]
    public void Patterns(string text, bool expected) => Assert.Equal(expected, AddressText.IsPattern(text));

    [Fact]
    public void A_local_part_has_at_most_64_octets()
    {
        Assert.True(AddressText.IsAddress(new string('a', 64) + "@contoso.com"));
        Assert.False(AddressText.IsAddress(new string('a', 65) + "@contoso.com"));
    }
}
