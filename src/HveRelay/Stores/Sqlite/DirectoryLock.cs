using System.Text;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// The right to be the only relay in a directory: a file held open for the life of the store (flock on Unix; the system lets go of it
/// when the process dies). While it is held there is something written in it; found so by the next, the end was not clean, or the
/// queue was seen to be damaged.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    private const string Damaged = "the queue was damaged";
    private readonly FileStream _file;

    private DirectoryLock(FileStream file)
    {
        _file = file;
        EndedCleanly = file.Length == 0;
        var found = new byte[Damaged.Length];
        WasDamaged = file.ReadAtLeast(found, found.Length, throwOnEndOfStream: false) == found.Length && Encoding.ASCII.GetString(found) == Damaged;
    }

    public bool EndedCleanly { get; }

    /// <summary>The last one saw that the queue is damaged.</summary>
    public bool WasDamaged { get; }

    /// <exception cref="StoreOpenException">Another relay runs here, or the directory cannot be written.</exception>
    public static DirectoryLock Take(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new StoreOpenException($"the data directory {directory} does not exist: create it, owned by the user the relay runs as");
        }

        var path = new QueueFiles(directory).Lock;
        try
        {
            return new DirectoryLock(new FileStream(path, QueueFiles.Private(FileMode.OpenOrCreate, FileShare.None)));
        }
        catch (UnauthorizedAccessException cause)
        {
            throw Unwritable(directory, cause);
        }
        catch (IOException cause) when (File.Exists(path))
        {
            throw new StoreOpenException($"another relay runs in the data directory {directory}: {path} is locked", cause) { IsInUse = true };
        }
        catch (IOException cause)
        {
            throw Unwritable(directory, cause);
        }
    }

    public static StoreOpenException Unwritable(string directory, Exception cause) =>
        new($"the data directory {directory} cannot be written by this user: {cause.Message}", cause);

    /// <summary>From now on only <see cref="Clean"/> makes the next start believe in a clean end.</summary>
    public void MarkRunning() => Write($"running as process {Environment.ProcessId}\n");

    /// <summary>The next start is to know before it begins.</summary>
    public void MarkDamaged() => Write($"{Damaged}, seen by process {Environment.ProcessId}\n");

    public void Clean()
    {
        _file.SetLength(0);
        StableStorage.Sync(_file);
    }

    public void Dispose() => _file.Dispose();

    private void Write(string text)
    {
        _file.Position = 0;
        _file.Write(Encoding.ASCII.GetBytes(text));
        _file.SetLength(_file.Position);
        StableStorage.Sync(_file);
    }
}
