using System.Net;
using System.Runtime.Versioning;
using System.Text.Json;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary><c>simulate</c> as it is called, and its remote control.</summary>
public sealed class SimulateTests
{
    [Fact]
    public async Task Its_faults_are_changed_and_its_messages_seen_from_outside()
    {
        await using var hve = await HveSimulator.StartAsync(
            new SimulatorOptions { RequireAuthentication = false, Security = SimulatorSecurity.None, AcceptedDomains = ["contoso.com"] }, TimeProvider.System);
        var port = FreePort.Next();
        var cancel = TestContext.Current.CancellationToken;
        await using var control = await HveRelay.Operations.Verbs.SimulatorControl.StartAsync(hve, port, cancel);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        var added = await http.PostAsync("/faults", new StringContent("throttled;times=1\nrcpt=550 5.1.10 unknown;to=bob@*\n"), cancel);
        Assert.Equal<string>(["dot=432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded;times=1", "rcpt=550 5.1.10 unknown;to=bob@*"], await ListAsync(added));
        var wrong = await http.PostAsync("/faults", new StringContent("busy\nnonsense\n"), cancel);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.StartsWith("nonsense: 'nonsense' is no preset", await wrong.Content.ReadAsStringAsync(cancel), StringComparison.Ordinal);
        Assert.Equal(2, hve.Faults.Active.Count);
        Assert.Equal<string>(["dot=close"], await ListAsync(await http.PutAsync("/faults", new StringContent("dot=close"), cancel)));
        Assert.Empty(await ListAsync(await http.DeleteAsync("/faults", cancel)));

        await using (var device = await RawSmtp.GreetAsync(hve.Port))
        {
            Assert.StartsWith("250", await device.SendMessageAsync("hve1@contoso.com", ["you@contoso.com"], "From: hve1@contoso.com\r\n\r\nhello\r\n"), StringComparison.Ordinal);
        }

        var messages = JsonDocument.Parse(await http.GetStringAsync("/messages", cancel)).RootElement;
        Assert.Equal("you@contoso.com", messages[0].GetProperty("to")[0].GetString());
        Assert.Equal(1, JsonDocument.Parse(await http.GetStringAsync("/counters", cancel)).RootElement.GetProperty("counters").GetProperty("messages").GetInt32());
        Assert.Equal(FaultPresets.All.Count, JsonDocument.Parse(await http.GetStringAsync("/presets", cancel)).RootElement.GetArrayLength());

        async Task<List<string>> ListAsync(HttpResponseMessage answer) =>
            [.. JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancel)).RootElement.EnumerateArray().Select(each => each.GetString()!)];
    }

    [Fact]
    public async Task Its_certificate_outlives_it_where_a_directory_is_given()
    {
        using var directory = new TemporaryDirectory();
        var options = new SimulatorOptions { CertificateDirectory = Path.Combine(directory.Path, "hve") };
        string first;
        await using (var hve = await HveSimulator.StartAsync(options, TimeProvider.System))
        {
            first = hve.CertificatePem;
        }

        await using var again = await HveSimulator.StartAsync(options, TimeProvider.System);

        Assert.Equal(first, again.CertificatePem);
        Assert.Equal(first, await File.ReadAllTextAsync(Path.Combine(directory.Path, "hve", "simulator.pem"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("--record", "simulate", "--port", "0", "--record", "file")]
    [InlineData("--directory", "simulate", "--port", "0", "--directory", "file")]
    [InlineData("--certificate", "simulate", "--port", "0", "--certificate", "nope/x.pem")]
    [InlineData("--record", "demo", "--hve-port", "0", "--record", "file")]
    public async Task Where_it_cannot_write_it_names_the_option(string option, params string[] arguments)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("file", "here already");

        var ended = await ChildProcess.RunAsync(ProgramStory.Program, arguments, directory.Path);

        Assert.Equal(2, ended.Status);
        Assert.StartsWith($"{option}: ", Assert.Single(ended.ErrorLines), StringComparison.Ordinal);
        Assert.Equal([Path.Combine(directory.Path, "file")], Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Where_a_directory_is_there_and_may_not_be_written_it_says_so_before_a_message_comes()
    {
        await using var story = ProgramStory.BeginWithoutHve();
        var closed = Directory.CreateDirectory(Path.Combine(story.Directory, "closed"), UnixFileMode.UserRead | UnixFileMode.UserExecute).FullName;

        var ended = await story.RunWithoutRightsOfRootAsync("simulate", "--port", "0", "--record", closed);

        Assert.Equal(2, ended.Status);
        Assert.StartsWith("--record: ", Assert.Single(ended.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_smarthost_does_not_greet_as_HVE_and_takes_messages_as_large_as_it_is_told()
    {
        var port = FreePort.Next();
        await using var child = ChildProcess.Start(
            ProgramStory.Program, ["simulate", "--smarthost", "--port", $"{port}", "--max-message-bytes", "36700160"], Path.GetTempPath());
        await child.SaysAsync(line => line.StartsWith("simulating a smarthost", StringComparison.Ordinal));

        await using var device = await RawSmtp.ConnectAsync(port);
        Assert.Equal("220 smarthost.example ESMTP", await device.ReadReplyAsync());
        Assert.Contains("SIZE 36700160", await device.CommandAsync("EHLO relay.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_help_says_how_a_fault_is_written_and_names_every_preset()
    {
        var ended = await ChildProcess.RunAsync(ProgramStory.Program, ["simulate", "--help"], Path.GetTempPath());

        Assert.Equal(0, ended.Status);
        Assert.All(FaultPresets.All, preset => Assert.Contains($"  {preset.Name,-20} ", ended.Output, StringComparison.Ordinal));
        Assert.Contains("OPTION: times, nth, to, account, after, pause", ended.Output, StringComparison.Ordinal);
    }
}
