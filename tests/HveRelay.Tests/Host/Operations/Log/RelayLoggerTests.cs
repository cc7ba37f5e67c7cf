using HveRelay.Operations.Log;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Log;

public sealed class RelayLoggerTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_line_that_was_written_out_is_in_both_files()
    {
        await using var log = RelayLogger.Create(_data.Path, section: null, console: false);
        var mail = log.Mail(TimeProvider.System);

        mail.Stopping("SIGTERM");
        mail.WriteOut();

        foreach (var kind in new[] { "log", "jsonl" })
        {
            var file = Assert.Single(Directory.GetFiles(Path.Combine(_data.Path, "logs"), $"*.{kind}"));
            await using var written = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(written);
            Assert.Contains("SIGTERM", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }
}
