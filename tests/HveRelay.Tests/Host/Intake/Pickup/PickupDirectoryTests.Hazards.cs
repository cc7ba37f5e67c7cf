using HveRelay.Intake.Pickup;

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

    /// <summary>Somebody made a pipe, perhaps with a name as the relay gives them: whoever opened it would have waited for a writer, for ever.</summary>
    [Theory]
    [InlineData("pipe.eml")]
    [InlineData("pipe.eml.0000000000001")]
    public async Task A_pipe_held_up_the_pickup(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such pipes.");
        Put("scan.eml", Scan);
        await RunAsync("mkfifo", Path.Combine(_options.Directory, name));

        await LookAsync(2);
        Clock.Advance(PickupDirectory.EmptyFor);
        await LookAsync(1);

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

    /// <summary>Only the first was, and whoever left it there never heard of the others.</summary>
    [Fact]
    public async Task Each_file_that_cannot_be_taken_is_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Names may be longer there.");
        var names = new[] { new string('x', 251) + ".eml", new string('y', 251) + ".eml" };
        Array.ForEach(names, name => Put(name, Scan));

        var failed = await Assert.ThrowsAnyAsync<IOException>(() => LookAsync(2));

        Assert.All(names, name => Assert.Contains(name, failed.Message, StringComparison.Ordinal));
    }

    /// <summary>Asked for its length, such a file is not there: every look ended with it.</summary>
    [Fact]
    public async Task A_name_that_is_not_UTF8_held_up_the_others()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Names are text elsewhere.");
        Put("scan.eml", Scan);
        await RunAsync("sh", "-c", $"cp '{_options.Directory}/scan.eml' \"$(printf '{_options.Directory}/\\220\\277.eml')\"");

        await Assert.ThrowsAnyAsync<IOException>(() => LookAsync(1));
        var failed = await Assert.ThrowsAnyAsync<IOException>(() => LookAsync(1));
        await RunAsync("sh", "-c", $"rm '{_options.Directory}'/*.eml");

        Assert.Contains(".eml: its name is not UTF-8; rename it", failed.Message, StringComparison.Ordinal);
        Assert.Single(Store.Messages);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
