using HveRelay.Files;
using HveRelay.Tests.Program;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Files;

public sealed class BoundedFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>A PasswordFile was a pipe that nobody wrote to: check never ended, and a relay that had it could neither reload nor stop.</summary>
    [Theory]
    [InlineData("pipe")]
    [InlineData("link")]
    public async Task A_pipe_without_a_writer_was_waited_for(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such pipes.");
        await Tool.RunAsync("mkfifo", _directory.Path, ["pipe"]);
        File.CreateSymbolicLink(_directory.File("link"), "pipe");

        var reading = Task.Factory.StartNew(
            () => BoundedFile.ReadAllBytes(_directory.File(name), BoundedFile.Secret),
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        Assert.Empty(await reading.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_link_to_a_file_is_followed()
    {
        _directory.Write("secret", "hunter2");
        File.CreateSymbolicLink(_directory.File("link"), "secret");

        Assert.Equal("hunter2", BoundedFile.ReadAllText(_directory.File("link"), BoundedFile.Secret));
    }
}
