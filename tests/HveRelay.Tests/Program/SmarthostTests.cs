using System.Text.Json.Nodes;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>A smarthost beside HVE, in the built program: the verbs know it as they know an account.</summary>
public sealed class SmarthostTests
{
    [Fact]
    public async Task The_verbs_know_a_smarthost_as_they_know_an_account()
    {
        await using var gateway = await HveSimulator.StartAsync(
            new SimulatorOptions { Port = FreePort.Next(), IsSmarthost = true, RequireAuthentication = false, Security = SimulatorSecurity.None }, TimeProvider.System);
        await using var story = await ProgramStory.BeginAsync(configuration =>
        {
            configuration["Smarthosts"] = new JsonArray(new JsonObject
            {
                ["Name"] = "external", ["Host"] = "127.0.0.1", ["Port"] = gateway.Port, ["Security"] = "None", ["Rewrite"] = "Keep",
                ["WarmUpDays"] = 10,
            });
            configuration["Routes"] = new JsonArray(new JsonObject { ["Via"] = "external" });
        });
        await story.StartAsync();

        Assert.Equal(0, (await story.RunAsync("accounts", "pause", "external", "--reason", "not yet")).Status);
        await story.SendAsync(["you@contoso.com", "guest@fabrikam.com"]);
        await story.Hve!.WaitForMessagesAsync(1, TestContext.Current.CancellationToken);
        var accounts = (await story.RunAsync("accounts", "--json")).Output;
        Assert.Equal(
            ["external paused", "hve1@contoso.com healthy"],
            JsonNode.Parse(accounts)!.AsArray().Select(each => $"{each!["account"]} {each["state"]!.ToString().ToLowerInvariant()}"));
        Assert.Equal(0, (await story.RunAsync("accounts", "resume", "external")).Status);
        var message = Assert.Single(await gateway.WaitForMessagesAsync(1, TestContext.Current.CancellationToken));
        Assert.Equal("scanner-3@contoso.com", message.ReversePath);

        var well = (await story.RunAsync("doctor")).Output;
        Assert.Contains("smarthosts     ok      external: connected, with no TLS", well, StringComparison.Ordinal);
        gateway.Faults.Add(Fault.Reply(FaultStage.Greeting, "550 5.7.64 TenantAttribution; Relay Access Denied"));
        var first = JsonNode.Parse((await story.RunAsync("doctor", "--json")).Output)!["first"]!;
        Assert.Equal(
            ("smarthosts", "No connector of the tenant knows this relay, by address or certificate"), ((string)first["name"]!, (string)first["cause"]!));
        gateway.Faults.Clear();

        var quota = JsonNode.Parse((await story.RunAsync("quota", "--json")).Output)!["quotas"]!.AsArray();
        var row = quota.Single(each => (string)each!["kind"]! == "smarthost")!;
        Assert.Equal(("external", 1000), ((string)row["name"]!, (int)row["limit"]!));
        var nobody = await story.RunAsync("explain", "554 5.7.1 x", "--smarthost", "extrenal");
        Assert.Equal((2, "--smarthost: there is no extrenal among Smarthosts"), (nobody.Status, nobody.Error.TrimEnd()));
        var explained = (await story.RunAsync("explain", "554 5.7.1 <a@b.example>: Relay access denied", "--smarthost", "external")).Output;
        Assert.Contains("The smarthost does not send to this domain for us", explained, StringComparison.Ordinal);
    }
}
