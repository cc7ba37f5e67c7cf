using HveRelay.Configuration;
using Npgsql;

namespace HveRelay.Operations.Configuration;

/// <summary>The form of a connection string. What is wrong is told without a word of it: it holds a password, perhaps in an odd place.</summary>
internal static class ConnectionText
{
    private const string Form = "Host=db.contoso.com;Database=hverelay;Username=hverelay;Password=…";

    /// <summary>One listens, and sessions and attempts must not wait for each other's end.</summary>
    private const int FewestConnections = 4;

    public static CheckReport Check(QueueOptions queue) =>
        queue.Store == QueueStoreKind.Postgres && queue.ConnectionString.Length > 0 && Fault(queue.ConnectionString) is { } fault
            ? new CheckReport([new ConfigurationError("Queue.ConnectionString", fault)], [])
            : new CheckReport([], []);

    /// <summary>What is wrong with it, to be put behind its name; null where its form is good.</summary>
    private static string? Fault(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal))
        {
            return $"is a URL; Npgsql takes {Form}";
        }

        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or InvalidOperationException or OverflowException or KeyNotFoundException)
        {
            return $"is no connection string such as {Form}; a password with ; or = or a quotation mark in it stands in quotation marks";
        }

        return string.IsNullOrEmpty(builder.Host) ? $"names no Host; it looks like {Form}"
            : builder.Port is < 1 or > 65535 ? "Port is not between 1 and 65535"
            : builder.MaxPoolSize < FewestConnections ? $"Maximum Pool Size is {builder.MaxPoolSize}; a relay needs {FewestConnections} connections at least, and does well with 20"
            : builder.Multiplexing ? "asks for Multiplexing, which the queue cannot use; leave it out"
            : null;
    }
}
