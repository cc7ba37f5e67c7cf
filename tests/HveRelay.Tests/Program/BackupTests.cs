namespace HveRelay.Tests.Program;

/// <summary><c>backup</c>: a copy that is a queue.</summary>
public sealed class BackupTests
{
    [Fact]
    public async Task A_backup_made_while_the_daemon_runs_is_restored_and_its_mail_goes()
    {
        await using var story = ProgramStory.BeginWithoutHve();
        var daemon = await story.StartAsync();
        var id = await story.QueueAsync("you@contoso.com");
        var copy = Path.Combine(story.Directory, "copy.db");

        var ended = await story.RunAsync("backup", copy);

        Assert.Equal((0, copy + "\n", ""), (ended.Status, ended.Output, ended.Error));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(copy) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        await daemon.KillAsync();
        foreach (var file in Directory.GetFiles(story.DataDirectory, "queue.db*"))
        {
            File.Delete(file);
        }

        File.Move(copy, Path.Combine(story.DataDirectory, "queue.db"));
        await story.StartHveAsync();
        var restored = await story.StartAsync();
        await restored.SaysAsync(line => line.Contains($" INF relayed id={id}", StringComparison.Ordinal));
        Assert.Single(story.Hve!.Messages);
    }

    [Fact]
    public async Task A_backup_needs_no_daemon_and_overwrites_nothing()
    {
        await using var story = ProgramStory.BeginWithoutHve();
        var copy = Path.Combine(story.Directory, "copy.db");
        var none = await story.RunAsync("backup", copy);
        Assert.Equal(3, none.Status);
        Assert.Contains("there is no queue", Assert.Single(none.ErrorLines), StringComparison.Ordinal);

        await (await story.StartAsync()).KillAsync();
        Assert.Equal(0, (await story.RunAsync("backup", copy)).Status);
        var before = await File.ReadAllBytesAsync(copy);
        var again = await story.RunAsync("backup", copy);

        Assert.Equal((2, $"{copy}: is there already, and nothing is overwritten"), (again.Status, Assert.Single(again.ErrorLines)));
        Assert.Equal(before, await File.ReadAllBytesAsync(copy));
        var missing = await story.RunAsync("backup", Path.Combine(story.Directory, "missing", "copy.db"));
        var directory = await story.RunAsync("backup", ".");
        Assert.Equal((2, $"{story.Directory}/missing/copy.db: there is no such directory to write it into"), (missing.Status, Assert.Single(missing.ErrorLines)));
        Assert.Equal((2, $"{story.Directory}: is a directory; name the file to write"), (directory.Status, Assert.Single(directory.ErrorLines)));
        Assert.Empty(Directory.GetFiles(story.Directory, "*.partial-*", SearchOption.AllDirectories));
    }
}
