using System.Net;
using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Policy;

namespace HveRelay.Tests.Core.Policy;

public sealed class RelayPolicyTests
{
    private static readonly RelayPolicy Policy = new(new RelayOptions
    {
        Hve = new HveOptions { AcceptedDomains = ["contoso.com", "fabrikam.example"], MaxMessageBytes = 1000 },
        Clients =
        [
            new ClientOptions { Name = "urgent", Networks = ["10.20.3.7"], Account = "HVE2@contoso.com", MaxMessageBytes = 500 },
            new ClientOptions { Name = "erp", Networks = ["10.20.0.0/16"], Users = ["ERP"], RequireTls = true, MaxMessageBytes = 5000 },
            new ClientOptions
            {
                Name = "scanners", Networks = ["10.20.0.0/16", "fd00::/8"], Senders = ["scan-*@contoso.com"], Recipients = ["*@contoso.com", "*@example.org"],
                MaxRecipients = 2,
            },
            new ClientOptions { Name = "roaming", Users = ["ann"], RequireTls = true },
        ],
    });

    /// <summary>The first entry that covers the address and admits the user; none: refused.</summary>
    [Theory]
    [InlineData("10.20.3.7", null, "urgent")]
    [InlineData("10.20.3.7", "erp", "urgent")]
    [InlineData("10.20.3.8", null, "scanners")]
    [InlineData("10.20.3.8", "erp", "erp")]
    [InlineData("10.20.3.8", "Erp", "erp")]
    [InlineData("10.20.3.8", "ann", "scanners")]
    [InlineData("10.21.0.1", null, null)]
    [InlineData("10.21.0.1", "erp", null)]
    [InlineData("10.21.0.1", "ann", "roaming")]
    [InlineData("fd00::1", null, "scanners")]
    [InlineData("fe80::1", null, null)]
    [InlineData("203.0.113.9", "ann", "roaming")]
    public void The_first_that_covers_and_admits_decides(string address, string? user, string? client) =>
        Assert.Equal(client, Policy.Find(IPAddress.Parse(address), user)?.Name);

    /// <summary>A session's address is never IPv4-mapped (SessionInfo sees to that); a rule by mistake for such a one covers nothing else.</summary>
    [Fact]
    public void An_IPv4_mapped_address_is_an_IPv4_address()
    {
        var session = new HveRelay.Smtp.Server.SessionInfo(IPAddress.Parse("::ffff:10.20.3.7"), 1, "x");

        Assert.Equal("urgent", Policy.Find(session.Address, null)?.Name);
    }

    [Theory]
    [InlineData("10.20.3.7", "urgent")]
    [InlineData("10.20.3.8", "erp")]
    [InlineData("203.0.113.9", "roaming")]
    public void Before_a_login_the_first_that_covers_is_meant(string address, string client) =>
        Assert.Equal(client, Policy.FindByAddress(IPAddress.Parse(address))?.Name);

    [Theory]
    [InlineData("10.20.3.8", false, false)]
    [InlineData("10.20.3.8", true, true)]
    [InlineData("203.0.113.9", true, true)]
    public void AUTH_is_offered_where_an_entry_asks_for_it_and_TLS_is_as_it_asks(string address, bool tls, bool offered) =>
        Assert.Equal(offered, Policy.OffersAuth(IPAddress.Parse(address), tls));

    [Theory]
    [InlineData("urgent", 500)]
    [InlineData("erp", 900)]
    [InlineData("scanners", 900)]
    [InlineData(null, 900)]
    public void The_smaller_size_holds(string? client, long size) => Assert.Equal(size, Policy.MaxMessageBytes(Rule(client)));

    /// <summary>The size that came in was compared with HVE's limit, not the one that leaves: it was answered 250 and failed with 552 5.3.4.</summary>
    [Theory]
    [InlineData(10_485_760, 10_481_664)]
    [InlineData(40_960, 36_864)]
    [InlineData(2000, 1800)]
    public void Of_a_limit_there_is_room_for_what_the_relay_adds(long limit, long arriving)
    {
        var options = new RelayOptions
        {
            Hve = new HveOptions { AcceptedDomains = ["contoso.com"], MaxMessageBytes = limit, OversizeVia = "big" },
            Smarthosts = [new SmarthostOptions { Name = "big", MaxMessageBytes = 10 * limit }, new SmarthostOptions { Name = "same", MaxMessageBytes = limit }],
        };
        var policy = new RelayPolicy(options);

        Assert.Equal(Lane.AnyAccount, policy.LaneFor(Lane.AnyAccount, arriving));
        Assert.Equal(Lane.Smarthost("big"), policy.LaneFor(Lane.AnyAccount, arriving + 1));
        Assert.Equal(arriving, policy.MaxMessageBytes(null, [Lane.AnyAccount, Lane.Smarthost("same")]));
        options.Hve.OversizeVia = string.Empty;
        Assert.Equal(arriving, new RelayPolicy(options).MaxMessageBytes(null));
    }

