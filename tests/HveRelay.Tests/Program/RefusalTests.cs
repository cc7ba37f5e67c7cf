using System.Text.Json;
using System.Text.Json.Nodes;

namespace HveRelay.Tests.Program;

/// <summary>What is wrong is said on standard error, a line each, with the key or the object at fault, and the status says whose it is.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData()]
    [InlineData("relay")]
    [InlineData("run", "--quickly")]
    [InlineData("queue")]
    [InlineData("queue", "show")]
    [InlineData("queue", "list", "--state", "lost")]
    [InlineData("queue", "show", "not-an-id")]
    [InlineData("clients", "--address", "10.1")]
    [InlineData("clients", "show", "scanner-3")]
    [InlineData("send-test")]
    [InlineData("simulate", "--account", "nobody")]
    [InlineData("simulate", "--token", "nobody")]
    [InlineData("simulate", "--fault", "sometimes=bad")]
    [InlineData("user")]
    public async Task Wrong_usage_is_status_2_and_a_sentence(params string[] arguments)
    {
        await using var story = ProgramStory.BeginWithoutHve();

        var ended = await story.RunAsync(arguments);

        Assert.Equal(2, ended.Status);
        Assert.NotEmpty(ended.ErrorLines);
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
    }

    /// <summary>It ended in a stack and a signal.</summary>
    [Fact]
    public async Task A_log_that_may_not_be_read_is_a_sentence_and_status_3()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("has no modes");
            return;
        }

        await using var story = ProgramStory.BeginWithoutHve();
        File.SetUnixFileMode(story.Write("data/logs/hverelay-20261122.log", "a line\n"), UnixFileMode.None);

        var ended = await story.RunWithoutRightsOfRootAsync("tail", "--no-follow");

        Assert.Equal(3, ended.Status);
        Assert.Contains("hverelay-20261122.log' is denied", Assert.Single(ended.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"MinimumLevel\": \"Loud\" }")]
    [InlineData("{ \"WriteTo\": [ { \"Name\": \"File\", \"Args\": { \"path\": \"own.log\", \"rollingInterval\": \"Fortnight\" } } ] }")]
    public async Task What_Serilog_does_not_understand_is_a_sentence_and_status_2(string section)
    {
        await using var story = ProgramStory.BeginWithoutHve(configuration => configuration["Serilog"] = System.Text.Json.Nodes.JsonNode.Parse(section));

        var ended = await story.RunAsync("run");

        Assert.Equal(2, ended.Status);
        Assert.StartsWith("Serilog: ", Assert.Single(ended.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_that_is_not_there_is_named()
    {
        await using var story = ProgramStory.BeginWithoutHve();
        File.Delete(story.ConfigurationPath);

        foreach (var verb in new[] { "run", "check", "health" })
        {
            var ended = await story.RunAsync(verb);

            Assert.Equal(2, ended.Status);
            Assert.Contains(story.ConfigurationPath, Assert.Single(ended.ErrorLines), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_error_of_a_broken_file_comes_at_once()
    {
        await using var story = await ProgramStory.BeginAsync(configuration =>
        {
            configuration["HostNmae"] = "relay.contoso.com";
            configuration["Listeners"]![0]!["Port"] = 99999;
            configuration["Hve"]!["Accounts"]![0]!["Address"] = "hve1";
            configuration["Queue"]!["Lifetime"] = "soon";
        });

        foreach (var verb in new[] { "run", "check" })
        {
            var ended = await story.RunAsync(verb);

            Assert.Equal(2, ended.Status);
            Assert.Equal(
                ["HostNmae", "Hve.Accounts[0].Address", "Listeners[0].Port", "Queue.Lifetime"],
                ended.ErrorLines.Select(line => line.Split(": ")[0]).Order(StringComparer.Ordinal));
        }

        Assert.False(Directory.Exists(story.DataDirectory));
    }

    [Fact]
    public async Task An_unknown_key_is_an_error()
    {
        await using var story = await ProgramStory.BeginAsync(configuration => configuration["Hve"]!["Hots"] = "smtp.contoso.com");

        var ended = await story.RunAsync("run");

        Assert.Equal(2, ended.Status);
        Assert.StartsWith("Hve.Hots: ", Assert.Single(ended.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_certificate_is_named_with_its_path()
    {
        await using var story = await ProgramStory.BeginAsync(configuration => configuration["Certificate"] = new JsonObject { ["File"] = "relay.pem" });

        var ended = await story.RunAsync("run");

        Assert.Equal(2, ended.Status);
        Assert.Equal($"Certificate.File: there is no file {story.Directory}/relay.pem", Assert.Single(ended.ErrorLines));
    }

    /// <summary>Of the two, not even root can write there.</summary>
    [Theory]
    [InlineData("data.txt", "data.txt is a file, not a directory")]
    [InlineData("/proc/hverelay", "/proc/hverelay is not there, and /proc may not be written by ")]
    public async Task A_data_directory_that_cannot_be_one_is_named(string directory, string sentence)
    {
        await using var story = await ProgramStory.BeginAsync(configuration => configuration["DataDirectory"] = directory);
        story.Write("data.txt", "mine");

        var ended = await story.RunAsync("run");

        Assert.Equal(2, ended.Status);
        var line = Assert.Single(ended.ErrorLines);
        Assert.StartsWith("DataDirectory: ", line, StringComparison.Ordinal);
        Assert.Contains(sentence, line, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(story.Directory, "data.txt")));
    }

    [Fact]
    public async Task Check_says_that_a_good_file_is_good()
    {
        await using var story = await ProgramStory.BeginAsync();

        var words = await story.RunAsync("check");
        var json = await story.RunAsync("check", "--json");

        Assert.Equal((0, string.Empty), (words.Status, words.Error));
        Assert.Contains($"{story.ConfigurationPath} is good", words.Output, StringComparison.Ordinal);
        Assert.Equal((0, string.Empty), (json.Status, json.Error));
        using var report = JsonDocument.Parse(json.Output);
        Assert.Equal(story.ConfigurationPath, report.RootElement.GetProperty("file").GetString());
        Assert.Empty(report.RootElement.GetProperty("errors").EnumerateArray());
    }

    [Fact]
    public async Task Check_gives_each_error_to_programs_as_key_and_sentence()
    {
        await using var story = await ProgramStory.BeginAsync(configuration => configuration["Web"]!["Prot"] = 8025);

        var ended = await story.RunAsync("check", "--json");

        Assert.Equal(2, ended.Status);
        using var report = JsonDocument.Parse(ended.Output);
        var error = Assert.Single(report.RootElement.GetProperty("errors").EnumerateArray());
        Assert.Equal("Web.Prot", error.GetProperty("key").GetString());
        Assert.NotEmpty(error.GetProperty("sentence").GetString()!);
    }
}
