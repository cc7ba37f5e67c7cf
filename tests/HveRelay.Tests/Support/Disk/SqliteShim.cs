using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace HveRelay.Tests.Support.Disk;

/// <summary>
/// A VFS of SQLite (https://www.sqlite.org/vfs.html) that is the system's, but for the files of a <see cref="WatchedDisk"/>: there
/// write, truncate, sync and delete go by way of it. It is the default in this process from the first disk on; other files are
/// opened by the system's own as ever.
/// </summary>
internal static class SqliteShim
{
    private const string Library = "e_sqlite3";
    private const string Name = "watched";

    // Where the members stand in sqlite3_vfs and sqlite3_io_methods of version 3, in octets: pointers are 8 long.
    private const int VfsSize = 168, VfsNext = 16, VfsName = 24, VfsOpen = 40, VfsDelete = 48;
    private const int MethodsSize = 152, MethodClose = 8, MethodWrite = 24, MethodTruncate = 32, MethodSync = 40;

    private static readonly ConcurrentDictionary<WatchedDisk, bool> Disks = new();
    private static readonly ConcurrentDictionary<nint, OpenFile> Files = new();
    private static readonly ConcurrentDictionary<nint, Methods> Tables = new();

    // Kept from the collector as long as SQLite may call them.
    private static readonly OpenCall Open = OnOpen;
    private static readonly DeleteCall Delete = OnDelete;
    private static readonly CloseCall Close = OnClose;
    private static readonly WriteCall Write = OnWrite;
    private static readonly TruncateCall Truncate = OnTruncate;
    private static readonly SyncCall Sync = OnSync;
    private static readonly nint Native = Register();
    private static readonly OpenCall NativeOpen = Call<OpenCall>(Native, VfsOpen);
    private static readonly DeleteCall NativeDelete = Call<DeleteCall>(Native, VfsDelete);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int OpenCall(nint vfs, nint path, nint file, int flags, nint outFlags);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int DeleteCall(nint vfs, nint path, int syncDirectory);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int CloseCall(nint file);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int WriteCall(nint file, nint octets, int count, long offset);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int TruncateCall(nint file, long length);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int SyncCall(nint file, int flags);

    public static void Watch(WatchedDisk disk)
    {
        Assert.NotEqual(0, Native);
        Disks[disk] = true;
    }

    public static void Forget(WatchedDisk disk) => Disks.TryRemove(disk, out _);

    private static nint Register()
    {
        // The provider makes sure that the library is there.
        using (var connection = new SqliteConnection("Data Source=:memory:"))
        {
            connection.Open();
        }

        var system = Find(0);
        var ours = Marshal.AllocHGlobal(VfsSize);
        for (var at = 0; at < VfsSize; at += nint.Size)
        {
            Marshal.WriteIntPtr(ours, at, Marshal.ReadIntPtr(system, at));
        }

        Marshal.WriteIntPtr(ours, VfsNext, 0);
        Marshal.WriteIntPtr(ours, VfsName, Marshal.StringToHGlobalAnsi(Name));
        Marshal.WriteIntPtr(ours, VfsOpen, Marshal.GetFunctionPointerForDelegate(Open));
        Marshal.WriteIntPtr(ours, VfsDelete, Marshal.GetFunctionPointerForDelegate(Delete));
        Assert.Equal(0, Register(ours, makeDefault: 1));
        return system;
    }

    private static int OnOpen(nint vfs, nint path, nint file, int flags, nint outFlags)
    {
        var code = NativeOpen(Native, path, file, flags, outFlags);
        if (code == 0 && DiskOf(path) is var (disk, name))
        {
            var methods = Tables.GetOrAdd(Marshal.ReadIntPtr(file), original => new Methods(original));
            Files[file] = new OpenFile(disk, name, methods);
            Marshal.WriteIntPtr(file, methods.Ours);
        }

        return code;
    }

    private static int OnDelete(nint vfs, nint path, int syncDirectory) => DiskOf(path) is var (disk, name)
        ? disk.Do(new DiskOperation.Delete(name), () => NativeDelete(Native, path, syncDirectory))
        : NativeDelete(Native, path, syncDirectory);

    private static int OnClose(nint file) => Files.TryRemove(file, out var open) ? open.Methods.Close(file) : throw Unknown();

    private static int OnWrite(nint file, nint octets, int count, long offset)
    {
        var copy = new byte[count];
        Marshal.Copy(octets, copy, 0, count);
        return Files.TryGetValue(file, out var open)
            ? open.Disk.Do(new DiskOperation.Write(open.Name, offset, copy), () => open.Methods.Write(file, octets, count, offset))
            : throw Unknown();
    }

    private static int OnTruncate(nint file, long length) => Files.TryGetValue(file, out var open)
        ? open.Disk.Do(new DiskOperation.Truncate(open.Name, length), () => open.Methods.Truncate(file, length))
        : throw Unknown();

    /// <summary>The sync itself is left out: what reaches the disk is said by what was written down, and the tests' disk has time to lose.</summary>
    private static int OnSync(nint file, int flags) => Files.TryGetValue(file, out var open)
        ? open.Disk.Do(new DiskOperation.Sync(open.Name), () => 0)
        : throw Unknown();

    private static (WatchedDisk Disk, string Name)? DiskOf(nint path) =>
        Marshal.PtrToStringUTF8(path) is { } text && Disks.Keys.FirstOrDefault(disk => disk.Holds(text)) is { } found
            ? (found, Path.GetFileName(text))
            : null;

    private static T Call<T>(nint table, int at) => Marshal.GetDelegateForFunctionPointer<T>(Marshal.ReadIntPtr(table, at));

    private static InvalidOperationException Unknown() => new("SQLite uses a file that it has not opened");

    [DllImport(Library, EntryPoint = "sqlite3_vfs_find", CallingConvention = CallingConvention.Cdecl)]
    private static extern nint Find(nint name);

    [DllImport(Library, EntryPoint = "sqlite3_vfs_register", CallingConvention = CallingConvention.Cdecl)]
    private static extern int Register(nint vfs, int makeDefault);

    private sealed record OpenFile(WatchedDisk Disk, string Name, Methods Methods);

    /// <summary>The system's methods of a file, and a copy of their table in which ours stand.</summary>
    private sealed class Methods
    {
        public Methods(nint original)
        {
            Close = Call<CloseCall>(original, MethodClose);
            Write = Call<WriteCall>(original, MethodWrite);
            Truncate = Call<TruncateCall>(original, MethodTruncate);
            Ours = Marshal.AllocHGlobal(MethodsSize);
            for (var at = 0; at < MethodsSize; at += nint.Size)
            {
                Marshal.WriteIntPtr(Ours, at, Marshal.ReadIntPtr(original, at));
            }

            Marshal.WriteIntPtr(Ours, MethodClose, Marshal.GetFunctionPointerForDelegate(SqliteShim.Close));
            Marshal.WriteIntPtr(Ours, MethodWrite, Marshal.GetFunctionPointerForDelegate(SqliteShim.Write));
            Marshal.WriteIntPtr(Ours, MethodTruncate, Marshal.GetFunctionPointerForDelegate(SqliteShim.Truncate));
            Marshal.WriteIntPtr(Ours, MethodSync, Marshal.GetFunctionPointerForDelegate(SqliteShim.Sync));
        }

        public nint Ours { get; }

        public CloseCall Close { get; }

        public WriteCall Write { get; }

        public TruncateCall Truncate { get; }
    }
}
