using System.Net;
using HveRelay.Configuration;
using HveRelay.Policy;

namespace HveRelay.Tests.Core.Policy;

public sealed class PolicyExplanationTests
{
    private static readonly RelayPolicy Policy = new(new RelayOptions
    {
        Hve = new HveOptions { AcceptedDomains = ["contoso.com"], MaxMessageBytes = 1000, Accounts = [new AccountOptions { Address = "hve1@contoso.com" }] },
        Postmaster = "it@contoso.com",
        Clients =
        [
            new ClientOptions { Name = "erp", Networks = ["10.20.0.0/16"], Users = ["erp"], RequireTls = true },
            new ClientOptions { Name = "scanners", Networks = ["10.20.3.0/24"], Senders = ["scan@contoso.com"], Account = "hve2@contoso.com", MessagesPerMinute = 5 },
            new ClientOptions { Name = "roaming", Users = ["ann"] },
        ],
    });

    [Theory]
    [InlineData("10.20.3.7", null, null, null, """
        connect 220: Clients[0] 'erp' covers 10.20.3.7 by 10.20.0.0/16
        entry Clients[0] 'erp' is passed over: it is for erp, and nobody has logged in
        entry Clients[1] 'scanners' decides
        limits priority Normal, at most 1000 recipients a message, 900 octets, 5 messages a minute
        """)]
    [InlineData("10.20.3.7", "erp", "boss@contoso.com", "x@contoso.com", """
        connect 220: Clients[0] 'erp' covers 10.20.3.7 by 10.20.0.0/16
        entry Clients[0] 'erp' decides
        tls 530 5.7.0 at MAIL without TLS; with TLS as follows
        sender 250: may send as boss@contoso.com
        recipient 250: x@contoso.com leaves by any account
        limits priority Normal, at most 1000 recipients a message, 900 octets, no limit of messages a minute
        """)]
    [InlineData("10.20.3.7", null, "scan@contoso.com", "x@example.com", """
        connect 220: Clients[0] 'erp' covers 10.20.3.7 by 10.20.0.0/16
        entry Clients[0] 'erp' is passed over: it is for erp, and nobody has logged in
        entry Clients[1] 'scanners' decides
        sender 250: may send as scan@contoso.com
        recipient REFUSED 550 5.7.1 High Volume Email takes internal recipients only, and this domain is not among AcceptedDomains
        limits priority Normal, at most 1000 recipients a message, 900 octets, 5 messages a minute
        """)]
    [InlineData("10.20.3.7", null, "boss@contoso.com", "x@contoso.com", """
        connect 220: Clients[0] 'erp' covers 10.20.3.7 by 10.20.0.0/16
        entry Clients[0] 'erp' is passed over: it is for erp, and nobody has logged in
        entry Clients[1] 'scanners' decides
        sender REFUSED 550 5.7.1 Client scanners may not send as boss@contoso.com
        """)]
    [InlineData("10.20.3.7", null, "scan", "Postmaster", """
        connect 220: Clients[0] 'erp' covers 10.20.3.7 by 10.20.0.0/16
        entry Clients[0] 'erp' is passed over: it is for erp, and nobody has logged in
        entry Clients[1] 'scanners' decides
        sender 250: may send as scan@contoso.com
        recipient 250: it@contoso.com leaves by hve2@contoso.com
        limits priority Normal, at most 1000 recipients a message, 900 octets, 5 messages a minute
        """)]
    [InlineData("203.0.113.9", null, null, null, """
        connect 220: Clients[2] 'roaming' covers 203.0.113.9, as it does any address
        entry Clients[2] 'roaming' is passed over: it is for ann, and nobody has logged in
        entry REFUSED 530 5.7.0 at MAIL: a login is needed, as ann
        """)]
    [InlineData("10.20.9.9", "bob", null, null, """
        connect 220: Clients[0] 'erp' covers 10.20.9.9 by 10.20.0.0/16
        entry Clients[0] 'erp' is passed over: it is for erp, and not for bob
        entry Clients[2] 'roaming' is passed over: it is for ann, and not for bob
        entry REFUSED 550 5.7.1 at MAIL: no entry that covers 10.20.9.9 admits bob
        """)]
    public void It_says_which_entry_decides_and_what_would_happen(string address, string? user, string? sender, string? recipient, string told) => Assert.Equal(
        told.ReplaceLineEndings("\n"), Words(Policy, address, user, sender, recipient));

    [Fact]
    public void Where_no_entry_covers_the_address_that_is_all() => Assert.Equal(
        "connect REFUSED 554 5.7.1: no entry of Clients covers 10.1.1.1", Words(new RelayPolicy(new RelayOptions { Clients = [] }), "10.1.1.1", "erp", "a@b", "c@d"));

    [Fact]
    public void A_login_is_answered_as_a_session_there_would_hear_it()
    {
        var policy = new RelayPolicy(new RelayOptions
        {
            Clients =
            [
                new ClientOptions { Name = "erp", Networks = ["10.20.0.0/16"], Users = ["erp"], RequireTls = true },
                new ClientOptions { Name = "scanners", Networks = ["10.30.0.0/16"] },
            ],
        });

        Assert.Contains("\nauth 538 5.7.11 at AUTH without TLS; with TLS as follows\nentry Clients[0] 'erp' decides\n", Words(policy, "10.20.3.7", "erp", null, null), StringComparison.Ordinal);
        Assert.EndsWith("\nauth REFUSED 502 5.5.1 at AUTH: no entry that covers 10.30.3.7 has users", Words(policy, "10.30.3.7", "erp", null, null), StringComparison.Ordinal);
    }

    private static string Words(RelayPolicy policy, string address, string? user, string? sender, string? recipient) => string.Join(
        '\n',
        PolicyExplanation.Of(policy, new PolicyQuestion(IPAddress.Parse(address), user, sender, recipient))
            .Select(step => $"{step.Step} {(step.Refused ? "REFUSED " : string.Empty)}{step.Words}"));
}
