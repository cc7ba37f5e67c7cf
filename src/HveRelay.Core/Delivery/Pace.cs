namespace HveRelay.Delivery;

/// <summary>
/// At most so many messages in any minute, by a clock that nobody sets. The minute lasts a second longer here: what is sent arrives
/// late by a different while each time, and the next hop counts arrivals.
/// </summary>
internal sealed class Pace(int perMinute, TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(61);

    private readonly Lock _gate = new();
    private readonly Queue<long> _begun = new();

    /// <summary>How many may begin now.</summary>
    public int Room
    {
        get
        {
            lock (_gate)
            {
                Forget();
                return perMinute - _begun.Count;
            }
        }
    }

    /// <summary>What an earlier run has sent within the last minute counts as sent now.</summary>
    public void Remember(long sent)
    {
        lock (_gate)
        {
            for (var i = Math.Min(sent, perMinute - _begun.Count); i > 0; i--)
            {
                _begun.Enqueue(clock.GetTimestamp());
            }
        }
    }

    /// <summary>False where no more may begin now; else it is counted.</summary>
    public bool TryTake() => Take() is null;

    /// <summary>Ends when one more may begin, which is then counted.</summary>
    public async ValueTask WaitAsync(CancellationToken cancel)
    {
        while (Take() is { } wait)
        {
            await Task.Delay(wait, clock, cancel);
        }
    }

    /// <summary>Null where it was taken, else how long to wait at least.</summary>
    private TimeSpan? Take()
    {
        lock (_gate)
        {
            Forget();
            if (_begun.Count < perMinute)
            {
                _begun.Enqueue(clock.GetTimestamp());
                return null;
            }

            // Time goes on since Forget, and to wait a millisecond less than nothing is to wait for ever.
            var left = Window - clock.GetElapsedTime(_begun.Peek());
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    private void Forget()
    {
        while (_begun.TryPeek(out var oldest) && clock.GetElapsedTime(oldest) >= Window)
        {
            _begun.Dequeue();
        }
    }
}
