namespace HveRelay.Stores.Sqlite;

/// <summary>
/// The tables. Times are ticks of .NET, UTC; ledger seconds count from 1970. A migration is a script; the number of those that ran
/// is <c>PRAGMA user_version</c>. Scripts that were released never change.
/// </summary>
internal static class Schema
{
    /// <summary>"HveR": tells our file from any other SQLite database.</summary>
    public const long ApplicationId = 0x48766552;

    public static readonly string[] Migrations =
    [
        """
        CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO meta VALUES ('generation', 0), ('probe', 0);

        -- queued and held count its recipients; ended_at is set when both are 0. content is NULL once dropped.
        CREATE TABLE message(
            id INTEGER PRIMARY KEY, reverse_path TEXT NOT NULL, received_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
            size INTEGER NOT NULL, priority INTEGER NOT NULL, eight_bit INTEGER NOT NULL, client TEXT NOT NULL, address TEXT NOT NULL,
            hello TEXT NOT NULL, user TEXT, tls TEXT, protocol TEXT NOT NULL,
            content INTEGER, queued INTEGER NOT NULL, held INTEGER NOT NULL, ended_at INTEGER) STRICT;
        CREATE INDEX message_ended ON message(ended_at);
        CREATE INDEX message_expiry ON message(expires_at, queued, held) WHERE ended_at IS NULL;

        -- next_due: the earliest due time of its queued recipients; the end of the lease while leased; NULL when none is queued.
        -- lease_until is NULL while not leased. token is that of the latest lease.
        CREATE TABLE part(
            message INTEGER NOT NULL, number INTEGER NOT NULL, of INTEGER NOT NULL, lane TEXT NOT NULL, client TEXT NOT NULL,
            priority INTEGER NOT NULL, next_due INTEGER, lease_until INTEGER, token INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (message, number)) STRICT, WITHOUT ROWID;
        CREATE INDEX part_due ON part(lane, priority, client, next_due, lease_until) WHERE next_due IS NOT NULL;

        CREATE TABLE recipient(
            message INTEGER NOT NULL, part INTEGER NOT NULL, number INTEGER NOT NULL, address TEXT NOT NULL, state INTEGER NOT NULL,
            due_at INTEGER, ended_at INTEGER, PRIMARY KEY (message, part, number)) STRICT, WITHOUT ROWID;

        -- recipients: numbers of those granted, comma between. scopes: of the ledger, line feed behind each.
        CREATE TABLE attempt(
            message INTEGER NOT NULL, id INTEGER NOT NULL, part INTEGER NOT NULL, number INTEGER NOT NULL, account TEXT NOT NULL,
            started_at INTEGER NOT NULL, ended_at INTEGER, granted INTEGER NOT NULL, recipients TEXT NOT NULL, scopes TEXT NOT NULL,
            PRIMARY KEY (message, id)) STRICT, WITHOUT ROWID;
        CREATE INDEX attempt_open ON attempt(message, id) WHERE ended_at IS NULL;
        CREATE TABLE attempt_result(
            message INTEGER NOT NULL, attempt INTEGER NOT NULL, recipient INTEGER NOT NULL, outcome INTEGER NOT NULL,
            reply TEXT NOT NULL, PRIMARY KEY (message, attempt, recipient)) STRICT, WITHOUT ROWID;

        -- id: number of the content << 20 | index of the chunk. All chunks but the last are ChunkedContent.ChunkOctets long.
        CREATE TABLE content(id INTEGER PRIMARY KEY, octets BLOB NOT NULL) STRICT;
        -- Contents of several chunks that no message owns yet.
        CREATE TABLE unfinished(content INTEGER PRIMARY KEY) STRICT;

        CREATE TABLE ledger(
            scope TEXT NOT NULL, second INTEGER NOT NULL, recipients INTEGER NOT NULL,
            PRIMARY KEY (scope, second)) STRICT, WITHOUT ROWID;
        """,
        """
        -- name: of the entry of Clients, '' where none covers the address. quirks: "sessions quirk", line feed behind each.
        CREATE TABLE client(
            address TEXT NOT NULL, name TEXT NOT NULL, hello TEXT NOT NULL, user TEXT, tls TEXT, first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL, sessions INTEGER NOT NULL, messages INTEGER NOT NULL, refusals INTEGER NOT NULL,
            refused_at INTEGER, reason TEXT, reply TEXT, quirks TEXT NOT NULL, PRIMARY KEY (address, name)) STRICT, WITHOUT ROWID;
        CREATE INDEX client_unknown ON client(last_seen) WHERE name = '';

        -- sender and recipient: of MAIL and RCPT.
        CREATE TABLE refusal(
            id INTEGER PRIMARY KEY, at INTEGER NOT NULL, address TEXT NOT NULL, client TEXT NOT NULL, user TEXT, sender TEXT,
            recipient TEXT, reason TEXT NOT NULL, reply TEXT NOT NULL) STRICT;
        CREATE INDEX refusal_address ON refusal(address);
        CREATE INDEX refusal_at ON refusal(at);
        """,
        """
        -- What operators did. kind is that of ChangeKind; recipients: numbers of those changed, comma between.
        CREATE TABLE change(
            message INTEGER NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL, kind INTEGER NOT NULL, operator TEXT NOT NULL,
            reason TEXT, recipients TEXT NOT NULL, PRIMARY KEY (message, id)) STRICT, WITHOUT ROWID;
        -- How many attempts there were when an operator made the retry schedule begin anew.
        ALTER TABLE part ADD COLUMN waited_anew_after INTEGER NOT NULL DEFAULT 0;
        """,
        """
        -- What is rare among a million and yet looked for: held mail, and recipients that neither wait (0) nor were relayed (2).
        CREATE INDEX message_held ON message(id) WHERE held > 0;
        CREATE INDEX recipient_rare ON recipient(state, message) WHERE state NOT IN (0, 2);
        """,
        """
        -- Recipients that failed or are late and that nobody has been told of. Of notices there are none.
        CREATE TABLE untold(
            id INTEGER PRIMARY KEY AUTOINCREMENT, message INTEGER NOT NULL, recipient INTEGER NOT NULL, delayed INTEGER NOT NULL,
            at INTEGER NOT NULL, reverse_path TEXT NOT NULL, client TEXT NOT NULL, UNIQUE (message, recipient)) STRICT;
        CREATE INDEX untold_source ON untold(reverse_path, client, id);
        -- How messages begin of which a recipient that failed is untold: the content goes with the last recipient.
        CREATE TABLE head(message INTEGER PRIMARY KEY, octets BLOB NOT NULL) STRICT;
        -- When a receiver of notices was told the last time.
        CREATE TABLE notified(receiver TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        -- delays: the latest message that was looked at for being late.
        INSERT INTO meta SELECT 'delays',
            coalesce((SELECT min(id) - 1 FROM message WHERE ended_at IS NULL), (SELECT max(id) FROM message), 0);
        """,
        """
        -- Accounts by which nothing is sent until an operator resumes them; account in lower case.
        CREATE TABLE pause(
            account TEXT PRIMARY KEY, at INTEGER NOT NULL, operator TEXT NOT NULL, reason TEXT) STRICT, WITHOUT ROWID;
        """,
        """
        -- What 'why' tells. message_id: what the client calls the message. arrival: ArrivalText. failure: FailurePoint.
        -- rewriting: sentences, a line feed between.
        ALTER TABLE message ADD COLUMN message_id TEXT;
        ALTER TABLE message ADD COLUMN arrival TEXT;
        -- By about an hour of the id first: names come in no order, and the pages of all the history would be written to.
        CREATE INDEX message_name ON message(id >> 43, message_id) WHERE message_id IS NOT NULL;
        ALTER TABLE attempt ADD COLUMN rewriting TEXT;
        ALTER TABLE attempt_result ADD COLUMN failure TEXT;
        -- Who was told of recipients that failed or were late, by which message; NULL where nobody could be.
        CREATE TABLE told(
            message INTEGER NOT NULL, recipient INTEGER NOT NULL, delayed INTEGER NOT NULL, at INTEGER NOT NULL, receiver TEXT NOT NULL,
            notice INTEGER, PRIMARY KEY (message, recipient, delayed)) STRICT, WITHOUT ROWID;
        """,
        """
        -- Crc32C of the octets; NULL in rows of earlier versions.
        ALTER TABLE content ADD COLUMN crc INTEGER;
        """,
    ];

    public static bool IsCurrent(Database database) => Version(database) == Migrations.Length;

    /// <summary>False where a newer program made the file or it is no queue.</summary>
    public static bool IsOurs(Database database) => Version(database) is var version && version >= 0 && version <= Migrations.Length;

    /// <summary>Brings a file that is ours to the newest version.</summary>
    public static void Migrate(Database database)
    {
        for (var version = Version(database); version < Migrations.Length; version++)
        {
            database.Execute($"""
                BEGIN IMMEDIATE; {Migrations[version]} PRAGMA application_id={ApplicationId}; PRAGMA user_version={version + 1}; COMMIT;
                """);
        }
    }

    /// <summary>Migrations that ran; -1 where another program made the file.</summary>
    private static long Version(Database database)
    {
        var empty = database.Number("SELECT count(*) FROM sqlite_schema") == 0;
        return empty || database.Number("PRAGMA application_id") == ApplicationId ? database.Number("PRAGMA user_version") : -1;
    }
}
