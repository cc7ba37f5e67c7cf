namespace HveRelay.Delivery;

/// <summary>How the sentences about replies call the next hop.</summary>
/// <param name="HostKey">Where the configuration names it.</param>
/// <param name="SendersDiffer">Each message has a MAIL FROM of its own: what is said of one sender is not said of all.</param>
internal sealed record NextHopWords(string Name, string HostKey, string Support, bool SendersDiffer)
{
    public static NextHopWords Hve { get; } = new("HVE", "Hve.Host", "Microsoft support", SendersDiffer: false);

    public static NextHopWords Smarthost { get; } = new("The smarthost", "the smarthost's Host", "who runs the smarthost", SendersDiffer: false);

    /// <summary>Another server in the section Hve; Microsoft's own lets no sender be kept.</summary>
    public static NextHopWords HostThatKeeps { get; } = Smarthost with { HostKey = "Hve.Host", SendersDiffer = true };

    public static NextHopWords SmarthostThatKeeps { get; } = Smarthost with { SendersDiffer = true };
}
