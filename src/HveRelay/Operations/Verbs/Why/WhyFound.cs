using HveRelay.Queue;

namespace HveRelay.Operations.Verbs.Why;

/// <summary>What is known of that which somebody asked for.</summary>
internal abstract record WhyFound
{
    private WhyFound()
    {
    }

    public sealed record Message(MessageRecord Record) : WhyFound;

    /// <param name="Clients">Devices that it is the name or the address of.</param>
    /// <param name="Traces">The latest first.</param>
    /// <param name="IsCut">There may be more.</param>
    public sealed record Several(IReadOnlyList<ClientSighting> Clients, IReadOnlyList<Trace> Traces, bool IsCut) : WhyFound;

    /// <param name="Sentence">With what to look at.</param>
    public sealed record Nothing(string Sentence) : WhyFound;
}
