using System.Globalization;

namespace HveRelay.Benchmarks.Processes;

/// <summary>A process in /proc. Its start time tells it from a later one with the same id.</summary>
/// <param name="Ticks">Processor time, its own and that of its children that have ended.</param>
internal sealed record ProcessEntry(int Id, int Parent, string StartTime, long Ticks)
{
    public bool IsAlive() => ProcessTree.Read(Id) is { } now && now.StartTime == StartTime;
}

/// <summary>A process with all its descendants, and what they use.</summary>
internal static class ProcessTree
{
    /// <summary>USER_HZ, which Linux shows to programs whatever its own clock does.</summary>
    private const int TicksPerSecond = 100;

    public static IReadOnlyList<ProcessEntry> Of(int root)
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), out var id) ? Read(id) : null)
            .OfType<ProcessEntry>()
            .ToLookup(entry => entry.Parent);
        var found = new List<ProcessEntry>();
        if (Read(root) is { } first)
        {
            found.Add(first);
        }

        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(all[found[i].Id]);
        }

        return found;
    }

    /// <summary>Null where there is none, or it has ended and waits to be buried.</summary>
    public static ProcessEntry? Read(int id)
    {
        // "4711 (name) S 1 …": the name may hold anything, so count from its closing bracket.
        if (TryRead($"/proc/{id}/stat") is not { } stat)
        {
            return null;
        }

        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] == "Z" ? null : new ProcessEntry(
            id,
            int.Parse(fields[1], CultureInfo.InvariantCulture),
            fields[19],
            fields[11..15].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)));
    }

    /// <summary>Processor time since the start, in user and kernel mode.</summary>
    public static TimeSpan ProcessorTime(int root) => TimeSpan.FromSeconds((double)Of(root).Sum(entry => entry.Ticks) / TicksPerSecond);

    /// <summary>Octets: the peaks of all processes, added up. What they share counts in each.</summary>
    public static long PeakMemory(int root) => Of(root).Sum(entry => Kilobytes($"/proc/{entry.Id}/status", "VmHWM:") * 1024);

    /// <summary>Octets now, with what is shared divided among its sharers.</summary>
    public static long ProportionalMemory(int root) => Of(root).Sum(entry => Kilobytes($"/proc/{entry.Id}/smaps_rollup", "Pss:") * 1024);

    private static long Kilobytes(string file, string key)
    {
        var line = TryRead(file)?.Split('\n').FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line[key.Length..].Replace("kB", string.Empty).Trim(), CultureInfo.InvariantCulture);
    }

    private static string? TryRead(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
