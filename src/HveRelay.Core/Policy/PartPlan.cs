using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Policy;

/// <summary>Cuts the recipients of a message into parts: one lane each, at most so many recipients, in the order they came.</summary>
public static class PartPlan
{
    /// <param name="most">Recipients of a part, by lane; 1 at least.</param>
    public static IReadOnlyList<NewPart> Cut(
        IReadOnlyList<(string Address, Lane Lane)> recipients, Func<Lane, int> most, DateTimeOffset dueAt)
    {
        var cuts = recipients
            .GroupBy(recipient => recipient.Lane)
            .SelectMany(lane => lane.Select(recipient => recipient.Address).Chunk(most(lane.Key)).Select(chunk => (lane.Key, chunk)))
            .ToList();
        return [.. cuts.Select((cut, index) => new NewPart(index + 1, cuts.Count, cut.Key, cut.chunk, dueAt))];
    }
}
