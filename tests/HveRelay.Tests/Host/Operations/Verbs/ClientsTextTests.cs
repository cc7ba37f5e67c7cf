using HveRelay.Operations.Verbs;
using HveRelay.Queue;

namespace HveRelay.Tests.Host.Operations.Verbs;

public sealed class ClientsTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 3, 12, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("550 5.7.1 Client erp may not send as x@example.com", "550 5.7.1 Client erp may not send as x@example.com")]
    [InlineData(
        "550 5.7.1 High Volume Email takes internal recipients only, and this domain is not among AcceptedDomains",
        "550 5.7.1 High Volume Email takes internal recipients only, …")]
    public void The_list_has_the_beginning_of_a_refusal_and_one_client_all_of_it(string reply, string cell)
    {
        var client = new ClientSighting(
            "192.0.2.7", "erp", "erp", null, null, Now, Now, 1, 0, 1, new LatestRefusal(Now, "recipient", reply), new Dictionary<string, long>());

        Assert.EndsWith($"  2026-11-22 03:12:00Z recipient: {cell}\n", ClientsText.Of([client]), StringComparison.Ordinal);
        Assert.EndsWith(
            $"  recipient  {reply}\n",
            ClientsText.Of([client], [new Refusal(Now, "192.0.2.7", "erp", null, null, null, "recipient", reply)]),
            StringComparison.Ordinal);
    }
}
