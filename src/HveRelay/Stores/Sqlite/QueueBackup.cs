using HveRelay.Queue;
using Microsoft.Data.Sqlite;

namespace HveRelay.Stores.Sqlite;

/// <summary>Copies a queue as it is at one moment, while a relay runs on it or when none does.</summary>
public static class QueueBackup
{
    /// <summary>
    /// Writes the queue of a directory into a file that must not be there yet. It appears under its name when it is whole, checked and
    /// on stable storage; only its owner may read it, for it holds mail.
    /// </summary>
    /// <exception cref="StoreOpenException">There is no queue, or it cannot be read.</exception>
    /// <exception cref="StoreException">It is damaged, or the copy cannot be written.</exception>
    /// <exception cref="IOException">The file is there already, or its directory cannot be written.</exception>
    public static void Write(string directory, string file)
    {
        if (File.Exists(file))
        {
            throw new IOException($"{file} is there already");
        }

        var path = Opening.OfOurs(directory);
        var partial = $"{file}.partial-{Environment.ProcessId}";
        try
        {
            new FileStream(partial, QueueFiles.Private(FileMode.CreateNew, FileShare.ReadWrite)).Dispose();
            Copy(path, partial);
            using (var copy = new FileStream(partial, FileMode.Open, FileAccess.ReadWrite, FileShare.Read))
            {
                StableStorage.Sync(copy);
            }

            File.Move(partial, file, overwrite: false);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static void Copy(string path, string partial)
    {
        try
        {
            using (var queue = Database.OpenToCopy(path))
            {
                queue.Execute($"VACUUM INTO '{partial.Replace("'", "''", StringComparison.Ordinal)}'");
            }

            using var copy = Database.OpenImmutable(Path.GetFullPath(partial));
            if (copy.Text("PRAGMA integrity_check(1)") is not "ok" and var wrong)
            {
                throw new StoreException(StoreFault.Damaged, $"the copy of {path} is not sound: {wrong}");
            }
        }
        catch (SqliteException cause)
        {
            throw Faults.Translate(cause);
        }
    }
}
