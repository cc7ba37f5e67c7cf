using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Reflection;
using System.Text.RegularExpressions;
using HveRelay.Smtp;
using HveRelay.Delivery;
using HveRelay.Intake;
using HveRelay.Mail;
using HveRelay.Operations.Configuration;
using HveRelay.Operations.Metrics;
using HveRelay.Operations.Verbs;
using HveRelay.Tests.Scenarios;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.House;

/// <summary>What README and docs say is what the program does.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Readme = Read("README.md");
    private static readonly string Operating = Read("docs/operating.md");
    private static readonly string Hve = Read("docs/hve.md");
    private static readonly string Smarthosts = Read("docs/smarthosts.md");

    public static TheoryData<string> Pages { get; } =
    [
        "README.md",
        "CHANGELOG.md",
        .. Directory.EnumerateFiles(RepositoryFiles.PathOf("docs"), "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(RepositoryFiles.PathOf("."), file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_parses(string page)
    {
        foreach (var command in Commands(Read(page)))
        {
            Assert.True(CommandLine.Create().Parse([.. CommandLineParser.SplitCommandLine(command)]).Errors is [], $"{page}: hverelay {command}");
        }
    }

    [Fact]
    public void The_reader_of_commands_sees_them() =>
        Assert.Equal(
            [
                "check", "demo", "demo --fault \"throttled;times=1\"", "demo --fault bad-password", "demo --fault lost-reply", "demo --help",
                "demo --record mail", "doctor", "run", "send-test --to you@contoso.com", "why you@contoso.com",
            ],
            Commands(Readme).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_to_a_file_and_a_heading(string page)
    {
        var directory = Path.GetDirectoryName(RepositoryFiles.PathOf(page))!;
        foreach (Match link in Link().Matches(Read(page)))
        {
            var target = link.Groups["target"].Value.Split('#');
            var file = target[0].Length == 0 ? RepositoryFiles.PathOf(page) : Path.Combine(directory, target[0]);

            Assert.True(File.Exists(file), $"{page}: {link.Value}");
            Assert.True(target.Length == 1 || Anchors(File.ReadAllText(file)).Contains(target[1]), $"{page}: {link.Value}");
        }
    }

    /// <summary>Code is named by its path or by the end of one.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_file_of_code_that_is_named_exists(string page)
    {
        var sources = Directory.EnumerateFiles(RepositoryFiles.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Select(file => "/" + Path.GetRelativePath(RepositoryFiles.PathOf("."), file).Replace('\\', '/'))
            .ToList();
        foreach (Match code in CodeFile().Matches(Read(page)))
        {
            Assert.Contains(sources, source => source.EndsWith("/" + code.Groups["path"].Value, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_table_of_verbs_is_the_program_s() =>
        Assert.Equal(
            Verbs(CommandLine.Create(), string.Empty).Order(StringComparer.Ordinal),
            FirstCells(Readme[Readme.IndexOf("| verb |", StringComparison.Ordinal)..]).Order(StringComparer.Ordinal));

    [Fact]
    public void The_configuration_of_the_README_is_without_error_and_warning()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("secrets/hve1", "secret\n");
        var file = directory.Write("hverelay.json", Fence(Readme, "jsonc"));

        var loaded = Assert.IsType<ConfigurationReading.Loaded>(ConfigurationReader.Read(file, new Dictionary<string, string>()));

        Assert.Empty(loaded.Warnings);
    }

    [Fact]
    public async Task Every_metric_has_a_row_with_its_labels()
    {
        await using var story = await RelayStory.BeginAsync();
        using var meter = new RelayMeter();
        using var totals = new MeterTotals(meter);
        meter.Received("scanners");
        meter.Refused("scanners", "size");
        meter.Recipients("hve1@contoso.com", Outcome.Relayed);
        var state = story.Relay.State;
        Assert.True(state.Sessions.TryEnter(state.Options.Listeners[0], IPAddress.Loopback));
        state.Board.Add(state.Plans[0].Account); // delivery, which starts beside us, may not have come to it yet

        var page = await new PrometheusPage(totals, state).RenderAsync(TestContext.Current.CancellationToken);

        var emitted = page.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(MetricOf).Distinct();
        Assert.Equal(
            emitted.Order(StringComparer.Ordinal),
            FirstCells(Operating).Where(cell => cell.StartsWith("hverelay_", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_quirk_has_a_row() =>
        Assert.Equal(
            QuirkWords.Table.Select(row => row.Words),
            Operating[Operating.IndexOf("| quirk |", StringComparison.Ordinal)..].Split("\n\n")[0].Split('\n').Skip(2).Select(line => line.Split('|')[1].Trim()));

    [Fact]
    public void Every_event_has_a_row_with_its_fields_in_order()
    {
        var rows = Rows(Operating).Where(row => row.Length == 4).ToLookup(row => row[0].Trim('`'), row => row[2].Split(' '));
        foreach (var written in EventsOfEveryMethod())
        {
            var fields = written.Fields.Select(field => field.Key).ToList();
            var told = Assert.Single(rows[written.Name]);

            // A method may leave fields out; it may not have others or another order.
            Assert.Equal(fields, told.Where(fields.Contains));
        }

        Assert.Superset(
            EventsOfEveryMethod().Select(written => written.Name).ToHashSet(),
            rows.Where(row => row.Key is not ("event" or "---")).Select(row => row.Key).ToHashSet());
    }

    [Fact]
    public void The_table_of_replies_is_the_program_s_row_for_row()
    {
        var told = Hve.Split('\n').SkipWhile(line => !line.StartsWith("| reply | text |", StringComparison.Ordinal))
            .Skip(2).TakeWhile(line => line.StartsWith('|'));

        Assert.Equal(ReplyTable.BuiltIn.Rows.Select(Line), told);
    }

    [Fact]
    public void The_table_of_what_smarthosts_say_is_the_program_s_row_for_row()
    {
        var told = Smarthosts.Split('\n').SkipWhile(line => !line.StartsWith("| reply | text |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'));

        Assert.Equal(ReplyTable.OfAnySmarthost.Rows.Select(Line), told);
    }

    [Fact]
    public void The_table_of_what_the_identity_platform_says_is_the_program_s_row_for_row()
    {
        var told = Hve.Split('\n').SkipWhile(line => !line.StartsWith("| it says |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'));

        Assert.Equal(TokenTable.Rows.Select(row => $"| {row.Code} | {row.Class} | {row.Cause} | {row.Remedy} |"), told);
    }

    [Fact]
    public void What_no_row_knows_and_what_broke_is_told_as_the_program_does()
    {
        (Stage Stage, int Code)[] unknown = [(Stage.Content, 499), (Stage.Mail, 599), (Stage.Rcpt, 599)];
        var verdicts = unknown.Select(each => new SmtpFailure(each.Stage, new(each.Code, null, ["No"]), Breakage.None, string.Empty))
            .Concat(Enum.GetValues<Breakage>().Where(each => each != Breakage.None)
                .Select(each => new SmtpFailure(Stage.Connect, null, each, string.Empty)))
            .Select(ReplyTable.BuiltIn.Classify);

        Assert.All(verdicts, verdict => Assert.Contains(
            Rows(Hve), row => row.Length >= 4 && row[1] == verdict.Class.ToString() && row[2] == verdict.Cause && row[3] == verdict.Remedy));
    }

    [Fact]
    public void What_the_relay_does_is_told_in_its_own_words() => Assert.Equal(
        Enum.GetValues<ReplyClass>().Select(each => $"| {each} | {ReplyConduct.Table[each]} |"),
        Hve.Split('\n').SkipWhile(line => line != "| class | what the relay does |").Skip(2).TakeWhile(line => line.StartsWith('|')));

    private static string Line(ReplyRow row)
    {
        var codes = row.Codes is null ? "any" : string.Join('/', row.Codes);
        var reply = row.Enhanced is null ? codes : $"{codes} {row.Enhanced}";
        var text = row.Text is null ? string.Empty : $"`{row.Text}`";
        var from = row.From.ToString().ToUpperInvariant();
        var at = row.From == row.To ? from : row.From == Stage.Connect ? string.Empty : $"from {from}";
        var fault = row.Fault == FaultKind.None ? string.Empty : $", {FaultWords.Of(row.Fault)}";
        var sure = row.Confidence == Confidence.Unknown ? '?' : row.Confidence.ToString()[0];
        return $"| {reply} | {text} | {at} | {row.Class}{fault} | {row.Cause} | {row.Remedy} | {sure} | {row.Source} |";
    }

    /// <summary>Every line that the mail log can write, from made-up arguments.</summary>
    private static List<MailEvent> EventsOfEveryMethod()
    {
        var written = new List<MailEvent>();
        var log = new MailLog(new ManualClock(), written.Add);
        foreach (var method in typeof(MailLog).GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
        {
            method.Invoke(log, [.. method.GetParameters().Select(parameter => Argument(parameter.ParameterType))]);
        }

        return written;
    }

    private static object? Argument(Type type) =>
        type == typeof(string) ? "x"
        : type == typeof(Envelope)
            ? new Envelope(default, "a@contoso.com", default, default, 1, Priority.Normal, false, new Origin("c", "192.0.2.1", "h", "u", "t", "ESMTP"))
        : Activator.CreateInstance(Nullable.GetUnderlyingType(type) ?? type);

    private static IEnumerable<string> Verbs(Command command, string prefix) => command.Subcommands.SelectMany(each =>
        Verbs(each, prefix + each.Name + " ").Concat(each.Action is null ? [] : [prefix + each.Name]));

    /// <summary>Lines of shell that call the program, and verbs with an option in running text; without comments, pipes and redirections.</summary>
    private static IEnumerable<string> Commands(string page) =>
        Command().Matches(page).Select(match => match.Groups["command"].Value.Split(['#', '<', '|', '>'])[0].Trim()).Where(text => text.Length > 0);

    /// <summary><c>name{label,label}</c> of a sample; a histogram under its own name.</summary>
    private static string MetricOf(string sample)
    {
        var name = sample[..sample.IndexOfAny(['{', ' '])];
        var labels = Label().Matches(sample).Select(match => match.Groups["name"].Value).Where(label => label != "le").ToList();
        return Histogram().Replace(name, string.Empty) + (labels.Count > 0 ? $"{{{string.Join(',', labels)}}}" : string.Empty);
    }

    private static IEnumerable<string[]> Rows(string page) =>
        from line in page.Split('\n')
        where line.StartsWith('|')
        select line.Trim('|').Split('|', StringSplitOptions.TrimEntries);

    private static IEnumerable<string> FirstCells(string page) =>
        from row in Rows(page)
        where row[0] is ['`', ..]
        select row[0].Trim('`');

    private static IEnumerable<string> Anchors(string page) =>
        from line in page.Split('\n')
        where line.StartsWith('#')
        select NotInAnchor().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), string.Empty).Replace(' ', '-');

    private static string Fence(string page, string language)
    {
        var start = page.IndexOf("```" + language, StringComparison.Ordinal) + 3 + language.Length;
        return page[start..page.IndexOf("```", start, StringComparison.Ordinal)];
    }

    private static string Read(string name) => File.ReadAllText(RepositoryFiles.PathOf(name)).ReplaceLineEndings("\n");

    [GeneratedRegex("""(?:^(?:sudo -u \S+ )?hverelay |^dotnet run .* -- |`(?=(?:demo|simulate|check|health|send-test|clients|accounts|quota|explain|why|tail|queue \w+) --)|`hverelay )(?<command>[^`\n]+)""", RegexOptions.Multiline, 1000)]
    private static partial Regex Command();

    [GeneratedRegex("""\]\((?!https?:)(?<target>[^)\s]+)\)""", RegexOptions.None, 1000)]
    private static partial Regex Link();

    [GeneratedRegex("""`(?<path>[\w./]+\.cs)`""", RegexOptions.None, 1000)]
    private static partial Regex CodeFile();

    [GeneratedRegex("[{,](?<name>\\w+)=\"", RegexOptions.None, 1000)]
    private static partial Regex Label();

    [GeneratedRegex("_(?:bucket|sum|count)$", RegexOptions.None, 1000)]
    private static partial Regex Histogram();

    [GeneratedRegex("""[^\w\- ]""", RegexOptions.None, 1000)]
    private static partial Regex NotInAnchor();
}
