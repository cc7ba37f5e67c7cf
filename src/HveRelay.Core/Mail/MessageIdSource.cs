namespace HveRelay.Mail;

/// <summary>
/// Makes queue ids that only grow, also when the clock is set back: within a process each id is above the one before,
/// and a store that reopens hands in the highest it holds. Safe for many threads.
/// </summary>
public sealed class MessageIdSource(TimeProvider clock, Random random, MessageId floor = default)
{
    private const int RandomBits = 21;
    private static readonly DateTimeOffset Epoch = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Lock _gate = new();
    private long _last = floor.Value;

    public MessageId Next()
    {
        var milliseconds = Math.Max(0, (long)(clock.GetUtcNow() - Epoch).TotalMilliseconds);
        lock (_gate)
        {
            // The upper half of the random part stays free, so that a burst within a millisecond counts up without colliding.
            var candidate = (milliseconds << RandomBits) | (long)random.Next(1 << (RandomBits - 1));
            _last = Math.Max(candidate, _last + 1);
            return new MessageId(_last);
        }
    }
}
