using System.Text.RegularExpressions;

namespace HveRelay.Tests.House;

/// <summary>
/// Who may know whom. A room is a namespace with all below it, unless a longer one has a row of its own. A room knows another by a
/// using line or by a qualified name; every room may know itself.
/// </summary>
public sealed partial class ArrowTests
{
    /// <summary>The arrows. What is missing in a row is forbidden; a room without a row is an error.</summary>
    private static readonly (string Room, string[] Knows)[] Table =
    [
        // RFC 5321 and 5322: nobody of ours. HveRelay.Smtp itself is the vocabulary that both sides share.
        ("Smtp", []),
        ("Smtp.Message", ["Smtp"]),
        ("Smtp.Server", ["Smtp", "Smtp.Message"]),
        ("Smtp.Client", ["Smtp", "Smtp.Message"]),

        // The core. Configuration checks the form of password hashes, which Policy has, and names of character sets.
        ("Mail", []),

        // Sentences for people in other languages: strings, and nothing else.
        ("Wording", []),
        ("Configuration", ["Mail", "Policy", "Smtp", "Smtp.Message"]),
        ("Queue", ["Mail", "Configuration", "Smtp"]),
        ("Rewriting", ["Mail", "Configuration", "Smtp", "Smtp.Message"]),
        ("Policy", ["Mail", "Configuration", "Queue", "Smtp"]),
        ("Bounce", ["Mail", "Configuration", "Queue", "Smtp", "Smtp.Message", "Wording"]),
        ("Delivery", ["Mail", "Configuration", "Queue", "Rewriting", "Smtp", "Smtp.Message", "Wording"]),

        // What is read from small files, by more than one edge: secrets, certificates.
        ("Files", ["Configuration"]),

        // The edges know the core, and no other edge.
        ("Intake", ["Mail", "Configuration", "Files", "Policy", "Queue", "Smtp", "Smtp.Message", "Smtp.Server"]),
        ("Upstream", ["Mail", "Configuration", "Delivery", "Files", "Smtp", "Smtp.Client"]),
        ("Stores", ["Mail", "Queue"]),
        ("Web", ["Operations"]),
        ("Operations", ["Mail", "Configuration", "Policy", "Queue", "Delivery", "Smtp", "Intake", "Files"]),

        // The verbs are programs of their own: they read the store, start the simulator, and send as a device does, a file read as what devices send is.
        ("Operations.Verbs", ["Operations", "Files", "Mail", "Configuration", "Policy", "Queue", "Delivery", "Smtp", "Smtp.Client", "Smtp.Server", "Stores", "Simulator", "Operations.Doctor", "Wording"]),

        // The doctor walks the whole way, as a device and as a client of HVE.
        ("Operations.Doctor", ["Operations", "Files", "Configuration", "Policy", "Queue", "Delivery", "Smtp", "Smtp.Client", "Stores", "Upstream"]),

        // The stand-in for HVE shares no code with the relay.
        ("Simulator", []),
    ];

    /// <summary>Those who put the rooms together may know them all.</summary>
    private static readonly string[] Builders =
    [
        "src/HveRelay/Program.cs", "src/HveRelay/RelayHost.cs", "src/HveRelay/RelayHost.Queue.cs", "src/HveRelay/RelayHost.Reload.cs",
        "src/HveRelay/RelaySurroundings.cs",
    ];

    private static readonly string[] Edges = ["Intake", "Upstream", "Stores", "Web"];

    /// <summary>An address says by AddressFamily, which lives among the sockets, whether it is IPv4 or IPv6.</summary>
    private static readonly string[] OnlyFamilies = ["src/HveRelay.Core/Configuration/NetworkText.cs", "src/HveRelay.Core/Rewriting/TraceText.cs"];

    private static readonly string[] Rooms = [.. Table.Select(row => row.Room)];

    [Fact]
    public void Every_arrow_stands_in_the_table()
    {
        var forbidden =
            from file in SourceFile.Under("src")
            where !Builders.Contains(file.Path)
            let room = RoomOf(file.Namespace)
            from known in Known(file)
            where known != room && !Table.Single(row => row.Room == room).Knows.Contains(known)
            select $"{file}: {room} knows {known}";

        Assert.Empty(forbidden);
    }

