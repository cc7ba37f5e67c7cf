using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace HveRelay.Stores;

/// <summary>
/// Syncs a file and hears of it when that fails. On Unix the runtime's own RandomAccess.FlushToDisk and FileStream.Flush(true) do not: its
/// SystemNative_FSync answers 1 where fsync answers -1, and only what is below 0 is taken for a failure (seen with .NET 10.0.12).
/// </summary>
internal static class StableStorage
{
    private const int Interrupted = 4; // EINTR

    /// <summary>As the whole process sees it, so that what is put before the C library, as a test does for a slow disk, is before it here too.</summary>
    private static readonly SyncCall FSync = OperatingSystem.IsWindows() ? _ => 0 : Find();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl, SetLastError = true)]
    private delegate int SyncCall(SafeFileHandle file);

    /// <summary>What was written through the stream, its own buffer included.</summary>
    /// <exception cref="IOException">Not all of it is on stable storage.</exception>
    public static void Sync(FileStream stream)
    {
        stream.Flush();
        Sync(stream.SafeFileHandle);
    }

    /// <summary>What was written to the file, by whomever.</summary>
    /// <exception cref="IOException">Not all of it is on stable storage.</exception>
    public static void Sync(SafeFileHandle handle)
    {
        if (!OperatingSystem.IsLinux())
        {
#pragma warning disable RS0030 // Here it is heard, and where it is not, the call below is.
            RandomAccess.FlushToDisk(handle);
#pragma warning restore RS0030
        }

        while (FSync(handle) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
            {
                throw new IOException($"a sync failed: {new Win32Exception(error).Message}", error);
            }
        }
    }

    private static SyncCall Find() =>
        Marshal.GetDelegateForFunctionPointer<SyncCall>(NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "fsync"));
}
