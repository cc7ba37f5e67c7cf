namespace HveRelay.Benchmarks.Measuring;

/// <summary>What is sent: by so many sessions at once, messages of so many octets of body.</summary>
/// <param name="Keeps">A session keeps its connection for all its messages; else each message has a connection of its own.</param>
internal sealed record Load(int Sessions, int Octets, bool Keeps)
{
    /// <summary>So that the disk's cache is not what is measured.</summary>
    private const long MostOctets = 256 * 1024 * 1024;

    public string Size => Octets % 1_048_576 == 0 ? $"{Octets / 1_048_576} MB" : Octets % 1024 == 0 ? $"{Octets / 1024} KB" : $"{Octets} B";

    public string SessionsInWords => Sessions == 1 ? "1 session" : $"{Sessions} sessions";

    public string Connections => Keeps ? "kept" : "one a message";

    /// <summary>Messages for a measurement of about <paramref name="time"/>: at least one for each session, two where they are not large.</summary>
    public int Messages(double perSecond, TimeSpan time)
    {
        var least = (long)Sessions * Octets > MostOctets / 2 ? Sessions : 2 * Sessions;
        return (int)Math.Clamp(perSecond * time.TotalSeconds, least, Math.Max(least, MostOctets / Octets));
    }
}
