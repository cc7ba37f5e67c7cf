using HveRelay.Intake.Sockets;

namespace HveRelay.Tests.Host.Intake.Sockets;

public sealed class ReadinessTests
{
    private readonly Readiness _readiness = new();

    [Fact]
    public void What_came_before_the_wait_ends_it_at_once_and_ends_no_other()
    {
        _readiness.Signal();

        Assert.True(_readiness.WaitAsync().AsTask().IsCompletedSuccessfully);
        Assert.False(_readiness.WaitAsync().AsTask().IsCompleted);
    }

    [Fact]
    public async Task Who_waits_goes_on_in_the_thread_that_says_so()
    {
        var thread = 0;
        var waiting = Wait();
        Assert.False(waiting.IsCompleted);

        _readiness.Signal();

        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        await waiting;

        async Task Wait()
        {
            await _readiness.WaitAsync().ConfigureAwait(false);
            thread = Environment.CurrentManagedThreadId;
        }
    }

    [Fact]
    public async Task A_wake_comes_from_elsewhere()
    {
        var waiting = _readiness.WaitAsync().AsTask();

        _readiness.Wake();

        await waiting.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Last_words_stay_known()
    {
        _readiness.Signal(isLast: true);
        _readiness.Signal();

        Assert.True(_readiness.IsLast);
    }
}
