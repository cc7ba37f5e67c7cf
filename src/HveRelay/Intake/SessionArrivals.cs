using HveRelay.Mail;
using HveRelay.Policy;
using HveRelay.Smtp.Server;

namespace HveRelay.Intake;

/// <summary>What one session will say of itself with each message that it brings.</summary>
internal sealed class SessionArrivals(TimeProvider clock)
{
    private readonly List<ArrivalRefusal> _refused = [];
    private readonly DateTimeOffset _connectedAt = clock.GetUtcNow();
    private int _moreRefused;
    private (ClientRule Client, string? Network)? _covered;

    public void Refused(string? to, string reason, string reply)
    {
        if (_refused.Count < Arrival.MostRefused)
        {
            _refused.Add(new ArrivalRefusal(to, reason, reply));
        }
        else
        {
            _moreRefused++;
        }
    }

    /// <summary>Of a message that is about to be queued under that name.</summary>
    public Arrival Of(SessionInfo session, ClientRule client, string? messageId)
    {
        if (_covered?.Client != client)
        {
            _covered = (client, client.NetworkOf(session.Address));
        }

        return new Arrival(
            Arrival.NameOf(messageId), session.Listener, _connectedAt, _covered!.Value.Network, QuirkWords.Of(session.Quirks), [.. _refused], _moreRefused);
    }

    /// <summary>The message is queued: what was refused before it has been told.</summary>
    public void Accepted()
    {
        _refused.Clear();
        _moreRefused = 0;
    }
}
