using System.Globalization;
using HveRelay.Stores;

namespace HveRelay.Operations.Doctor.Checks;

/// <summary>Room above the reserve, and how long a sync takes: every 250 waits for one.</summary>
internal static class DiskCheck
{
    private const int Syncs = 5;
    private const int Octets = 4096;
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan TooSlow = TimeSpan.FromSeconds(1);

    public static async Task<Finding> RunAsync(Examination examination, CancellationToken cancel)
    {
        var directory = examination.Options.DataDirectory;
        if (!Directory.Exists(directory))
        {
            return Finding.NotReached($"{directory} is not there yet: the first start makes it");
        }

        try
        {
            var free = new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace;
            var reserve = examination.Options.Queue.MinimumFreeBytes;
            if (free < reserve)
            {
                return Finding.Wrong(
                    $"{Megabytes(free)} free at {directory}, less than Queue.MinimumFreeBytes: {Megabytes(reserve)}",
                    "The disk is below its reserve: new mail is answered 452, and what is queued still leaves",
                    $"make room on the disk of {directory}; nothing else is needed");
            }

            var sync = await SyncAsync(Path.Combine(directory, $"doctor-{Path.GetRandomFileName()}"), examination.Clock, cancel);
            var words = $"{Megabytes(free)} free, a sync takes {sync.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture)} ms";
            return sync >= TooSlow
                ? Finding.Wrong(words, "The disk takes a second and more to write: every device waits for it", "a faster disk, or one that fewer programs share")
                : Finding.Ok(words) with { Notes = sync >= Slow ? [$"the disk of {directory} is slow: every message waits for a sync"] : [] };
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            return Finding.Wrong(trouble.Message, "Nothing can be written into the data directory", $"the disk and the rights of {directory}");
        }
    }

    /// <summary>The middle of several.</summary>
    private static async Task<TimeSpan> SyncAsync(string path, TimeProvider clock, CancellationToken cancel)
    {
        var times = new TimeSpan[Syncs];
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        for (var i = 0; i < Syncs; i++)
        {
            var begun = clock.GetTimestamp();
            await file.WriteAsync(new byte[Octets], cancel);
            StableStorage.Sync(file);
            times[i] = clock.GetElapsedTime(begun);
        }

        Array.Sort(times);
        return times[Syncs / 2];
    }

    private static string Megabytes(long octets) => (octets / (1 << 20)).ToString(CultureInfo.InvariantCulture) + " MiB";
}
