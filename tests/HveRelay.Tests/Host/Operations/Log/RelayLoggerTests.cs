using HveRelay.Operations;
using HveRelay.Operations.Log;
using HveRelay.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace HveRelay.Tests.Host.Operations.Log;

public sealed class RelayLoggerTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_line_that_was_written_out_is_in_both_files()
    {
        await ShowsAsync(section: null);
    }

    /// <summary>Nothing said where lines go, and so they went nowhere; the shipped configuration has such a section to bring to life.</summary>
    [Fact]
    public async Task Levels_alone_silenced_the_log()
    {
        await ShowsAsync(Section(("MinimumLevel:Default", "Information")));
    }

    /// <summary>The program was aborted, with the stack of an exception.</summary>
    [Fact]
    public void A_section_that_Serilog_refuses_is_named()
    {
        var section = Section(
            ("Using:0", "Serilog.Sinks.File"),
            ("WriteTo:0:Name", "File"),
            ("WriteTo:0:Args:path", _data.File("own.log")),
            ("WriteTo:0:Args:rollingInterval", "Fortnight"));

        var refused = Assert.Throws<WrongUsageException>(() => RelayLogger.Create(_data.Path, section, console: false));

        Assert.StartsWith("Serilog: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Fortnight", refused.Message, StringComparison.Ordinal);
    }

    private static IConfigurationSection Section(params (string Key, string Value)[] keys) => new ConfigurationBuilder()
        .AddInMemoryCollection(keys.Select(key => KeyValuePair.Create<string, string?>($"Serilog:{key.Key}", key.Value)))
        .Build()
        .GetSection("Serilog");

    /// <summary>The disk was full in the midst of a line: the first of the next start was its end, and for a program no line at all.</summary>
    [Fact]
    public async Task The_first_line_ended_one_that_was_cut_short()
    {
        await ShowsAsync(section: null);
        var files = Directory.GetFiles(_data.File("logs"));
        Assert.All(files, file => File.WriteAllText(file, "cut sho"));

        await ShowsAsync(section: null);

        Assert.All(files, file => Assert.StartsWith("cut sho\n", Read(file), StringComparison.Ordinal));
    }

    private static string Read(string file)
    {
        using var written = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(written);
        return reader.ReadToEnd();
    }

    private async Task ShowsAsync(IConfigurationSection? section)
    {
        await using var log = RelayLogger.Create(_data.Path, section, console: false);
        var mail = log.Mail(TimeProvider.System);

        mail.Stopping("SIGTERM");
        mail.WriteOut();

        foreach (var kind in new[] { "log", "jsonl" })
        {
            var file = Assert.Single(Directory.GetFiles(Path.Combine(_data.Path, "logs"), $"*.{kind}"));
            Assert.Contains("SIGTERM", Read(file), StringComparison.Ordinal);
        }
    }
}
