using Npgsql;

namespace HveRelay.Stores.Postgres;

/// <summary>What has to hold before a shared queue is used, and the sentence for each way in which it does not.</summary>
internal static class Opening
{
    /// <summary>Connections of one node, where the connection string does not say otherwise.</summary>
    private const int Connections = 20;

    /// <summary>Settings that would lose what was answered 250, and what to do.</summary>
    private static readonly (string Name, string Lossy, string Words)[] Settings =
    [
        ("fsync", "off", "fsync is off at the database server: a power cut would lose accepted mail; set it to on"),
        ("synchronous_commit", "off", "synchronous_commit is off for this user: a crash of the database would lose accepted mail; set it to on"),
        ("full_page_writes", "off", "full_page_writes is off at the database server: a power cut could damage the queue; set it to on"),
    ];

    /// <summary>What is missing in the connection string is set to what suits a relay.</summary>
    /// <exception cref="StoreOpenException">It is none. The sentence does not show it.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or InvalidOperationException or OverflowException or KeyNotFoundException)
        {
            throw new StoreOpenException("the connection string cannot be read");
        }

        Default("Maximum Pool Size", Connections);
        Default("Timeout", 5);
        Default("Command Timeout", 20);
        Default("Max Auto Prepare", 100);
        Default("Auto Prepare Min Usages", 2);
        Default("Application Name", "hverelay");
        Default("Tcp Keepalive", true);
        return builder;

        void Default(string key, object value)
        {
            if (!builder.ShouldSerialize(key))
            {
                builder[key] = value;
            }
        }
    }

    /// <summary>
    /// For who locks: what waits for a lock gives up sooner than the database ends who holds it and says nothing. Else those who wait in
    /// a frozen node would get it one after the other, each for as long. What the connection string says itself goes before.
    /// </summary>
    public static void LimitPauses(NpgsqlConnectionStringBuilder builder, TimeSpan longest)
    {
        var milliseconds = (int)longest.TotalMilliseconds;
        builder.Options = $"-c idle_in_transaction_session_timeout={milliseconds} -c lock_timeout={milliseconds / 2} {builder.Options}".TrimEnd();
    }

    /// <summary>The database as an operator knows it, without user and password.</summary>
    public static string NameOf(NpgsqlConnectionStringBuilder builder) =>
        $"the database {builder.Database ?? builder.Username ?? "of this user"} on {builder.Host}" + (builder.Host?.Contains(',', StringComparison.Ordinal) == true ? "" : $":{builder.Port}");

    public static Link Connect(NpgsqlConnectionStringBuilder builder, TimeProvider clock) =>
        new(new NpgsqlDataSourceBuilder(builder.ConnectionString).Build(), clock);

    /// <exception cref="StoreOpenException">A setting of the server would break a promise.</exception>
    public static async Task RequireSafeAsync(Link link)
    {
        foreach (var (name, lossy, words) in Settings)
        {
            var set = await link.ReadAsync(batch => batch.Do("SELECT current_setting($1)").With(name), row => row.GetString(0));
            if (set[0] == lossy)
            {
                throw new StoreOpenException(words);
            }
        }
    }

    /// <summary>The schema in which the tables are or will be made.</summary>
    /// <exception cref="StoreOpenException">There is none.</exception>
    public static async Task<string> SchemaAsync(Link link) =>
        (await link.ReadAsync(batch => batch.Do("SELECT current_schema()"), row => row.TextOrNull(0)))[0]
        ?? throw new StoreOpenException("the schema of the connection string's Search Path is not there: create it");

    /// <summary>What a person who starts the relay is told.</summary>
    public static StoreOpenException Unopenable(string database, Exception cause) =>
        new($"{database} cannot be used: {Faults.Translate(cause).Message}", cause);
}