    [Fact]
    public void Every_room_has_a_row_and_lives_in_its_own_folder()
    {
        Assert.All(SourceFile.Under("src").Where(file => !Builders.Contains(file.Path)), file =>
        {
            Assert.NotEmpty(RoomOf(file.Namespace));
            var folder = file.Namespace.Split('.')[1];
            Assert.True(
                file.Path.Contains($"/{folder}/", StringComparison.Ordinal) || file.Path.StartsWith($"src/HveRelay.{folder}/", StringComparison.Ordinal),
                $"{file} is in {file.Namespace}");
        });
        Assert.All(Rooms, room => Assert.Contains(SourceFile.Under("src"), file => RoomOf(file.Namespace) == room));
    }

    [Fact]
    public void Only_who_puts_them_together_knows_two_edges()
    {
        var both = SourceFile.Under("src").Where(file => Known(file).Append(RoomOf(file.Namespace)).Intersect(Edges).Count() > 1);

        Assert.Equal(["src/HveRelay/RelayHost.Reload.cs", "src/HveRelay/RelayHost.cs"], both.Select(file => file.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_core_has_no_sockets_no_disk_and_no_web()
    {
        var named = from file in SourceFile.Under("src/HveRelay.Core")
                    from Match match in Outside().Matches(file.Code)
                    where match.Value != "System.Net.Sockets" || !OnlyFamilies.Contains(file.Path)
                    select $"{file}: {match.Value}";

        Assert.Empty(named);
    }

    [Theory]
    [InlineData("using HveRelay.Stores.Sqlite;", "Stores")]
    [InlineData("using static HveRelay.Queue.Words;", "Queue")]
    [InlineData("using Q = HveRelay.Queue.IQueueStore;", "Queue")]
    [InlineData("catch (Queue.StoreException)", "Queue")]
    [InlineData("new HveRelay.Smtp.Client.Opening()", "Smtp.Client")]
    [InlineData("new Smtp.Client.Tls.TlsPolicy()", "Smtp.Client")]
    [InlineData("options.Queue.Lifetime; // Intake.X, \"Web.Port\"", null)]
    [InlineData("Key(\"Web.Port\")", null)]
    public void An_arrow_is_seen_in_any_form(string code, string? room)
    {
        var file = new SourceFile("src/HveRelay.Core/Delivery/X.cs", $"namespace HveRelay.Delivery;\n\n{code}\n");

        Assert.Equal(room is null ? [] : [room], Known(file));
    }

    /// <summary>The rooms, beside its own, that a file names.</summary>
    private static IEnumerable<string> Known(SourceFile file) => QualifiedName().Matches(file.Code)
        .Select(match => RoomOf("HveRelay." + match.Groups["name"].Value))
        .Where(room => room.Length > 0 && room != RoomOf(file.Namespace))
        .Distinct();

    /// <summary>The room with the longest name that fits; empty: none.</summary>
    private static string RoomOf(string name) => Rooms
        .Where(room => (name + ".").StartsWith($"HveRelay.{room}.", StringComparison.Ordinal))
        .MaxBy(room => room.Length) ?? string.Empty;

    /// <summary>HveRelay.Queue, and Queue.Something where the compiler looks through HveRelay by itself; but no member of a value.</summary>
    [GeneratedRegex(@"\bHveRelay\.(?<name>[\w.]+)|(?<![\w.])(?<name>(?:Smtp|Mail|Queue|Rewriting|Policy|Delivery|Intake|Upstream|Stores|Web|Operations|Simulator|Wording)\.[A-Z][\w.]*)")]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"Microsoft\.AspNetCore|System\.Net\.Sockets|System\.IO\.|(?<![\w.])(?:File|Directory)\.[A-Z]\w*\(|\b(?:FileStream|FileInfo|DirectoryInfo|Socket|TcpClient|TcpListener)\b")]
    private static partial Regex Outside();
}
