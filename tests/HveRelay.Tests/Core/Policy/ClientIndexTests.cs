using System.Net;
using HveRelay.Configuration;
using HveRelay.Policy;

namespace HveRelay.Tests.Core.Policy;

public sealed class ClientIndexTests
{
    /// <summary>The index is what going through the list would be, for lists and questions of all kinds.</summary>
    [Fact]
    public void It_answers_as_the_list_does()
    {
        var dice = new Random(20261122);
        for (var list = 0; list < 300; list++)
        {
            var policy = new RelayPolicy(new RelayOptions { Clients = [.. Enumerable.Range(0, dice.Next(12)).Select(i => Any(dice, i))] });
            for (var question = 0; question < 30; question++)
            {
                var address = IPAddress.Parse(dice.Next(4) == 0 ? $"fd00::{dice.Next(3)}:{dice.Next(3)}" : $"10.{dice.Next(3)}.{dice.Next(3)}.{dice.Next(3)}");
                var user = dice.Next(3) == 0 ? null : $"U{dice.Next(4)}";

                Assert.Same(policy.Clients.FirstOrDefault(client => client.Covers(address) && client.Admits(user)), policy.Find(address, user));
                Assert.Same(policy.Clients.FirstOrDefault(client => client.Covers(address)), policy.FindByAddress(address));
                Assert.Equal(policy.Clients.Any(client => client.NeedsUser && client.Covers(address)), policy.OffersAuth(address, tls: true));
                Assert.Equal(
                    policy.Clients.Any(client => client.NeedsUser && client.Covers(address) && !client.RequireTls), policy.OffersAuth(address, tls: false));
            }
        }
    }

    /// <summary>500 entries decide in under 10 microseconds; here with twenty times that, for a machine that does other things too.</summary>
    [Fact]
    public void Five_hundred_clients_decide_at_once()
    {
        var policy = new RelayPolicy(new RelayOptions
        {
            Hve = new HveOptions { AcceptedDomains = [.. Enumerable.Range(0, 900).Select(i => $"d{i}.example")] },
            Clients =
            [
                .. Enumerable.Range(0, 500).Select(i => new ClientOptions
                {
                    Name = $"c{i}",
                    Networks = [$"10.{i / 250}.{i % 250}.0/24", $"172.16.{i % 250}.{i / 250}", $"fd00:{i:x}::/32", "192.168.0.0/16"],
                    Users = [$"user{i}"],
                    Senders = [$"*@d{i}.example", "scan-*@contoso.com"],
                    Recipients = ["*@contoso.com", $"*@d{i}.example"],
                }),
            ],
        });
        var (address, shared) = (IPAddress.Parse("10.1.249.7"), IPAddress.Parse("192.168.3.4"));
        void Decide()
        {
            var client = policy.Find(address, "user499")!;
            Assert.Null(RelayPolicy.RefuseSender(client, "scan-3@contoso.com"));
            Assert.Null(policy.Decide(client, "ann@d499.example", 0).Refusal);
            Assert.Equal("c499", policy.Find(shared, "USER499")!.Name);
        }

        for (var i = 0; i < 2000; i++)
        {
            Decide();
        }

        const int Times = 5000;
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < Times; i++)
        {
            Decide();
        }

        var each = TimeProvider.System.GetElapsedTime(began) / Times;
        TestContext.Current.TestOutputHelper?.WriteLine($"one session's decisions among 500 clients: {each.TotalMicroseconds:0.00} microseconds");
        Assert.InRange(each.TotalMicroseconds, 0, 200);
    }

    private static ClientOptions Any(Random dice, int number) => new()
    {
        Name = $"c{number}",
        Networks = [.. Enumerable.Range(0, dice.Next(3)).Select(_ => dice.Next(7) switch
        {
            0 => "0.0.0.0/0",
            1 => "::/0",
            2 => $"fd00::{dice.Next(3)}:0/112",
            3 => $"10.{dice.Next(3)}.{dice.Next(3)}.{dice.Next(3)}",
            4 => $"10.{dice.Next(3)}.{dice.Next(3)}.0/24",
            _ => $"10.{dice.Next(3)}.0.0/16",
        })],
        Users = [.. Enumerable.Range(0, dice.Next(3)).Select(_ => $"u{dice.Next(4)}")],
        RequireTls = dice.Next(2) == 0,
    };
}
