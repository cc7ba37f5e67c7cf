using HveRelay.Operations.Verbs.Tail;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Verbs.Tail;

public sealed class LogFollowerTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task The_last_lines_come_from_two_days_and_those_that_follow_over_midnight()
    {
        Add("hverelay-20261120.log", "old\n");
        Add("hverelay-20261121.log", "one\ntwo\nskip\n");
        Add("hverelay-20261122.log", "three\n");
        Add("hverelay-20261122.jsonl", "{}\n");
        await using var lines = Follow(lines: 2);

        Assert.Equal(["two", "three"], [await lines.NextAsync(), await lines.NextAsync()]);

        var next = lines.NextAsync();
        Add("hverelay-20261122.log", "fo");
        await TickAsync(next);
        Add("hverelay-20261122.log", "ur\nskip\nfive\n");
        Add("hverelay-20261123.log", "six\n");
        Add("hverelay-20261124.log", "seven\n");

        Assert.Equal("four", await ArrivesAsync(next));
        Assert.Equal("five", await ArrivesAsync(lines.NextAsync()));
        Assert.Equal("six", await ArrivesAsync(lines.NextAsync()));
        Assert.Equal("seven", await ArrivesAsync(lines.NextAsync()));
    }

    [Fact]
    public async Task A_log_that_begins_later_is_waited_for()
    {
        await using var lines = Follow(lines: 10);
        var next = lines.NextAsync();
        await TickAsync(next);

        Add("hverelay-20261122.log", "first\n");

        Assert.Equal("first", await ArrivesAsync(next));
    }

    [Fact]
    public async Task Without_following_it_ends()
    {
        Add("hverelay-20261122.log", "one\ntwo\nhalf");

        var lines = await new LogFollower(_directory.Path, "log", _clock).ReadAsync(10, follow: false, _ => true, TestContext.Current.CancellationToken).ToListAsync();

        Assert.Equal(["one", "two"], lines);
    }

    [Fact]
    public async Task A_file_that_was_emptied_is_read_from_its_beginning()
    {
        Add("hverelay-20261122.log", "one\ntwo\n");
        await using var lines = Follow(lines: 1);
        Assert.Equal("two", await lines.NextAsync());
        var next = lines.NextAsync();
        await TickAsync(next);

        File.WriteAllText(Path.Combine(_directory.Path, "hverelay-20261122.log"), "new\n");

        Assert.Equal("new", await ArrivesAsync(next));
    }

    public void Dispose() => _directory.Dispose();

    private void Add(string name, string text) => File.AppendAllText(Path.Combine(_directory.Path, name), text);

    private Reading Follow(int lines) => new(
        new LogFollower(_directory.Path, "log", _clock).ReadAsync(lines, follow: true, line => line != "skip", TestContext.Current.CancellationToken));

    /// <summary>Two looks go by, and nothing comes.</summary>
    private async Task TickAsync(Task<string> next)
    {
        for (var look = 0; look < 2; look++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.False(next.IsCompleted);
    }

    private async Task<string> ArrivesAsync(Task<string> next)
    {
        await Until.True(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return next.IsCompleted;
        });
        return await next;
    }

    private sealed class Reading(IAsyncEnumerable<string> lines) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<string> _lines = lines.GetAsyncEnumerator();

        public async Task<string> NextAsync() => await _lines.MoveNextAsync() ? _lines.Current : "the end";

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
