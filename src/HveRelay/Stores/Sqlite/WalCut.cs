using Microsoft.Data.Sqlite;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// Takes back what was committed and not synced when a sync failed: to SQLite it is there, on the disk it may not be, and what follows it
/// in the WAL would be lost with it. The WAL is cut to what is on stable storage, and read anew when nobody has an index of the old one.
/// </summary>
internal sealed class WalCut : IDisposable
{
    private const int HeaderOctets = 32, FrameHeaderOctets = 24;

    private readonly string _path;
    private readonly IWalFile _wal;
    private readonly ReadPool _readers;
    private readonly StartCheck? _check;
    private readonly long _frameOctets;

    /// <summary>
    /// Held open without ever working, so that a writer that is given up is never the last connection: who comes after the last one reads
    /// the WAL anew, and would find there, whole, the transaction that has failed.
    /// </summary>
    private Database? _anchor;
    private long? _frames;

    /// <param name="readers">Are held up meanwhile.</param>
    /// <param name="check">Is cut short: it reads for longer than clients should wait.</param>
    public WalCut(string path, IWalFile wal, ReadPool readers, StartCheck? check)
    {
        (_path, _wal, _readers, _check) = (path, wal, readers, check);
        _anchor = Database.OpenWriter(path);
        try
        {
            _frameOctets = FrameHeaderOctets + _anchor.PageOctets;
            FramesAtStart = _anchor.SyncLog();
            if (FramesAtStart > 0 && wal.Length < HeaderOctets + (FramesAtStart * _frameOctets))
            {
                // An earlier run cut it and ended before it could go on. What is written behind the hole would be read with it.
                throw new SqliteException("the WAL is shorter than it is known to be", Faults.Busy, Faults.ShortRead);
            }
        }
        catch
        {
            _anchor.Dispose();
            throw;
        }
    }

    /// <summary>
    /// What the WAL held when the queue was opened, and is on stable storage: an earlier run's, where somebody has the queue open.
    /// </summary>
    public long FramesAtStart { get; }

    public bool IsDue => _frames is not null;

    public void IsDueTo(long frames) => _frames = frames;

    /// <summary>Not while the writer is connected.</summary>
    /// <exception cref="SqliteException">Another program reads the queue just now, or the disk fails: to be tried again.</exception>
    /// <exception cref="IOException">The disk fails: to be tried again.</exception>
    public void Run() => _readers.WithNone(() =>
    {
        _check?.Dispose();
        _anchor?.Leave();
        _anchor = null;
        _wal.Cut(HeaderOctets + (_frames.GetValueOrDefault() * _frameOctets));
        Database.TakeOverLog(_path);
        _anchor = Database.OpenWriter(_path);
        _frames = null;
    });

    public void Dispose()
    {
        if (IsDue)
        {
            _anchor?.Leave();
        }
        else
        {
            _anchor?.Dispose();
        }
    }
}
