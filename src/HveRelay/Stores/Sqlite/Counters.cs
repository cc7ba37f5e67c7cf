namespace HveRelay.Stores.Sqlite;

/// <summary>
/// Numbers that only grow, whatever is rolled back: what was once handed out never means something else later. They live in memory;
/// each opening of the store begins a new generation, durably, before it hands out the first.
/// </summary>
internal sealed class Counters(long generation, long lastContent)
{
    public const int GenerationBits = 36;
    private long _sequence = generation << GenerationBits;
    private long _lastContent = lastContent;
    private long _turn;

    /// <summary>What was handed out up to and with this is an earlier run's.</summary>
    public long Earlier { get; } = generation << GenerationBits;

    /// <summary>The same of contents.</summary>
    public long EarlierContents { get; } = lastContent;

    /// <summary>A lease token or the id of an attempt.</summary>
    public long NextSequence() => ++_sequence;

    /// <summary>False where an earlier opening of the store handed it out.</summary>
    public bool IsOfThisRun(long sequence) => sequence > Earlier;

    public long NextContent() => ++_lastContent;

    /// <summary>How many connections the writer has had.</summary>
    public int Connections { get; set; }

    public long NextTurn() => ++_turn;

    /// <summary>When each client last had its turn, by number of the turn.</summary>
    public Dictionary<string, long> Turns { get; } = new(StringComparer.Ordinal);

    public static Counters Load(string path)
    {
        using var database = Database.OpenWriter(path);
        database.Execute("UPDATE meta SET value = value + 1 WHERE name = 'generation'");
        return new Counters(
            database.Number("SELECT value FROM meta WHERE name = 'generation'"),
            ContentRows.NumberOf(database.Number("SELECT max(id) FROM content")));
    }
}
