using HveRelay.Queue;

namespace HveRelay.Intake;

/// <summary>
/// Gathers in memory what sessions show of their clients, until it is written: a message costs a look-up here and nothing in the
/// store. Bounded, since anybody may connect.
/// </summary>
public sealed class ClientsSeen
{
    internal const int MostClients = 10_000;
    internal const int MostRefusals = 1_000;

    /// <summary>Of one client between two writes: the first ones and the latest, which says why it was sent away. The count goes on.</summary>
    internal const int MostRefusalsOfClient = 20;

    private readonly Lock _gate = new();

    /// <summary>Where in the list a client's latest refusal stands.</summary>
    private readonly Dictionary<(string Address, string Client), int> _latest = [];
    private Dictionary<(string Address, string Client), ClientSighting> _clients = [];
    private List<Refusal> _refusals = [];
    private long _passedOver;

    /// <summary>Adds a sighting, and the refusal that was one.</summary>
    public void Add(ClientSighting sighting, Refusal? refusal = null)
    {
        lock (_gate)
        {
            var key = (sighting.Address, sighting.Client);
            if (_clients.TryGetValue(key, out var before))
            {
                sighting = before.Plus(sighting);
            }
            else if (_clients.Count >= MostClients)
            {
                _passedOver++;
                return;
            }

            _clients[key] = sighting;
            if (refusal is null)
            {
                return;
            }

            if (sighting.Refusals <= MostRefusalsOfClient && _refusals.Count < MostRefusals)
            {
                _latest[key] = _refusals.Count;
                _refusals.Add(refusal);
            }
            else if (_latest.TryGetValue(key, out var at))
            {
                _refusals[at] = refusal;
            }
        }
    }

    /// <summary>What came since the last time, refusals oldest first, and how many sightings there was no room for.</summary>
    internal (IReadOnlyList<ClientSighting> Clients, IReadOnlyList<Refusal> Refusals, long PassedOver) Take()
    {
        lock (_gate)
        {
            var taken = ((IReadOnlyList<ClientSighting>)[.. _clients.Values], _refusals, _passedOver);
            (_clients, _refusals, _passedOver) = ([], [], 0);
            _latest.Clear();
            return taken;
        }
    }

    /// <summary>What could not be written comes back, before what came meanwhile.</summary>
    internal void PutBack(IEnumerable<ClientSighting> clients, IEnumerable<Refusal> refusals)
    {
        foreach (var client in clients)
        {
            Add(client);
        }

        lock (_gate)
        {
            _refusals = [.. refusals.Concat(_refusals).Take(MostRefusals)];
            _latest.Clear();
        }
    }
}
