namespace HveRelay.Stores.Sqlite;

/// <summary>A reading connection and its prepared statements.</summary>
internal sealed class ReadSession(Database database) : IDisposable
{
    private readonly Statement _begin = database.Prepare("BEGIN");
    private readonly Statement _end = database.Prepare("COMMIT");

    public Database Database => database;

    public ContentReading Content { get; } = new(database);

    public Listing Listing { get; } = new(database);

    public Finding Finding { get; } = new(database);

    public Tracing Tracing { get; } = new(database);

    public Counting Counting { get; } = new(database);

    public AccountListing Accounts { get; } = new(database);

    public ClientListing Clients { get; } = new(database);

    /// <summary>Looks at one moment of the queue, however many statements that takes. Where it throws the session is of no more use.</summary>
    public T Look<T>(Func<ReadSession, T> look)
    {
        _begin.Run();
        var seen = look(this);
        _end.Run();
        return seen;
    }

    public void Dispose() => database.Dispose();
}
