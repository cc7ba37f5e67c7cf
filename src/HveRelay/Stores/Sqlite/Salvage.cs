using HveRelay.Mail;
using HveRelay.Queue;
using Microsoft.Data.Sqlite;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// Saves what can be read of a damaged queue. The rules:
/// 1. The damaged files are only read, and renamed when the new queue is complete and on the disk.
/// 2. A message is taken over whole, with its history, or not at all.
/// 3. Where it cannot be told whether an attempt was under way, it was: the start makes it unsure.
/// </summary>
internal sealed class Salvage : IDisposable
{
    private readonly Database _old, _new;
    private readonly SalvageRows _rows;
    private readonly List<string> _incomplete = [];
    private int _waiting, _ended;

    private Salvage(string damaged, string path)
    {
        // Two connections: what one meets in the damaged file is nothing to the other.
        _old = Database.OpenReader(damaged);
        _new = Database.OpenWriter(path);
        Schema.Migrate(_new);
        _rows = new SalvageRows(_old, _new);
    }

    /// <summary>Sets a damaged queue aside in favour of what can be read of it; null, and nothing is done, where not even its tables can.</summary>
    public static Salvaged? TrySetAside(QueueFiles files, DateTimeOffset now)
    {
        var stamp = QueueFiles.StampOf(now);
        var path = files.BeginRecovered();
        try
        {
            using var salvage = new Salvage(files.Database, path);
            salvage.Run(now, out var ledgerIsWhole);
            salvage.Dispose();
            files.CompleteRecovered(path, stamp);
            var names = files.TakeRecovered();
            return new Salvaged(names[0], salvage._waiting, salvage._ended, salvage._incomplete, ledgerIsWhole);
        }
        catch (SqliteException cause) when (Faults.Translate(cause) is StoreException { Fault: StoreFault.Damaged })
        {
            QueueFiles.DropRecovered(path);
            return null;
        }
    }

    /// <summary>As the verb does: the files are renamed in any case.</summary>
    public static (IReadOnlyList<string> Names, Salvaged? Salvaged) SetAside(QueueFiles files, DateTimeOffset now)
    {
        var before = Directory.GetFiles(Path.GetDirectoryName(files.Database)!, "*.damaged-*");
        var salvaged = File.Exists(files.Database) ? TrySetAside(files, now) : null;
        if (salvaged is null)
        {
            files.SetAside(QueueFiles.StampOf(now));
        }

        string[] names = [.. Directory.GetFiles(Path.GetDirectoryName(files.Database)!, "*.damaged-*").Except(before).Order(StringComparer.Ordinal)];
        return (names, salvaged);
    }

    public void Dispose()
    {
        _old.Dispose();
        _new.Dispose();
    }

    private void Run(DateTimeOffset now, out bool ledgerIsWhole)
    {
        // Nothing here can be read where not even this can.
        _old.Number("SELECT count(*) FROM message LIMIT 0");
        _new.Execute("BEGIN IMMEDIATE");
        foreach (var id in new SalvageIds(_old).All())
        {
            _new.Execute("SAVEPOINT message");
            if (TakeOver(id, now) is { } reason)
            {
                _new.Execute("ROLLBACK TO message");
                if (_rows.MayWait(id))
                {
                    _incomplete.Add($"{new MessageId(id)}: {reason}");
                }
            }

            _new.Execute("RELEASE message");
        }

        ledgerIsWhole = _rows.CopyWhatReads("ledger", "scope, second");
        _rows.CopyWhatReads("client", "address, name");
        _rows.CopyWhatReads("pause", "account");
        _rows.CopyWhatReads("refusal", "id");
        _rows.CopyWhatReads("notified", "receiver");
        _rows.SetGeneration();
        _new.Execute("COMMIT");
    }

    /// <summary>Null when it was taken over, or why it was not.</summary>
    private string? TakeOver(long id, DateTimeOffset now)
    {
        if (!_rows.Copy("message", "id", id) || _rows.Message(id) is not { } message)
        {
            return "its envelope cannot be read";
        }

        if (!_rows.Copy("part", "message", id) || !_rows.Copy("recipient", "message", id) || !_rows.HasAllRecipients(id))
        {
            return "not all of its recipients can be read";
        }

        if (message.Content is { } content && !_rows.CopyContent(content, message.Size))
        {
            return "its content cannot be read whole";
        }

        var historyIsWhole = _rows.Copy("attempt", "message", id) & _rows.Copy("attempt_result", "message", id);
        _ = _rows.Copy("change", "message", id);
        _ = _rows.Copy("untold", "message", id);
        _ = _rows.Copy("head", "message", id);
        _ = _rows.Copy("told", "message", id);
        if (message.Ended)
        {
            _ended++;
            return null;
        }

        _rows.OpenLostAttempts(id, historyIsWhole, now);
        _waiting++;
        return null;
    }
}
