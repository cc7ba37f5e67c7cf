using System.Collections.Concurrent;

namespace HveRelay.Simulator;

/// <summary>What the simulator has counted since its start.</summary>
/// <param name="ConnectionsNow">Open at this moment.</param>
/// <param name="Transactions">MAIL commands accepted.</param>
/// <param name="Messages">Messages accepted, remembered or not.</param>
/// <param name="RecipientsAccepted">Recipients of those messages.</param>
/// <param name="LimitRefusals">Refusals for a limit: recipients a message, size, recipients a day, connections.</param>
/// <param name="TlsHandshakes">Completed.</param>
/// <param name="Commands">By verb, upper case; <c>?</c> stands for verbs that do not exist.</param>
public sealed record SimulatorCounters(
    int ConnectionsNow,
    int ConnectionsPeak,
    int ConnectionsTotal,
    long Transactions,
    long Messages,
    long RecipientsAccepted,
    long LimitRefusals,
    long TlsHandshakes,
    IReadOnlyDictionary<string, long> Commands);

/// <summary>Counts. Thread-safe; a snapshot may be between two events.</summary>
internal sealed class Tally(Pulse pulse)
{
    private readonly ConcurrentDictionary<string, Count> _commands = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly HashSet<int> _open = [];
    private int _peak;
    private int _total;
    private long _transactions;
    private long _messages;
    private long _recipients;
    private long _limitRefusals;
    private long _handshakes;

    public long Messages => Volatile.Read(ref _messages);

    /// <summary>The number of the connection.</summary>
    public int Opened()
    {
        lock (_gate)
        {
            _open.Add(++_total);
            _peak = Math.Max(_peak, _open.Count);
            return _total;
        }
    }

    public void Closed(int connection)
    {
        lock (_gate)
        {
            _open.Remove(connection);
        }
    }

    /// <summary>How many connections are open that are older than this one.</summary>
    public int OlderThan(int connection)
    {
        lock (_gate)
        {
            return _open.Count(each => each < connection);
        }
    }

    public void Command(string verb)
    {
        Interlocked.Increment(ref _commands.GetOrAdd(verb, static _ => new Count()).Value);
        pulse.Beat();
    }

    public void Transaction() => Interlocked.Increment(ref _transactions);

    public void LimitRefusal() => Interlocked.Increment(ref _limitRefusals);

    public void Handshake() => Interlocked.Increment(ref _handshakes);

    /// <summary>The number of the message, from 1.</summary>
    public long Message(int recipients)
    {
        Interlocked.Add(ref _recipients, recipients);
        return Interlocked.Increment(ref _messages);
    }

    public SimulatorCounters Snapshot()
    {
        lock (_gate)
        {
            return new SimulatorCounters(
                _open.Count,
                _peak,
                _total,
                Volatile.Read(ref _transactions),
                Volatile.Read(ref _messages),
                Volatile.Read(ref _recipients),
                Volatile.Read(ref _limitRefusals),
                Volatile.Read(ref _handshakes),
                _commands.ToDictionary(pair => pair.Key, pair => Volatile.Read(ref pair.Value.Value), StringComparer.Ordinal));
        }
    }

    private sealed class Count
    {
        public long Value;
    }
}
