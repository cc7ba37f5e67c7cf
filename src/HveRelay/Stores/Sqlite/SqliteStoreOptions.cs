namespace HveRelay.Stores.Sqlite;

/// <summary>Where the queue lies and when it is too full to take more.</summary>
/// <param name="Directory">The data directory. It must be there; the store makes its files in it.</param>
/// <param name="MinimumFreeBytes">Below so much free space no new mail is taken; what is queued still leaves. 0 switches it off.</param>
/// <param name="FreeBytes">The free octets of the volume; absent: asked of the system.</param>
public sealed record SqliteStoreOptions(string Directory, long MinimumFreeBytes = 0, Func<long>? FreeBytes = null)
{
    /// <summary>For tests: sees each writing statement before it runs, and may throw in its place.</summary>
    internal Action<string>? BeforeWrite { get; init; }
}
