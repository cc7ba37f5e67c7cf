using HveRelay.Operations.Configuration;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Configuration;

public sealed class ConfigurationWatchTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<bool> _changes = [];
    private readonly string _file;
    private readonly ConfigurationWatch _watch;
    private readonly Task _watching;

    public ConfigurationWatchTests()
    {
        _file = _directory.Write("hverelay.json", "one");
        _watch = new ConfigurationWatch(() => [_file], Changed, _clock);
        _watching = _watch.RunAsync(_stop.Token);
    }

    /// <summary>It may have changed after it was read and before anybody looked: that was never noticed.</summary>
    public async ValueTask InitializeAsync()
    {
        await LookAsync();
        await LookAsync();
        Assert.Equal([false], _changes);
        _changes.Clear();
    }

    [Fact]
    public async Task A_change_counts_once_it_keeps_still()
    {
        File.WriteAllText(_file, "two, and the edi");
        await LookAsync();
        File.WriteAllText(_file, "two, and the editor is still at it");
        await LookAsync();
        Assert.Empty(_changes);

        await LookAsync();
        await LookAsync();

        Assert.Equal([false], _changes);
    }

    [Fact]
    public async Task The_same_content_anew_is_no_change()
    {
        File.WriteAllText(_file, "one");
        File.SetLastWriteTimeUtc(_file, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        await LookAsync();
        await LookAsync();

        Assert.Empty(_changes);
    }

    [Fact]
    public async Task A_link_that_is_turned_to_another_file_is_a_change()
    {
        var other = _directory.Write("other.json", "two");
        File.Delete(_file);
        File.CreateSymbolicLink(_file, other);

        await LookAsync();
        await LookAsync();

        Assert.Equal([false], _changes);
    }

    [Fact]
    public async Task Who_asks_gets_a_reading_changed_or_not()
    {
        _watch.Ask();
        await Until.True(() => _changes.Count == 1);
        _watch.Ask();
        await Until.True(() => _changes.Count == 2);

        Assert.Equal([true, true], _changes);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_told_once()
    {
        File.Delete(_file);
        for (var i = 0; i < 5; i++)
        {
            await LookAsync();
        }

        Assert.Equal([false], _changes);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
        _directory.Dispose();
    }

    private Task Changed(bool asked)
    {
        _changes.Add(asked);
        return Task.CompletedTask;
    }

    /// <summary>Lets one look pass, and waits until the next is waited for.</summary>
    private async Task LookAsync()
    {
        await Until.True(() => _clock.Waiting > 0);
        _clock.Advance(ConfigurationWatch.Look);
        await Until.True(() => _clock.Waiting > 0);
    }
}
