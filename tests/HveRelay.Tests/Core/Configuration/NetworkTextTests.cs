using System.Net;
using HveRelay.Configuration;

namespace HveRelay.Tests.Core.Configuration;

public sealed class NetworkTextTests
{
    [Theory]
    [InlineData("10.20.3.7", "10.20.3.7/32")]
    [InlineData("10.20.0.0/16", "10.20.0.0/16")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("10.20.30.128/25", "10.20.30.128/25")]
    [InlineData("fd00::/8", "fd00::/8")]
    [InlineData("2001:db8::1", "2001:db8::1/128")]
    public void Addresses_and_networks_are_read(string text, string expected)
    {
        Assert.True(NetworkText.TryRead(text, out var network, out _));
        Assert.Equal(IPNetwork.Parse(expected), network);
    }

    [Theory]
    [InlineData("10.20.0.1/16")]
    [InlineData("10.1")]
    [InlineData("010.20.0.1")]
    [InlineData("10.20.0.0/-1")]
    [InlineData("10.20.0.0/")]
    [InlineData("10.20.0.0/33")]
    [InlineData("fd00::1/8")]
    [InlineData("fe80::1%4")]
    [InlineData("fe80::%4/10")]
    [InlineData("::ffff:10.20.0.0/112")]
    [InlineData("contoso.com")]
    [InlineData("")]
    public void Anything_else_is_said_in_a_sentence(string text)
    {
        Assert.False(NetworkText.TryRead(text, out _, out var sentence));
        Assert.NotEmpty(sentence);
    }

    [Theory]
    [InlineData("10.0.0.0/8", false)]
    [InlineData("10.0.0.0/7", true)]
    [InlineData("172.16.0.0/12", false)]
    [InlineData("172.0.0.0/8", true)]
    [InlineData("203.0.113.0/24", true)]
    [InlineData("203.0.113.7/32", false)] // one address, named on purpose
    [InlineData("0.0.0.0/0", true)]
    [InlineData("::/0", true)]
    [InlineData("fd12::/16", false)]
    public void Public_are_networks_that_reach_beyond_private_ones(string text, bool expected) =>
        Assert.Equal(expected, NetworkText.IsPublic(IPNetwork.Parse(text)));
}
