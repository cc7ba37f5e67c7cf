using HveRelay.Stores.Sqlite;

namespace HveRelay.Tests.Host.Stores;

public sealed class InboxTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private readonly Inbox<string> _inbox = new();

    [Fact]
    public void What_is_in_it_comes_out_in_order()
    {
        Assert.True(_inbox.TryAdd("first"));
        Assert.True(_inbox.TryAdd("second"));

        Assert.True(_inbox.Wait(Timeout.InfiniteTimeSpan));
        Assert.True(_inbox.TryTake(out var first));
        Assert.True(_inbox.TryTake(out var second));
        Assert.Equal(("first", "second"), (first, second));
        Assert.False(_inbox.TryTake(out _));
    }

    [Fact]
    public async Task Who_waits_is_woken_by_what_comes()
    {
        var waiting = Task.Run(() => _inbox.Wait(Timeout.InfiniteTimeSpan));

        _inbox.TryAdd("something");

        Assert.True(await waiting.WaitAsync(Bound));
    }

    [Fact]
    public async Task Closing_wakes_who_waits_and_leaves_what_is_in_it()
    {
        var waiting = Task.Run(() => _inbox.Wait(Timeout.InfiniteTimeSpan));
        _inbox.Close();
        Assert.False(await waiting.WaitAsync(Bound));

        Assert.False(_inbox.TryAdd("too late"));
    }

    [Fact]
    public async Task Nothing_is_lost_between_many_who_add_and_one_who_takes()
    {
        const int Adders = 8;
        const int Each = 20_000;
        var taking = Task.Run(() =>
        {
            var taken = 0;
            while (taken < Adders * Each && _inbox.Wait(Timeout.InfiniteTimeSpan))
            {
                while (_inbox.TryTake(out _))
                {
                    taken++;
                }
            }

            return taken;
        });

        await Task.WhenAll(Enumerable.Range(0, Adders).Select(_ => Task.Run(() =>
        {
            for (var number = 0; number < Each; number++)
            {
                _inbox.TryAdd("x");
            }
        })));

        Assert.Equal(Adders * Each, await taking.WaitAsync(Bound));
    }
}
