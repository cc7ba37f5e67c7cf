using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace HveRelay.Intake.Sockets;

/// <summary>
/// Linux's epoll for the sockets of SMTP (epoll(7)). A session goes on in the thread that hears of its client, where the framework hands it
/// to another: an exchange of commands is short, and the change of threads is as much work as the exchange.
/// </summary>
internal sealed class SocketLoop
{
    private const int Add = 1, CloseOnExec = 0x80000, Interrupted = 4, MostEvents = 128;
    private const uint In = 0x1, Error = 0x8, Broken = 0x10, HangUp = 0x2000, Edge = 0x80000000;
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly SocketLoop[] Loops = OperatingSystem.IsLinux() ? Begin() : [];
    private static int _next;
    private readonly ConcurrentDictionary<long, Readiness> _readers = new();
    private readonly int _epoll;

    private SocketLoop(int number)
    {
        _epoll = Create(CloseOnExec);
        if (_epoll < 0)
        {
            throw new SocketException(Marshal.GetLastPInvokeError());
        }

        new Thread(Run) { IsBackground = true, Name = $"SMTP sockets {number}" }.Start();
    }

    public static bool IsThere => Loops.Length > 0;

    public static SocketLoop Next() => Loops[(uint)Interlocked.Increment(ref _next) % (uint)Loops.Length];

    /// <summary>None where the system's library goes by another name: the framework does it then.</summary>
    private static SocketLoop[] Begin()
    {
        try
        {
            return [.. Enumerable.Range(1, Environment.ProcessorCount).Select(number => new SocketLoop(number))];
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException or SocketException)
        {
            return [];
        }
    }

    /// <summary>Tells the reader of everything that comes, until it is forgotten.</summary>
    /// <exception cref="SocketException"><see cref="SocketError.NoBufferSpaceAvailable"/>: the system has no room for another (ENOSPC, ENOMEM).</exception>
    public void Watch(long id, Socket socket, Readiness reader)
    {
        _readers[id] = reader;
        var wanted = new byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(wanted, In | HangUp | Edge);
        BinaryPrimitives.WriteInt64LittleEndian(wanted.AsSpan(Stride - 8), id);
        if (Control(_epoll, Add, socket.SafeHandle, wanted) != 0)
        {
            _readers.TryRemove(id, out _);
            throw new SocketException((int)SocketError.NoBufferSpaceAvailable);
        }
    }

    /// <summary>Its descriptor is closed, which took it out of the system's list.</summary>
    public void Forget(long id) => _readers.TryRemove(id, out _);

    private void Run()
    {
        var events = GC.AllocateArray<byte>(MostEvents * Stride, pinned: true);
        while (true)
        {
            var count = Wait(_epoll, events, MostEvents, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw new SocketException(Marshal.GetLastPInvokeError());
            }

            for (var i = 0; i < count; i++)
            {
                var what = BinaryPrimitives.ReadUInt32LittleEndian(events.AsSpan(i * Stride));
                var id = BinaryPrimitives.ReadInt64LittleEndian(events.AsSpan((i * Stride) + Stride - 8));
                if (_readers.TryGetValue(id, out var reader))
                {
                    reader.Signal(isLast: (what & (Error | Broken | HangUp)) != 0);
                }
            }
        }
    }

    [DllImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static extern int Create(int flags);

    [DllImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static extern int Control(int epoll, int operation, SafeHandle socket, byte[] wanted);

    [DllImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static extern int Wait(int epoll, byte[] events, int most, int milliseconds);
}
