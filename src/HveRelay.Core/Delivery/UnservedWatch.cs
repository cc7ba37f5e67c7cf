using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Delivery;

/// <summary>
/// Mail whose way is no longer configured: its smarthost was taken out, or the last account. It goes by no other way, it is not kept in
/// silence either: an alarm says so once, and it expires as all mail does.
/// </summary>
internal sealed class UnservedWatch(IQueueStore store, MailLog log)
{
    private HashSet<Lane> _told = [];

    /// <summary>The lanes with mail that are not among those served.</summary>
    public async Task<IReadOnlyList<Lane>> LookAsync(IReadOnlyList<Lane> served, CancellationToken cancel)
    {
        var unserved = await store.UnservedAsync(served, cancel);
        foreach (var (lane, messages) in unserved.Where(each => !_told.Contains(each.Lane)))
        {
            var (what, remedy) = lane.IsSmarthost
                ? ($"the smarthost {lane.SmarthostName}, which is not among Smarthosts", "put it back, or give the mail up by hverelay queue bounce")
                : ("an HVE account, and none is configured", "configure one, or give the mail up by hverelay queue bounce");
            log.Alarm(
                lane.IsSmarthost ? $"smarthost {lane.SmarthostName}" : "accounts",
                $"{(messages == 1 ? "1 message waits" : $"{messages} messages wait")} for {what}; nothing goes by another way, and what is not sent expires at the end of its lifetime",
                $"Administrator: {remedy}");
        }

        _told = [.. unserved.Select(each => each.Lane)];
        return [.. _told];
    }
}
