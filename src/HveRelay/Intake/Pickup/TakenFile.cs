using System.Globalization;
using HveRelay.Mail;

namespace HveRelay.Intake.Pickup;

/// <summary>A file that the relay has taken, by its name: <c>scan.eml.06GZ…</c>.</summary>
/// <param name="Name">What it was called, without its ending.</param>
internal sealed record TakenFile(string Path, string Name, MessageId Id)
{
    /// <summary>Taken by this very look, so that the queue cannot know it.</summary>
    public bool IsNew { get; init; }

    private string Bad => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, PickupDirectory.Badmail, $"{Name}.{Id}");

    /// <summary>Null where the name is not that of a file that was taken.</summary>
    public static TakenFile? Of(string path, string ending)
    {
        var name = System.IO.Path.GetFileName(path);
        var dot = name.LastIndexOf('.');
        return dot > ending.Length && name.AsSpan(0, dot).EndsWith(ending, StringComparison.OrdinalIgnoreCase) && MessageId.TryParse(name[(dot + 1)..], out var id)
            ? new TakenFile(path, name[..(dot - ending.Length)], id)
            : null;
    }

    public void Delete() => File.Delete(Path);

    /// <summary>Keeps the file for a person to look at, with the reasons beside it, one a line.</summary>
    public void SetAside(IEnumerable<string> reasons, DateTimeOffset at)
    {
        Tell(reasons, at);
        File.Move(Path, Bad + ".eml", overwrite: true);
    }

    /// <summary>The same of a file that is about to be queued for others: a copy, which is there before they are.</summary>
    public void SetAsideCopy(IEnumerable<string> reasons, DateTimeOffset at)
    {
        Tell(reasons, at);
        File.Copy(Path, Bad + ".eml", overwrite: true);
    }

    private void Tell(IEnumerable<string> reasons, DateTimeOffset at) => File.WriteAllLines(
        Bad + ".txt", [at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), .. reasons]);
}
