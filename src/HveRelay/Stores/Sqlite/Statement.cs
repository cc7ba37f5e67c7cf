using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// A prepared statement that is kept and used again. Values are set in order, then it is run or read row by row.
/// SqliteCommand looks its parameters up by name and boxes them each time; at thousands of messages a second that is half the work.
/// </summary>
internal sealed class Statement(Database database, sqlite3_stmt handle, string sql) : IDisposable
{
    private int _set;
    private bool _stepped;

    public Statement Set(long value)
    {
        Check(raw.sqlite3_bind_int64(handle, ++_set, value));
        return this;
    }

    public Statement Set(bool value) => Set(value ? 1 : 0);

    public Statement Set(DateTimeOffset value) => Set(value.UtcTicks);

    public Statement Set(long? value) => value is { } some ? Set(some) : SetNull();

    public Statement Set(DateTimeOffset? value) => value is { } some ? Set(some) : SetNull();

    public Statement Set(string? value)
    {
        if (value is null)
        {
            return SetNull();
        }

        if (value.Length == 0)
        {
            // An empty span has no address, and SQLite takes no address for NULL.
            Check(raw.sqlite3_bind_text(handle, ++_set, string.Empty));
            return this;
        }

        // With its length: replies and EHLO names may hold any octet, NUL too.
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        var rented = most > 512 ? ArrayPool<byte>.Shared.Rent(most) : null;
        var octets = rented ?? stackalloc byte[512];
        Check(raw.sqlite3_bind_text(handle, ++_set, octets[..Encoding.UTF8.GetBytes(value, octets)]));
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return this;
    }

    public Statement Set(ReadOnlySpan<byte> octets)
    {
        Check(octets.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, ++_set, 0) : raw.sqlite3_bind_blob(handle, ++_set, octets));
        return this;
    }

    /// <summary>Runs a writing statement to its end; returns the number of rows it changed.</summary>
    public int Run()
    {
        try
        {
            database.BeforeWrite?.Invoke(sql);
            while (Step())
            {
            }

            return raw.sqlite3_changes(database.Handle);
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Goes to the next row; after the last it is ready to be set again. Who stops before that calls <see cref="Reset"/>.</summary>
    public bool Next()
    {
        var more = false;
        try
        {
            more = Step();
        }
        finally
        {
            if (!more)
            {
                Reset();
            }
        }

        return more;
    }

    /// <summary>The first row's first column, or null where there is no row or it is NULL.</summary>
    public long? Number()
    {
        try
        {
            return Step() && !IsNull(0) ? Long(0) : null;
        }
        finally
        {
            Reset();
        }
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Long(int column) => raw.sqlite3_column_int64(handle, column);

    public int Int(int column) => raw.sqlite3_column_int(handle, column);

    public bool Bool(int column) => Long(column) != 0;

    public DateTimeOffset Time(int column) => new(Long(column), TimeSpan.Zero);

    public DateTimeOffset? TimeOrNull(int column) => IsNull(column) ? null : Time(column);

    public string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(handle, column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <summary>The octets, valid until the next step.</summary>
    public ReadOnlySpan<byte> Octets(int column) => raw.sqlite3_column_blob(handle, column);

    /// <summary>Sets the values of the row as those of another statement.</summary>
    public Statement CopyTo(Statement other)
    {
        for (var column = 0; column < raw.sqlite3_column_count(handle); column++)
        {
            _ = raw.sqlite3_column_type(handle, column) switch
            {
                raw.SQLITE_NULL => other.SetNull(),
                raw.SQLITE_INTEGER => other.Set(Long(column)),
                raw.SQLITE_BLOB => other.Set(Octets(column)),
                _ => other.Set(Text(column)),
            };
        }

        return other;
    }

    public void Reset()
    {
        _set = 0;
        if (_stepped)
        {
            // Tells again what the step already told.
            _ = raw.sqlite3_reset(handle);
            _stepped = false;
        }
    }

    public void Dispose()
    {
        _stepped = false;
        handle.Dispose();
    }

    private Statement SetNull()
    {
        Check(raw.sqlite3_bind_null(handle, ++_set));
        return this;
    }

    private bool Step()
    {
        _stepped = true;
        var code = raw.sqlite3_step(handle);
        if (code is raw.SQLITE_ROW or raw.SQLITE_DONE)
        {
            return code == raw.SQLITE_ROW;
        }

        SqliteException.ThrowExceptionForRC(code, database.Handle);
        return false;
    }

    private void Check(int code) => SqliteException.ThrowExceptionForRC(code, database.Handle);
}