    [Theory]
    [InlineData("scanners", "scan-1@contoso.com", null)]
    [InlineData("scanners", "SCAN-1@CONTOSO.COM", null)]
    [InlineData("scanners", "", null)]
    [InlineData("scanners", "boss@contoso.com", "550 5.7.1 Client scanners may not send as boss@contoso.com")]
    [InlineData("urgent", "anybody@example.com", null)]
    public void Senders(string client, string sender, string? refusal) =>
        Assert.Equal(refusal, RelayPolicy.RefuseSender(Rule(client)!, sender)?.Reply.ToString());

    [Theory]
    [InlineData("urgent", "a@contoso.com", 0, "hve2@contoso.com", null)]
    [InlineData("urgent", "a@FABRIKAM.example", 999, "hve2@contoso.com", null)]
    [InlineData("urgent", "a@contoso.com", 1000, null, "452 4.5.3 Too many recipients: at most 1000 a message, send the rest in another")]
    [InlineData("scanners", "a@contoso.com", 1, "", null)]
    [InlineData("scanners", "a@contoso.com", 2, null, "452 4.5.3 Too many recipients: at most 2 a message, send the rest in another")]
    [InlineData("scanners", "a@fabrikam.example", 0, null, "550 5.7.1 Client scanners may not send to a@fabrikam.example")]
    [InlineData("scanners", "a@example.org", 0, null, External)]
    [InlineData("urgent", "a@sub.contoso.com", 0, null, External)]
    [InlineData("urgent", "a@evilcontoso.com", 0, null, External)]
    [InlineData("urgent", "a@contoso.com@example.com", 0, null, External)]
    [InlineData("urgent", "a%example.com@contoso.com", 0, "hve2@contoso.com", null)]
    [InlineData("urgent", "root", 0, null, "501 5.1.3 The recipient has no domain")]
    public void Recipients(string client, string recipient, int accepted, string? lane, string? refusal)
    {
        var decision = Policy.Decide(Rule(client)!, recipient, accepted);

        Assert.Equal(refusal, decision.Refusal?.ToString());
        if (refusal is null)
        {
            Assert.Equal(new Lane(lane!), decision.Lane);
        }
        else
        {
            Assert.NotEmpty(decision.Reason);
        }
    }

    /// <summary>It was told of AcceptedDomains alone, where others outside of them were taken.</summary>
    [Fact]
    public void Where_routes_lead_outside_a_refusal_names_them()
    {
        var options = new RelayOptions
        {
            Clients = null,
            Smarthosts = [new SmarthostOptions { Name = "external" }],
            Routes = [new RouteOptions { Recipients = ["spam@*"], Via = "Refuse" }, new RouteOptions { Recipients = ["*@fabrikam.com"], Via = "external" }],
        };
        var policy = new RelayPolicy(options);
        var client = policy.Find(IPAddress.Loopback, null)!;

        foreach (var refused in new[] { "spam@fabrikam.com", "you@northwind.com" })
        {
            var decision = policy.Decide(client, refused, accepted: 0);
            Assert.Equal(
                ("550 5.7.1 This domain is not among AcceptedDomains, and Routes has no smarthost for this recipient", "external recipient"),
                (decision.Refusal?.ToString(), decision.Reason));
        }

        Assert.Null(policy.Decide(client, "you@fabrikam.com", accepted: 0).Refusal);
    }

    [Fact]
    public void Without_the_key_Clients_anybody_is_one_and_with_an_empty_one_nobody()
    {
        Assert.Equal("any", new RelayPolicy(new RelayOptions { Clients = null }).Find(IPAddress.Loopback, null)?.Name);
        Assert.Null(new RelayPolicy(new RelayOptions { Clients = [] }).Find(IPAddress.Loopback, null));
    }

    private const string External = "550 5.7.1 High Volume Email takes internal recipients only, and this domain is not among AcceptedDomains";

    private static ClientRule? Rule(string? name) => name switch
    {
        "urgent" => Policy.Find(IPAddress.Parse("10.20.3.7"), null),
        "erp" => Policy.Find(IPAddress.Parse("10.20.3.8"), "erp"),
        "scanners" => Policy.Find(IPAddress.Parse("10.20.3.8"), null),
        _ => null,
    };
}
