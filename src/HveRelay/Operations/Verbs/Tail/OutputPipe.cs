using System.Runtime.InteropServices;

namespace HveRelay.Operations.Verbs.Tail;

/// <summary>Standard output where it is a pipe, as in <c>tail | head</c>. .NET writes into one that nobody reads any more without a word.</summary>
internal static class OutputPipe
{
    private const int StandardOutput = 1;

    /// <summary>POLLERR of poll(2): the other end is closed.</summary>
    private const short NobodyReads = 8;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>Ends once nobody reads; where that cannot be seen, never.</summary>
    public static async Task ClosedAsync(TimeProvider clock, CancellationToken cancel)
    {
        var isSeen = !OperatingSystem.IsWindows() && Console.IsOutputRedirected;
        while (!isSeen || !IsClosed())
        {
            await Task.Delay(isSeen ? Look : Timeout.InfiniteTimeSpan, clock, cancel);
        }
    }

    private static bool IsClosed()
    {
        var entry = new Entry { File = StandardOutput };
        return Poll(ref entry, 1, 0) > 0 && (entry.Happened & NobodyReads) != 0;
    }

    [DllImport("libc", EntryPoint = "poll")]
    private static extern int Poll(ref Entry entry, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public int File;
        public short Wanted;
        public short Happened;
    }
}
