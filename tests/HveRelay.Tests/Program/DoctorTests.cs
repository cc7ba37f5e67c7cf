using System.Text.Json;
using HveRelay.Simulator;

namespace HveRelay.Tests.Program;

/// <summary><c>doctor</c> as it is called.</summary>
public sealed class DoctorTests
{
    [Fact]
    public async Task Beside_a_running_relay_it_finds_everything_well_and_then_the_password_that_is_wrong()
    {
        await using var story = await ProgramStory.BeginAsync();
        await story.StartAsync();

        var well = await story.RunAsync("doctor");
        story.Hve!.Faults.Add(Fault.Reply(FaultStage.Auth, "535 5.7.3 Authentication unsuccessful"));
        var ill = await story.RunAsync("doctor", "--json");

        Assert.Equal((0, string.Empty), (well.Status, well.Error));
        Assert.DoesNotContain("WRONG", well.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not reached", well.Output, StringComparison.Ordinal);
        Assert.Contains("the running relay answered 550 5.7.1", well.Output, StringComparison.Ordinal);
        Assert.Equal(1, ill.Status);
        var first = JsonDocument.Parse(ill.Output).RootElement.GetProperty("first");
        Assert.Equal("login", first.GetProperty("name").GetString());
        Assert.Equal("HVE does not accept the password", first.GetProperty("cause").GetString());
        Assert.Equal("Administrator", first.GetProperty("who").GetString());
        Assert.Equal(0, story.Hve.Recorded);
    }

    [Fact]
    public async Task A_configuration_that_is_wrong_is_named_first()
    {
        await using var story = ProgramStory.BeginWithoutHve(configuration => configuration["Hve"]!["Host"] = "smtp.office365.com");

        var ended = await story.RunAsync("doctor");

        Assert.Equal(2, ended.Status);
        Assert.Equal("Hve.Host: smtp.office365.com is client submission, not High Volume Email; write smtp.hve.mx.microsoft", Assert.Single(ended.ErrorLines));
    }
}
