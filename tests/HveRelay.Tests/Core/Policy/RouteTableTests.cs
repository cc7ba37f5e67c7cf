using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Policy;

namespace HveRelay.Tests.Core.Policy;

public sealed class RouteTableTests
{
    private static readonly RouteTable Table = new(new RelayOptions
    {
        Hve = new HveOptions { AcceptedDomains = ["contoso.com"] },
        Routes =
        [
            new RouteOptions { Recipients = ["noreply@*", "*@refused.example"], Via = "Refuse" },
            new RouteOptions { Recipients = ["*@fabrikam.com", "*@*.fabrikam.com"], Via = "Partner" },
            new RouteOptions { Recipients = ["*@contoso.com", "*@northwind.com"], Via = "external" },
        ],
    });

    [Theory]
    [InlineData("you@contoso.com", "")]
    [InlineData("YOU@CONTOSO.COM", "")]
    [InlineData("noreply@contoso.com", "")]
    [InlineData("noreply@fabrikam.com", null)]
    [InlineData("a@refused.example", null)]
    [InlineData("a@fabrikam.com", "smarthost:partner")]
    [InlineData("a@mail.Fabrikam.com", "smarthost:partner")]
    [InlineData("a@northwind.com", "smarthost:external")]
    [InlineData("a@elsewhere.example", null)]
    public void First_the_accepted_domains_then_the_first_route_that_covers(string recipient, string? lane) =>
        Assert.Equal(lane, Table.Find(recipient)?.Name);

    [Fact]
    public void A_smarthost_is_the_same_lane_however_it_is_written() => Assert.Equal(Lane.Smarthost("EXTERNAL"), Lane.Smarthost("external"));
}
