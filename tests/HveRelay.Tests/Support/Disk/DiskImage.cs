namespace HveRelay.Tests.Support.Disk;

/// <summary>What a power cut leaves of what was not synced.</summary>
internal enum Unsynced
{
    /// <summary>All of it: the process was killed, or the disk was quick.</summary>
    Kept,

    /// <summary>All of it, and of the operation that the cut came into the first half.</summary>
    KeptAndHalfOfTheNext,

    /// <summary>Nothing.</summary>
    Lost,

    /// <summary>Some, in any order, and of some writes only some sectors.</summary>
    Torn,
}

/// <summary>The files of a disk after a power cut, made from what was asked of it until then.</summary>
internal sealed class DiskImage
{
    private const int Sector = 512;
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    /// <summary>The power is cut when so many operations are done.</summary>
    public static DiskImage After(IReadOnlyList<DiskOperation> operations, int count, Unsynced unsynced, Random dice)
    {
        var image = new DiskImage();
        var waiting = new List<DiskOperation>();
        foreach (var operation in operations.Take(count))
        {
            switch (operation)
            {
                case DiskOperation.Sync sync:
                    // With a file goes the directory, whose changes before are journalled in order.
                    image.Apply(waiting.Where(each => each.File == sync.File || each is DiskOperation.Delete));
                    waiting.RemoveAll(each => each.File == sync.File || each is DiskOperation.Delete);
                    break;
                case DiskOperation.FailedSync failed:
                    waiting.RemoveAll(each => each.File == failed.File && each is not DiskOperation.Delete);
                    break;
                default:
                    waiting.Add(operation);
                    break;
            }
        }

        image.Apply(unsynced switch
        {
            Unsynced.Lost => [],
            Unsynced.Torn => waiting.Where(_ => dice.Next(2) == 0).SelectMany(each => Tear(each, dice)),
            Unsynced.KeptAndHalfOfTheNext when count < operations.Count => [.. waiting, .. Half(operations[count])],
            _ => waiting,
        });
        return image;
    }

    public void WriteTo(string directory)
    {
        foreach (var (name, octets) in _files)
        {
            File.WriteAllBytes(Path.Combine(directory, name), octets);
        }
    }

    private static IEnumerable<DiskOperation> Half(DiskOperation operation) =>
        operation is DiskOperation.Write write ? [write with { Octets = write.Octets[..(write.Octets.Length / 2)] }] : [];

    private static IEnumerable<DiskOperation> Tear(DiskOperation operation, Random dice)
    {
        if (operation is not DiskOperation.Write write || dice.Next(2) == 0)
        {
            return [operation];
        }

        return from start in Enumerable.Range(0, (write.Octets.Length + Sector - 1) / Sector)
               where dice.Next(2) == 0
               let end = Math.Min((start + 1) * Sector, write.Octets.Length)
               select new DiskOperation.Write(write.File, write.Offset + (start * Sector), write.Octets[(start * Sector)..end]);
    }

    private void Apply(IEnumerable<DiskOperation> operations)
    {
        foreach (var operation in operations)
        {
            var octets = _files.GetValueOrDefault(operation.File, []);
            switch (operation)
            {
                case DiskOperation.Write write:
                    if (octets.Length < write.Offset + write.Octets.Length)
                    {
                        Array.Resize(ref octets, (int)write.Offset + write.Octets.Length);
                    }

                    write.Octets.CopyTo(octets, write.Offset);
                    _files[operation.File] = octets;
                    break;
                case DiskOperation.Truncate truncate:
                    Array.Resize(ref octets, (int)truncate.Length);
                    _files[operation.File] = octets;
                    break;
                case DiskOperation.Delete:
                    _files.Remove(operation.File);
                    break;
            }
        }
    }
}
