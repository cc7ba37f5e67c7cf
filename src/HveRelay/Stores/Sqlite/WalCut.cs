using Microsoft.Data.Sqlite;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// Takes back what was committed and not synced when a sync failed: to SQLite it is there, on the disk it may not be, and what follows it
/// in the WAL would be lost with it. The WAL is cut to what is on stable storage, and read anew when nobody has an index of the old one.
/// </summary>
/// <param name="readers">Are held up meanwhile.</param>
internal sealed class WalCut(string path, IWalFile wal, ReadPool readers) : IDisposable
{
    private const int HeaderOctets = 32, FrameHeaderOctets = 24;

    /// <summary>
    /// Held open without ever working, so that a writer that is given up is never the last connection: who comes after the last one reads
    /// the WAL anew, and would find there, whole, the transaction that has failed.
    /// </summary>
    private Database? _anchor = Database.OpenWriter(path);
    private long? _frames;

    public bool IsDue => _frames is not null;

    public void IsDueTo(long frames) => _frames = frames;

    /// <summary>Not while the writer is connected.</summary>
    /// <exception cref="SqliteException">Another program reads the queue just now, or the disk fails: to be tried again.</exception>
    /// <exception cref="IOException">The disk fails: to be tried again.</exception>
    public void Run() => readers.WithNone(() =>
    {
        var pageOctets = _anchor?.PageOctets ?? Database.DefaultPageOctets;
        _anchor?.Leave();
        _anchor = null;
        wal.Cut(HeaderOctets + (_frames.GetValueOrDefault() * (FrameHeaderOctets + pageOctets)));
        Database.TakeOverLog(path);
        _anchor = Database.OpenWriter(path);
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
