namespace HveRelay.Simulator;

/// <summary>Wakes those who wait for something to become true. Whoever changes what they look at beats afterwards.</summary>
internal sealed class Pulse
{
    private TaskCompletionSource? _next;

    public void Beat() => Interlocked.Exchange(ref _next, null)?.TrySetResult();

    public async Task UntilAsync(Func<bool> condition, CancellationToken cancel)
    {
        while (true)
        {
            // Taken before the look at the condition: a beat between the two is not lost.
            var next = Next();
            if (condition())
            {
                return;
            }

            await next.WaitAsync(cancel);
        }
    }

    private Task Next()
    {
        var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (Interlocked.CompareExchange(ref _next, fresh, null) ?? fresh).Task;
    }
}
