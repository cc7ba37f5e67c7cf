using HveRelay.Mail;
using Microsoft.Data.Sqlite;

namespace HveRelay.Stores.Sqlite;

/// <summary>Copies rows of a damaged queue into a new one, and says whether they were all there.</summary>
internal sealed class SalvageRows(Database old, Database database)
{
    private readonly Dictionary<string, (Statement Rows, Statement Insert)> _copies = new(StringComparer.Ordinal);

    private readonly Statement _message = database.Prepare("SELECT content, size, ended_at IS NOT NULL FROM message WHERE id = ?");

    private readonly Statement _isWhole = database.Prepare($"""
        SELECT m.queued = (SELECT count(*) FROM recipient WHERE message = m.id AND state = {(int)RecipientState.Queued})
            AND m.held = (SELECT count(*) FROM recipient WHERE message = m.id AND state = {(int)RecipientState.Held})
            AND (SELECT count(*) FROM part WHERE message = m.id) = (SELECT max(of) FROM part WHERE message = m.id)
            AND (SELECT count(*) = max(number) + 1 FROM recipient WHERE message = m.id)
        FROM message m WHERE id = ?
        """);

    private readonly Statement _chunks = database.Prepare("SELECT octets, crc FROM content WHERE id BETWEEN ? AND ?");

    private readonly Statement _contentIsWhole = database.Prepare($"""
        SELECT sum(length(octets)) = ?3 AND count(*) = max(id) - ?1 + 1 AND sum(length(octets) < {ChunkedContent.ChunkOctets}) <= 1
        FROM content WHERE id BETWEEN ?1 AND ?2
        """);

    private readonly Statement _lost = database.Prepare($"""
        SELECT number, attempts, (SELECT group_concat(number) FROM recipient r WHERE r.message = p.message AND r.part = p.number
            AND r.state = {(int)RecipientState.Queued}) AS waiting
        FROM part p WHERE message = ?1 AND attempts > 0 AND waiting IS NOT NULL
            AND (?2 = 0 OR attempts > (SELECT count(*) FROM attempt a WHERE a.message = p.message AND a.part = p.number))
        """);

    private readonly Statement _openLost = database.Prepare("""
        INSERT INTO attempt(message, id, part, number, account, started_at, granted, recipients, scopes) VALUES (?,?,?,?,'',?,?,?,?)
        """);

    private readonly Statement _closeOpen = database.Prepare("DELETE FROM attempt WHERE message = ? AND part = ? AND ended_at IS NULL");

    private readonly Statement _clear = database.Prepare("DELETE FROM attempt_result WHERE message = ?1 AND attempt NOT IN (SELECT id FROM attempt WHERE message = ?1)");

    private readonly Statement _mayWait = old.Prepare(
        $"SELECT count(*), sum(state IN ({(int)RecipientState.Queued}, {(int)RecipientState.Held})) FROM recipient WHERE message = ?");

    /// <summary>Copies the rows of a message; false where they cannot all be read.</summary>
    public bool Copy(string table, string key, long id) => Copy(table, rows => rows.Set(id), $"{key} = ?");

    public (long? Content, long Size, bool Ended)? Message(long id)
    {
        (long?, long, bool)? message = _message.Set(id).Next()
            ? (_message.IsNull(0) ? null : _message.Long(0), _message.Long(1), _message.Bool(2))
            : null;
        _message.Reset();
        return message;
    }

    public bool HasAllRecipients(long id) => _isWhole.Set(id).Number() == 1;

    public bool CopyContent(long content, long size)
    {
        var (first, last) = (ContentRows.RowOf(content, 0), ContentRows.RowOf(content + 1, 0) - 1);
        return Copy("content", rows => rows.Set(first).Set(last), "id BETWEEN ? AND ?")
            && _contentIsWhole.Set(first).Set(last).Set(size).Number() == 1 && IsWhatWasStored(first, last);
    }

