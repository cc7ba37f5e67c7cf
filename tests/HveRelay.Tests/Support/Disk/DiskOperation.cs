namespace HveRelay.Tests.Support.Disk;

/// <summary>What SQLite asked of a disk, in the order it asked. A file is named without its directory.</summary>
internal abstract record DiskOperation(string File)
{
    public sealed record Write(string File, long Offset, byte[] Octets) : DiskOperation(File);

    public sealed record Truncate(string File, long Length) : DiskOperation(File);

    public sealed record Sync(string File) : DiskOperation(File);

    /// <summary>The system has told of it once and has let go of what was not on the disk yet: the next sync says that all is well.</summary>
    public sealed record FailedSync(string File) : DiskOperation(File);

    public sealed record Delete(string File) : DiskOperation(File);
}
