namespace HveRelay.Tests.Program;

/// <summary>A queue that cannot be read is left to a person: nothing is deleted, nothing overwritten.</summary>
public sealed class DamagedQueueTests
{
    [Fact]
    public async Task A_queue_that_is_none_stops_the_start_and_is_not_touched()
    {
        await using var story = await ProgramStory.BeginAsync();
        Directory.CreateDirectory(story.DataDirectory);
        var queue = Path.Combine(story.DataDirectory, "queue.db");
        var content = string.Concat(Enumerable.Repeat("The quick brown fox jumps over the lazy dog.\n", 500));
        await File.WriteAllTextAsync(queue, content);

        var ended = await story.RunAsync("run");

        Assert.Equal(3, ended.Status);
        Assert.Equal(
            $"DataDirectory: {queue} is damaged or no queue at all (SQLite Error 26: 'file is not a database'.): "
            + $"restore it from a backup, or set it aside with 'hverelay queue set-aside --config {story.ConfigurationPath}' and start with an empty queue",
            Assert.Single(ended.ErrorLines));
        Assert.Contains(story.LogFile(), line => line.Contains($" ERR alarm what=start cause=\"DataDirectory: {queue} is damaged", StringComparison.Ordinal));
        Assert.Equal(content, await File.ReadAllTextAsync(queue));
    }

    [Fact]
    public async Task A_page_that_a_crash_has_torn_is_found_at_the_start_and_a_new_queue_begins_where_the_old_one_is_set_aside()
    {
        await using var story = ProgramStory.BeginWithoutHve();
        await (await story.StartAsync()).KillAsync();
        var files = Directory.GetFiles(story.DataDirectory, "queue.db*");
        var queue = Path.Combine(story.DataDirectory, "queue.db");
        foreach (var log in files.Where(file => file != queue))
        {
            // Its pages would cover the damage.
            File.Delete(log);
        }

        var torn = await File.ReadAllBytesAsync(queue);
        Array.Fill(torn, (byte)0x5a, 4096, torn.Length - 4096);
        await File.WriteAllBytesAsync(queue, torn);

        var ended = await story.RunAsync("run");

        Assert.Equal(3, ended.Status);
        var line = Assert.Single(ended.ErrorLines);
        Assert.StartsWith($"DataDirectory: {queue} is damaged", line, StringComparison.Ordinal);
        Assert.EndsWith($"or set it aside with 'hverelay queue set-aside --config {story.ConfigurationPath}' and start with an empty queue", line, StringComparison.Ordinal);
        Assert.Equal(torn, await File.ReadAllBytesAsync(queue));

        foreach (var file in Directory.GetFiles(story.DataDirectory, "queue.db*"))
        {
            File.Move(file, file.Replace("queue.db", "aside.db", StringComparison.Ordinal));
        }

        await story.StartAsync();
        Assert.StartsWith("250", await story.SendAsync(["you@contoso.com"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_can_be_saved_the_damaged_queue_alone_is_left_under_its_new_name()
    {
        await using var story = ProgramStory.BeginWithoutHve();
        await (await story.StartAsync()).KillAsync();
        Array.ForEach(Directory.GetFiles(story.DataDirectory, "queue.db*"), File.Delete);
        await File.WriteAllTextAsync(Path.Combine(story.DataDirectory, "queue.db"), string.Concat(Enumerable.Repeat("No queue at all. ", 1000)));

        var ended = await story.RunAsync("queue", "set-aside", "--yes");

        Assert.Equal((0, "nothing in it can be read: the next start makes an empty queue"), (ended.Status, Assert.Single(ended.ErrorLines)));
        Assert.Contains(".damaged-", Assert.Single(Directory.GetFiles(story.DataDirectory, "queue.db*")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sound_queue_is_not_set_aside_unless_that_is_meant_and_there_is_a_way_back()
    {
        await using var story = ProgramStory.BeginWithoutHve(QueueStory.SlowRetries);
        var daemon = await story.StartAsync();
        var id = await story.QueueAsync("a@contoso.com");
        Assert.Equal(3, (await story.RunAsync("queue", "set-aside")).Status);
        daemon.Terminate();
        await daemon.EndAsync();

        var refused = await story.RunAsync("queue", "set-aside");
        Assert.Equal(
            (1, $"the queue in {story.DataDirectory} is not damaged, 1 message waits in it: nothing was done; with --yes it is set aside all the same"),
            (refused.Status, Assert.Single(refused.ErrorLines)));
        Assert.Empty(Directory.GetFiles(story.DataDirectory, "*.damaged-*"));

        Assert.Equal(0, (await story.RunAsync("queue", "set-aside", "--yes")).Status);
        var aside = Directory.GetFiles(story.DataDirectory, "queue.db.damaged-*");
        var name = aside.MinBy(file => file.Length)!;
        foreach (var file in Directory.GetFiles(story.DataDirectory, "queue.db*").Where(file => !file.Contains("damaged", StringComparison.Ordinal)))
        {
            File.Move(file, file.Replace("queue.db", "later.db", StringComparison.Ordinal));
        }

        foreach (var file in aside)
        {
            File.Move(file, Path.Combine(story.DataDirectory, "queue.db" + file[name.Length..]));
        }

        Assert.Contains(id, (await story.RunAsync("queue", "list")).Output, StringComparison.Ordinal);
    }
}
