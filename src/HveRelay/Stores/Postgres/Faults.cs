using System.Net.Sockets;
using HveRelay.Queue;
using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>What PostgreSQL's codes mean for a person (https://www.postgresql.org/docs/current/errcodes-appendix.html).</summary>
internal static class Faults
{
    /// <summary>The longest beginning of a code decides.</summary>
    private static readonly (string Code, StoreFault Fault, string Words)[] ByCode =
    [
        ("08", StoreFault.Unreachable, "the connection to the database broke"),
        ("25006", StoreFault.Unwritable, "the database may only be read: is this a standby?"),
        ("25P03", StoreFault.Unreachable, "this relay was silent for so long that the database gave it up"),
        ("28", StoreFault.Unreachable, "the database refuses the login"),
        ("3D", StoreFault.Unreachable, "there is no such database"),
        ("42501", StoreFault.Unwritable, "the database forbids it"),
        ("53", StoreFault.Unreachable, "the database has no room for one more connection"),
        ("53100", StoreFault.Full, "the disk of the database is full"),
        ("53200", StoreFault.Unwritable, "the database has no memory left"),
        ("55P03", StoreFault.Locked, "another program holds the queue"),
        ("57014", StoreFault.Unwritable, "the database took too long"),
        ("57P", StoreFault.Unreachable, "the database is stopping or starting"),
        ("58", StoreFault.Unwritable, "the disk of the database failed"),
        ("XX001", StoreFault.Damaged, "the database is damaged"),
        ("XX002", StoreFault.Damaged, "the database is damaged"),
    ];

    /// <summary>
    /// The fault behind an exception; whatever the database or the way to it says is one. The exception itself where it is a bug of ours.
    /// </summary>
    public static Exception Translate(Exception cause) => cause switch
    {
        InDoubtException doubt => Translate(doubt.InnerException!),
        PostgresException said => OfCode(said),
        NpgsqlException or SocketException or IOException or TimeoutException =>
            new StoreException(StoreFault.Unreachable, $"the database cannot be reached: {Innermost(cause).Message}", cause),
        _ => cause,
    };

    /// <summary>Two transactions stood in each other's way: neither is at fault, and one goes again.</summary>
    public static bool IsCollision(Exception cause) =>
        cause is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    /// <summary>The connection is gone. What ran on it happened or not: only the database knows.</summary>
    public static bool IsBroken(Exception cause) => cause switch
    {
        PostgresException said => said.SqlState == "25P03" || said.SqlState.StartsWith("57P", StringComparison.Ordinal)
            || said.SqlState.StartsWith("08", StringComparison.Ordinal),
        _ => cause is NpgsqlException or SocketException or IOException or TimeoutException,
    };

    private static StoreException OfCode(PostgresException said)
    {
        var (_, fault, words) = ByCode.Where(row => said.SqlState.StartsWith(row.Code, StringComparison.Ordinal))
            .OrderByDescending(row => row.Code.Length).FirstOrDefault((string.Empty, StoreFault.Unwritable, "the queue could not be used"));
        return new StoreException(fault, $"{words}: {said.MessageText} ({said.SqlState})", said);
    }

    private static Exception Innermost(Exception cause) => cause.InnerException is { } inner ? Innermost(inner) : cause;
}
