namespace HveRelay.Benchmarks.Processes;

/// <summary>A temporary directory, removed at the end with all that is in it.</summary>
internal sealed class ScratchDirectory : IDisposable
{
    private ScratchDirectory(string path) => Path = path;

    public string Path { get; }

    public static ScratchDirectory Create(string parent)
    {
        var path = System.IO.Path.Combine(parent, "hverelay-bench-" + System.IO.Path.GetRandomFileName()[..8]);

        // Postfix' processes run as another user and have to get through.
        Directory.CreateDirectory(
            path,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return new ScratchDirectory(path);
    }

    public string Of(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
