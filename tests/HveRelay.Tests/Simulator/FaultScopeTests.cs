using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Simulator;

/// <summary>Which occurrences, recipients and accounts a fault hits.</summary>
public sealed class FaultScopeTests : FaultStory
{
    [Fact]
    public async Task The_second_and_third_occurrence_are_hit()
    {
        await using var client = await LogInAsync();
        Simulator.Faults.Add(Fault.Reply(FaultStage.Mail, "451 4.7.0 Later") with { First = 2, Times = 2 });

        var codes = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            codes.Add((await client.CommandAsync($"MAIL FROM:<{Account}>"))[..3]);
            await client.CommandAsync("RSET");
        }

        Assert.Equal(["250", "451", "451", "250", "250"], codes);
    }

    [Fact]
    public async Task Two_faults_of_one_time_make_a_script_of_two_steps()
    {
        await using var client = await LogInAsync();
        Simulator.Faults.Add(Fault.Reply(FaultStage.Mail, "451 4.7.0 Later") with { Times = 1 });
        Simulator.Faults.Add(Fault.Reply(FaultStage.Mail, "550 5.7.60 Never") with { Times = 1 });

        Assert.StartsWith("451", await client.CommandAsync($"MAIL FROM:<{Account}>"), StringComparison.Ordinal);
        Assert.StartsWith("550", await client.CommandAsync($"MAIL FROM:<{Account}>"), StringComparison.Ordinal);
        Assert.StartsWith("250", await client.CommandAsync($"MAIL FROM:<{Account}>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_recipients_that_match_are_hit()
    {
        await using var client = await ReachAsync(FaultStage.Rcpt);
        Simulator.Faults.Add(Fault.Reply(FaultStage.Rcpt, "550 5.1.10 unknown") with { To = "BOB@*" });

        Assert.StartsWith("250", await client.CommandAsync("RCPT TO:<ann@contoso.com>"), StringComparison.Ordinal);
        Assert.StartsWith("550", await client.CommandAsync("RCPT TO:<bob@contoso.com>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_account_that_matches_is_hit()
    {
        await RestartAsync(Options with { Accounts = [.. Options.Accounts, new SimulatedAccount("hve2@contoso.com", "two")] });
        Simulator.Faults.Add(Fault.Reply(FaultStage.Auth, "535 5.7.139 No") with { Account = "hve2@*" });
        await using var first = await RawSmtp.GreetAsync(Simulator.Port, Simulator.CertificatePem);
        await using var second = await RawSmtp.GreetAsync(Simulator.Port, Simulator.CertificatePem);

        Assert.StartsWith("235", await first.LoginAsync(Account, Password), StringComparison.Ordinal);
        Assert.StartsWith("535", await second.LoginAsync("hve2@contoso.com", "two"), StringComparison.Ordinal);
    }
}
