using Microsoft.Win32.SafeHandles;

namespace HveRelay.Stores.Sqlite;

internal sealed class WalFile(string path) : IWalFile
{
    public IWalSync OpenSync() => new WalSync(OpenHandle());

    public long Length => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    public void Cut(long length)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var handle = OpenHandle();
        if (RandomAccess.GetLength(handle) > length)
        {
            RandomAccess.SetLength(handle, length);
        }

        StableStorage.Sync(handle);
    }

    private SafeFileHandle OpenHandle() =>
        File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    private sealed class WalSync(SafeFileHandle handle) : IWalSync
    {
        public void Run() => StableStorage.Sync(handle);

        public void Dispose() => handle.Dispose();
    }
}
