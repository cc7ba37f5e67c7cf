using System.Net;
using HveRelay.Upstream;

namespace HveRelay.Tests.Host.Upstream;

public sealed class HelloNameTests
{
    [Theory]
    [InlineData("relay.contoso.com", "host.lan", "192.0.2.1", "relay.contoso.com")]
    [InlineData("", "host.contoso.com", "192.0.2.1", "host.contoso.com")]
    [InlineData("", "host", "192.0.2.1", "[192.0.2.1]")]
    [InlineData("", "localhost.localdomain", "192.0.2.1", "[192.0.2.1]")]
    [InlineData("", "odd_name.contoso.com", "192.0.2.1", "[192.0.2.1]")]
    [InlineData("", "host", "::ffff:192.0.2.1", "[192.0.2.1]")]
    [InlineData("", "host", "2001:db8::1", "[IPv6:2001:db8::1]")]
    [InlineData("", "host", "fe80::1%3", "[IPv6:fe80::1]")]
    public void The_name_is_the_configured_one_or_the_machines_or_an_address(string configured, string machine, string local, string name) =>
        Assert.Equal(name, HelloName.Choose(configured, machine, IPAddress.Parse(local)));
}
