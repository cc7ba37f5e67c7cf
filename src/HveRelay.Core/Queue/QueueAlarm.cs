using HveRelay.Mail;

namespace HveRelay.Queue;

/// <summary>Tells of a store that fails: each fault at most once a minute, however many messages meet it.</summary>
public sealed class QueueAlarm(MailLog log, TimeProvider clock)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<StoreFault, long> _told = [];

    public void Raise(StoreException trouble)
    {
        lock (_gate)
        {
            // Not by the time of day: a clock that is set back must not silence it.
            if (_told.TryGetValue(trouble.Fault, out var before) && clock.GetElapsedTime(before) < Quiet)
            {
                return;
            }

            _told[trouble.Fault] = clock.GetTimestamp();
        }

        log.Alarm("queue", trouble.Message, Remedy(trouble.Fault));
    }

    private static string Remedy(StoreFault fault) => fault switch
    {
        StoreFault.Full => "Administrator: free some space on this volume",
        StoreFault.Locked => "Administrator: end the program that holds the database",
        StoreFault.Unreachable => "Administrator: look at the database server and the way to it",
        StoreFault.Damaged => "Administrator: docs/operating.md, a damaged queue",
        _ => "Administrator: look at the disk",
    };
}
