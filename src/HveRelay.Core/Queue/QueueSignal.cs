namespace HveRelay.Queue;

/// <summary>Says that mail was queued. Take <see cref="Next"/> before looking at the queue: then no pulse is missed.</summary>
public sealed class QueueSignal
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the next pulse.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Pulse()
    {
        var next = Volatile.Read(ref _next);
        if (Interlocked.CompareExchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously), next) == next)
        {
            next.SetResult();
        }
    }
}
