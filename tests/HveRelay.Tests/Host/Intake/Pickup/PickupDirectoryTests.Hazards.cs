using HveRelay.Mail;

namespace HveRelay.Tests.Host.Intake.Pickup;

/// <summary>What lies in the directory and is no file that a program has written for us.</summary>
public sealed partial class PickupDirectoryTests
{
    [Fact]
    public async Task A_link_is_not_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        var secret = _directory.Write("secret", Scan);
        Directory.CreateDirectory(_options.Directory);
        File.CreateSymbolicLink(Path.Combine(_options.Directory, "scan.eml"), secret);

        await LookAsync(2);

        Assert.Empty(Store.Messages);
        Assert.Contains("5.6.0 The file is a link", string.Join('\n', Bad().Reasons), StringComparison.Ordinal);
        Assert.True(File.Exists(secret));
    }

    /// <summary>Somebody made a pipe with a name as the relay gives them: whoever opened it would have waited for a writer, for ever.</summary>
    [Fact]
    public async Task A_pipe_held_up_the_pickup()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such pipes.");
        Put("scan.eml", Scan);
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", Path.Combine(_options.Directory, $"pipe.eml.{new MessageId(1)}")))
        {
            await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await LookAsync(2);

        Assert.Single(Store.Messages);
        Assert.Empty(Files());
        Assert.Contains(Log, line => line.Contains(" reason=empty reply=\"550 5.6.0 The file is empty, or none at all\"", StringComparison.Ordinal));
    }

    /// <summary>The id did not fit behind its name, and every look ended with it.</summary>
    [Fact]
    public async Task A_file_that_cannot_be_taken_held_up_the_others()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Names may be longer there.");
        var name = new string('x', 251) + ".eml";
        Put(name, Scan);
        Put("scan.eml", Scan);

        var failed = await Assert.ThrowsAnyAsync<IOException>(() => LookAsync(2));

        Assert.Contains(name, failed.Message, StringComparison.Ordinal);
        Assert.Single(Store.Messages);
        Assert.Equal([name], Files());
    }
}
