namespace HveRelay.Stores.Sqlite;

/// <summary>A reading connection and its prepared statements.</summary>
internal sealed class ReadSession(Database database) : IDisposable
{
    public Database Database => database;

    public ContentReading Content { get; } = new(database);

    public Listing Listing { get; } = new(database);

    public Finding Finding { get; } = new(database);

    public Counting Counting { get; } = new(database);

    public AccountListing Accounts { get; } = new(database);

    public ClientListing Clients { get; } = new(database);

    public void Dispose() => database.Dispose();
}
