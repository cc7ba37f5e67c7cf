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

    /// <summary>Of one client between two writes; the count goes on.</summary>
    internal const int MostRefusalsOfClient = 20;

    private readonly Lock _gate = new();
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
            if (refusal is not null && sighting.Refusals <= MostRefusalsOfClient && _refusals.Count < MostRefusals)
            {
                _refusals.Add(refusal);
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
        }
    }
}