    /// <summary>
    /// Attempts of which nobody can say how they ended, written as under way: then the start makes them unsure, and they count as sent.
    /// </summary>
    public void OpenLostAttempts(long id, bool historyIsWhole, DateTimeOffset now)
    {
        var lost = new List<(int Part, int Number, string Recipients)>();
        _lost.Set(id).Set(historyIsWhole);
        while (_lost.Next())
        {
            lost.Add((_lost.Int(0), _lost.Int(1), _lost.Text(2)));
        }

        foreach (var (part, number, recipients) in lost)
        {
            _closeOpen.Set(id).Set(part).Run();
            _openLost.Set(id).Set(-(((long)number << 20) | (long)part)).Set(part).Set(number).Set(now).Set(recipients.Split(',').Length).Set(recipients)
                .Set(ListColumns.Join([Queue.QuotaRule.Tenant])).Run();
        }

        _clear.Set(id).Run();
    }

    /// <summary>False only where it is known that no recipient waits: history is not missed. Unreadable is not known.</summary>
    public bool MayWait(long id)
    {
        try
        {
            var waits = !_mayWait.Set(id).Next() || _mayWait.Long(0) == 0 || _mayWait.Long(1) > 0;
            _mayWait.Reset();
            return waits;
        }
        catch (SqliteException)
        {
            return true;
        }
    }

    /// <summary>Copies a table row by row, from the front and from the back; false where something in between cannot be read.</summary>
    public bool CopyWhatReads(string table, string order)
    {
        try
        {
            var columns = Columns(table);
            if (columns.Length == 0)
            {
                return true;
            }

            using var insert = Insert(table, columns);
            string[] orders = [order, string.Join(',', order.Split(',').Select(column => column + " DESC"))];
            return orders.Any(each => Works(() =>
            {
                using var rows = old.Prepare($"SELECT {columns} FROM {table} ORDER BY {each}");
                Copy(rows, insert);
                return true;
            }));
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    /// <summary>Tokens and ids of attempts go on above all that were taken over; who was told of a delay is not told again.</summary>
    public void SetGeneration()
    {
        Works(() => database.Prepare("UPDATE meta SET value = ? WHERE name = 'delays'")
            .Set(old.Number("SELECT value FROM meta WHERE name = 'delays'")).Run() > 0);
        var last = 0L;
        Works(() => (last = old.Number("SELECT value FROM meta WHERE name = 'generation'")) > 0);
        database.Execute($"""
            UPDATE meta SET value = max({last}, ifnull((SELECT max(id) FROM attempt), 0) >> {Counters.GenerationBits},
                ifnull((SELECT max(token) FROM part), 0) >> {Counters.GenerationBits}) WHERE name = 'generation'
            """);
    }

    /// <summary>Those of the damaged table, which may be of an older version; none where there is no such table.</summary>
    private string Columns(string table) => old.Text($"SELECT group_concat(name) FROM pragma_table_info('{table}')");

    private Statement Insert(string table, string columns) =>
        database.Prepare($"INSERT OR IGNORE INTO {table}({columns}) VALUES ({string.Join(',', columns.Split(',').Select(_ => '?'))})");

    private bool IsWhatWasStored(long first, long last)
    {
        var isSo = true;
        _chunks.Set(first).Set(last);
        while (_chunks.Next())
        {
            isSo &= _chunks.IsNull(1) || _chunks.Long(1) == Crc32C.Of(_chunks.Octets(0));
        }

        return isSo;
    }

    private bool Copy(string table, Func<Statement, Statement> set, string condition) => Works(() =>
    {
        if (!_copies.TryGetValue(table, out var copy))
        {
            var columns = Columns(table);
            _copies[table] = copy = (old.Prepare($"SELECT {columns} FROM {table} WHERE {condition}"), Insert(table, columns));
        }

        return Copy(set(copy.Rows), copy.Insert) > 0 || table.StartsWith("attempt", StringComparison.Ordinal);
    });

    private static int Copy(Statement rows, Statement insert)
    {
        var copied = 0;
        while (rows.Next())
        {
            copied += rows.CopyTo(insert).Run();
        }

        return copied;
    }

    private bool Works(Func<bool> step)
    {
        try
        {
            return step();
        }
        catch (SqliteException)
        {
            old.ResetStatements();
            database.ResetStatements();
            return false;
        }
    }
}
