using HveRelay.Queue;
using HveRelay.Smtp.Server;

namespace HveRelay.Intake;

/// <summary>What one session shows of its client, told as it happens: some sessions last for days.</summary>
internal sealed class SessionSightings(ClientsSeen seen, TimeProvider clock)
{
    private Quirks _told;

    public void Accepted(SessionInfo session, string client) => seen.Add(Sighting(session, client) with { Messages = 1 });

    /// <param name="user">Who logged in or tried to.</param>
    public void Refused(SessionInfo session, string client, string? user, string? from, string? to, string reason, string reply)
    {
        var sighting = Sighting(session, client);
        seen.Add(
            sighting with { Refusals = 1, LatestRefusal = new LatestRefusal(sighting.LastSeen, reason, reply) },
            new Refusal(sighting.LastSeen, sighting.Address, client, user, from, to, reason, reply));
    }

    public void Ended(SessionInfo session, string client) => seen.Add(Sighting(session, client) with { Sessions = 1 });

    private ClientSighting Sighting(SessionInfo session, string client)
    {
        var now = clock.GetUtcNow();
        var fresh = session.Quirks & ~_told;
        _told |= fresh;
        return new ClientSighting(
            session.Address.ToString(), client, session.HelloName, session.User, session.Tls?.ToString(), now, now, 0, 0, 0, null,
            QuirkWords.Count(fresh));
    }
}
