using System.Net;
using System.Net.Sockets;
using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Operations.Doctor;
using HveRelay.Operations.Verbs;
using HveRelay.Simulator;
using HveRelay.Stores.Sqlite;
using HveRelay.Tests.Support;
using HveRelay.Wording;

namespace HveRelay.Tests.Scenarios;

/// <summary>Each incident is provoked for real, and one command names its cause and who mends it.</summary>
public sealed class IncidentTests : IDisposable
{
    private const string Account = "hve1@contoso.com";

    private readonly TemporaryDirectory _files = new();

    public static TheoryData<string> Symptoms { get; } = [.. IncidentTable.Rows.Select(row => row.Symptom)];

    public void Dispose() => _files.Dispose();

    [Theory]
    [MemberData(nameof(Symptoms))]
    public async Task One_command_names_cause_and_remedy(string symptom)
    {
        var incident = IncidentTable.Rows.Single(row => row.Symptom == symptom);

        var said = incident.Sends > 0 ? await AfterMailAsync(incident) : await BeforeMailAsync(incident);

        Assert.Contains(incident.Cause, said, StringComparison.Ordinal);
        Assert.Contains(incident.Remedy, said, StringComparison.Ordinal);
    }

    [Fact]
    public void Operators_have_the_same_table() => Assert.Equal(
        IncidentTable.Rows.Select(row =>
            $"| {row.Symptom} | {(row.Where == Incident.QueueShow ? "`queue show ID`" : $"`doctor`: {row.Where}")} | {row.Cause.Trim()} | {(row.Remedy.Length == 0 ? "–" : row.Remedy.Trim())} |"),
        RowsBelow("docs/operating.md", "| met |"));

    [Fact]
    public void Every_check_is_told() => Assert.Equal(
        DoctorRound.Table.Select(check => check.Name), RowsBelow("docs/operating.md", "| check |").SelectMany(row => row.Split('|')[1].Trim().Split(", ")));

    [Fact]
    public async Task A_healthy_way_is_found_healthy_and_nothing_is_sent()
    {
        var clock = new ManualClock();
        await using var hve = await HveAsync(clock);
        await using var examination = Examine(Options(hve), clock, new Incident("none", "", "", ""));

        var diagnosis = await DoctorRound.RunAsync(examination, TestContext.Current.CancellationToken);

        Assert.Null(diagnosis.First);
        Assert.Equal(0, hve.Recorded);
        Assert.False(hve.Counters.Commands.ContainsKey("DATA"));
        Assert.Empty(hve.Notes);
    }

    [Fact]
    public async Task Behind_a_proxy_the_running_relay_is_asked_as_a_stranger()
    {
        await using var story = await RelayStory.BeginAsync(options => options.Listeners[0].TrustedProxies = ["127.0.0.1"]);
        await using var examination = Examine(story.Relay.State.Options, story.Clock, new Incident("none", "", "", ""));

        var diagnosis = await DoctorRound.RunAsync(examination, TestContext.Current.CancellationToken);

        Assert.Null(diagnosis.First);
        Assert.Equal("198.51.100.7", story.Lines("refused").First(line => line["reason"] == "unknown client")["ip"]);
    }

    [Fact]
    public async Task A_login_that_works_again_is_told_from_one_that_does_not()
    {
        await using var story = await RelayStory.BeginAsync();
        story.Simulator.Faults.Add(Fault.Reply(FaultStage.Auth, "535 5.7.3 Authentication unsuccessful"));
        await story.SendAsync("you@contoso.com");
        await story.LogsAsync("alarm");
        story.Simulator.Faults.Clear();
        await using var examination = Examine(story.Relay.State.Options, story.Clock, new Incident("none", "", "", ""));

        var first = (await DoctorRound.RunAsync(examination, TestContext.Current.CancellationToken)).First!;

        Assert.Equal("accounts", first.Name);
        Assert.Equal(("nobody", "The login failed when the relay tried last, and works now: HVE does not accept the password"), (first.Finding.Who, first.Finding.Cause));
    }

    [Fact]
    public async Task A_postmaster_whom_HVE_does_not_know_is_found()
    {
        var clock = new ManualClock();
        await using var hve = await HveAsync(clock);
        hve.Faults.Add(Fault.Reply(FaultStage.Rcpt, "550 5.1.10 Recipient not found"));
        await using var examination = Examine(Options(hve), clock, new Incident("none", "", "", ""));

        var diagnosis = await DoctorRound.RunAsync(examination, TestContext.Current.CancellationToken);

        Assert.Equal("hve1@contoso.com to it@contoso.com: 550 5.1.10 Recipient not found", diagnosis.First!.Finding.Words);
        Assert.Equal(("Administrator", "Postmaster, a mailbox that takes mail from the account"), (diagnosis.First.Finding.Who, diagnosis.First.Finding.How));
    }

    [Fact]
    public async Task An_open_relay_is_found()
    {
        var clock = new ManualClock();
        await using var hve = await HveAsync(clock);
        var options = Options(hve);
        options.Clients = [new ClientOptions { Name = "everybody", Networks = ["0.0.0.0/0"] }];
        options.Hve.AcceptedDomains = ["contoso.com", "example.net"];
        await using var examination = Examine(options, clock, new Incident("none", "", "", ""));

        var diagnosis = await DoctorRound.RunAsync(examination, TestContext.Current.CancellationToken);

        Assert.Equal("open relay", diagnosis.First!.Name);
        Assert.Contains("by the entry everybody of Clients", diagnosis.First.Finding.Words, StringComparison.Ordinal);
    }

