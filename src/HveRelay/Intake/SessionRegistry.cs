using System.Collections.Concurrent;
using System.Net;
using HveRelay.Configuration;
using HveRelay.Smtp.Server;

namespace HveRelay.Intake;

/// <summary>The sessions that are open: counted for the limits and for metrics, and asked to end at shutdown.</summary>
public sealed class SessionRegistry
{
    private readonly ConcurrentDictionary<SmtpSession, ListenerOptions> _sessions = new();
    private readonly Dictionary<(string Listener, IPAddress Client), int> _byClient = [];
    private readonly Dictionary<string, int> _byListener = [];
    private readonly Lock _gate = new();
    private volatile bool _stopping;

    /// <summary>Takes a place for a connection; false where the listener, or the client on it, has none left.</summary>
    public bool TryEnter(ListenerOptions listener, IPAddress client)
    {
        lock (_gate)
        {
            var ofListener = _byListener.GetValueOrDefault(listener.Name);
            var ofClient = _byClient.GetValueOrDefault((listener.Name, client));
            if (ofListener >= listener.MaxConnections || ofClient >= listener.MaxConnectionsPerClient)
            {
                return false;
            }

            _byListener[listener.Name] = ofListener + 1;
            _byClient[(listener.Name, client)] = ofClient + 1;
            return true;
        }
    }

    public void Leave(ListenerOptions listener, IPAddress client)
    {
        lock (_gate)
        {
            _byListener[listener.Name]--;
            if (--_byClient[(listener.Name, client)] == 0)
            {
                _byClient.Remove((listener.Name, client));
            }
        }
    }

    /// <summary>The session may be asked to stop from now on.</summary>
    public void Add(SmtpSession session, ListenerOptions listener)
    {
        _sessions[session] = listener;
        if (_stopping)
        {
            session.Stop();
        }
    }

    public void Remove(SmtpSession session) => _sessions.TryRemove(session, out _);

    /// <summary>Asks every session to finish what it is at and to say 421.</summary>
    public void StopAll()
    {
        _stopping = true;
        foreach (var session in _sessions.Keys)
        {
            session.Stop();
        }
    }

    /// <summary>Open connections by listener.</summary>
    public IReadOnlyDictionary<string, int> Counts
    {
        get
        {
            lock (_gate)
            {
                return new Dictionary<string, int>(_byListener);
            }
        }
    }
}