    private static IEnumerable<string> RowsBelow(string page, string head) => File.ReadAllLines(RepositoryFiles.PathOf(page))
        .SkipWhile(line => !line.StartsWith(head, StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'));

    private static Examination Examine(RelayOptions options, ManualClock clock, Incident incident) => new(options, clock)
    {
        Warnings = ConfigurationCheck.Check(options).Warnings,
        Resolve = incident.Resolve,
        OpenQueue = () => Task.FromResult(SqliteQueueStore.OpenReader(options.DataDirectory)),
        Accounts = async cancel => await AccountsDoor.AskAsync(options.DataDirectory, cancel) ?? [],
    };

    private static Task<HveSimulator> HveAsync(TimeProvider clock) =>
        HveSimulator.StartAsync(new SimulatorOptions { Port = FreePort.Next(), Accounts = [new SimulatedAccount(Account, "secret")] }, clock);

    /// <summary>What the doctor says, once the first fault is where the table has it.</summary>
    private static async Task<string> DiagnoseAsync(Incident incident, RelayOptions options, ManualClock clock)
    {
        await using var examination = Examine(options, clock, incident);
        var diagnosis = await DoctorRound.RunAsync(examination, TestContext.Current.CancellationToken);
        var text = DoctorText.Of(diagnosis, Language.English);
        if (incident.Where == "configuration")
        {
            return text;
        }

        Assert.True(diagnosis.First?.Name == incident.Where, text);

        // Of files the cause is an error of check, which is in English.
        Assert.Matches(incident.Where == "files" ? @"対処 .*\p{IsHiragana}" : @"原因 .*\p{IsHiragana}", DoctorText.Of(diagnosis, Language.Japanese));
        var fault = diagnosis.First!.Finding;
        return $"{fault.Words}\n{fault.Cause}\n{fault.Who}: {fault.How}";
    }

    private async Task<string> BeforeMailAsync(Incident incident)
    {
        var (clock, theirs) = (new ManualClock(), new ManualClock());
        theirs.Set(incident.HveAhead);
        await using var hve = await HveAsync(theirs);
        Add(incident, hve);
        var options = Options(hve);
        await using var authority = incident.TokenError is { } error ? await TokensAsync(options, error) : null;
        incident.Change(options, _files);
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (incident.IsPortTaken)
        {
            other.Bind(new IPEndPoint(IPAddress.Loopback, options.Listeners[0].Port));
            other.Listen();
        }

        return await DiagnoseAsync(incident, options, clock);
    }

    private async Task<string> AfterMailAsync(Incident incident)
    {
        await using var story = await RelayStory.BeginAsync(options => incident.Change(options, _files));
        Add(incident, story.Simulator);
        var reply = await story.SendAsync(Enumerable.Range(1, incident.Sends).Select(number => $"user{number}@contoso.com"));
        await story.RunUntilAsync(() => story.Log.Any(line => line.Name is "failed" or "deferred" or "quota"));
        return incident.Where == Incident.QueueShow
            ? QueueText.Of(
                await story.RecordAsync(RelayStory.IdIn(reply)), ReplyTables.From(story.Relay.State.Options),
                new Waits([], new HashSet<string>(), isQuotaUsedUp: false), story.Clock.GetUtcNow(), Language.English)
            : await DiagnoseAsync(incident, story.Relay.State.Options, story.Clock);
    }

    private static void Add(Incident incident, HveSimulator hve)
    {
        if (incident.Fault is { } text)
        {
            Assert.True(Fault.TryParse(text, out var fault, out var wrong), wrong);
            hve.Faults.Add(fault);
        }
    }

    private static async Task<TokenAuthority> TokensAsync(RelayOptions options, string error)
    {
        var authority = await TokenAuthority.StartAsync();
        authority.Answer = _ => TokenAuthority.Error("invalid_client", error);
        options.Hve.Accounts[0] = new AccountOptions
        {
            Address = Account,
            OAuth = new OAuthOptions
            {
                TenantId = TokenAuthority.Tenant, ClientId = TokenAuthority.ClientId, ClientSecret = TokenAuthority.Secret, Authority = authority.Address,
            },
        };
        await File.AppendAllTextAsync(options.Hve.TrustedCertificate!, "\n" + authority.RootPem);
        return authority;
    }

    private RelayOptions Options(HveSimulator hve) => new()
    {
        HostName = "relay.contoso.com",
        DataDirectory = _files.Path,
        Listeners = [new ListenerOptions { Name = "devices", Address = "127.0.0.1", Port = FreePort.Next() }],
        Clients = [new ClientOptions { Name = "scanners", Networks = ["127.0.0.0/8"] }],
        Hve = new HveOptions
        {
            Host = "smtp.hve.mx.microsoft",
            Port = hve.Port,
            AcceptedDomains = ["contoso.com"],
            TrustedCertificate = _files.Write("hve.pem", hve.CertificatePem),
            Accounts = [new AccountOptions { Address = Account, Password = "secret" }],
        },
        Postmaster = "it@contoso.com",
        Queue = new QueueOptions { MinimumFreeBytes = 0 },
        Web = new WebOptions { Port = 0 },
    };
}
