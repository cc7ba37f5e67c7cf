using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Operations.Configuration;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Configuration;

public sealed class ConfigurationReaderTests : IDisposable
{
    private const string Rest =
        """
        "Hve": { "AcceptedDomains": [ "contoso.com" ], "Accounts": [ { "Address": "hve1@contoso.com", "PasswordFile": "secrets/hve1" } ] },
        "Postmaster": "it@contoso.com"
        """;

    private readonly TemporaryDirectory _directory = new();

    public ConfigurationReaderTests() => _directory.Write("secrets/hve1", "hunter2\n");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Values_of_every_kind_arrive()
    {
        var options = Load(
            """
            // With comments,
            "Listeners": [ { "Name": "devices", "Port": 2525, "Tls": "requirestarttls", "TrustedProxies": [] } ],
            "Clients": [ { "Name": "scanners", "Networks": [ "10.20.0.0/16", "fd00::/8" ], "RequireTls": true, "Priority": "Bulk" } ],
            "Queue": { "RetrySchedule": [ "00:02:00", "1.00:00:00" ], "Lifetime": "3.00:00:00", "MinimumFreeBytes": 5000000000 }, /* and */
            """).Options;

        Assert.Equal((2525, ListenerTls.RequireStartTls), (options.Listeners[0].Port, options.Listeners[0].Tls));
        Assert.Equal(["10.20.0.0/16", "fd00::/8"], options.Clients![0].Networks);
        Assert.Equal((true, Priority.Bulk), (options.Clients[0].RequireTls, options.Clients[0].Priority));
        Assert.Equal([TimeSpan.FromMinutes(2), TimeSpan.FromDays(1)], options.Queue.RetrySchedule);
        Assert.Equal((TimeSpan.FromDays(3), 5_000_000_000), (options.Queue.Lifetime, options.Queue.MinimumFreeBytes));
    }

    [Fact]
    public void What_is_not_there_or_null_keeps_its_default()
    {
        var options = Load("\"Listeners\": [ { \"Name\": \"devices\", \"Port\": null } ], \"Web\": {}, \"Queue\": null,").Options;

        Assert.Equal(25, options.Listeners[0].Port);
        Assert.Equal(8025, options.Web.Port);
        Assert.Equal(TimeSpan.FromDays(2), options.Queue.Lifetime);
        Assert.Null(options.Clients);
        Assert.Null(options.Certificate);
    }

    [Fact]
    public void An_empty_list_of_clients_is_not_an_absent_one() =>
        Assert.Empty(Load("\"Listeners\": [ { \"Name\": \"devices\" } ], \"Clients\": [],").Options.Clients!);

    [Theory]
    [InlineData("644", "755", true)]
    [InlineData("640", "755", false)]
    [InlineData("644", "750", false)]
    public void A_secret_that_everybody_may_read_is_warned_of(string file, string directory, bool told)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("has no modes");
            return;
        }

        var secret = Path.Combine(_directory.Path, "secrets", "hve1");
        File.SetUnixFileMode(_directory.Path, Mode("755"));
        File.SetUnixFileMode(Path.GetDirectoryName(secret)!, Mode(directory));
        File.SetUnixFileMode(secret, Mode(file));

        var warnings = Load("\"Listeners\": [ { \"Name\": \"devices\" } ], \"Clients\": [],").Warnings.Select(warning => warning.ToString());

        Assert.Equal(told, warnings.Contains($"Hve.Accounts[0].PasswordFile: {secret} can be read by every user of this machine: chmod o-r"));
        Assert.Equal(told, warnings.Any(warning => warning.Contains("PasswordFile", StringComparison.Ordinal)));

        static UnixFileMode Mode(string octal) => (UnixFileMode)Convert.ToInt32(octal, 8);
    }

    [Theory]
    [InlineData("\"Queue\": { \"ConnectionString\": \"Password=hunter2\" },", true)]
    [InlineData("", false)]
    public void A_configuration_that_everybody_may_read_is_warned_of_where_it_holds_a_secret_itself(string queue, bool told)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("has no modes");
            return;
        }

        File.SetUnixFileMode(_directory.Path, (UnixFileMode)Convert.ToInt32("755", 8));
        File.SetUnixFileMode(_directory.Write("hverelay.json", "{}"), (UnixFileMode)Convert.ToInt32("644", 8));

        var warnings = Load("\"Listeners\": [ { \"Name\": \"devices\" } ], \"Clients\": []," + queue).Warnings.Select(warning => warning.ToString());

        Assert.Equal(
            told ? [$"Queue.ConnectionString: {_directory.File("hverelay.json")} can be read by every user of this machine: chmod o-r"] : [],
            warnings.Where(warning => warning.Contains("hverelay.json", StringComparison.Ordinal)));
    }

    [Fact]
    public void Relative_paths_are_relative_to_the_file()
    {
        var options = Load("\"Listeners\": [ { \"Name\": \"devices\" } ], \"Certificate\": { \"File\": \"/etc/ssl/relay.pem\", \"KeyFile\": \"../key.pem\" },").Options;

        Assert.Equal(Path.Combine(_directory.Path, "data"), options.DataDirectory);
        Assert.Equal(Path.GetFullPath("/etc/ssl/relay.pem"), options.Certificate!.File);
        Assert.Equal(Path.Combine(Path.GetDirectoryName(_directory.Path)!, "key.pem"), options.Certificate.KeyFile);
        Assert.Empty(options.Pickup.Directory);
    }

    [Theory]
    [InlineData("hunter2", "hunter2")]
    [InlineData("hunter2\n", "hunter2")]
    [InlineData("hunter2\r\n", "hunter2")]
    [InlineData("hunter2\n\n", "hunter2\n")]
    [InlineData(" hunter2 \n", " hunter2 ")]
    public void A_secret_from_a_file_loses_its_last_line_end_and_nothing_else(string content, string expected)
    {
        _directory.Write("secrets/hve1", content);

        Assert.Equal(expected, Load("\"Listeners\": [ { \"Name\": \"devices\" } ],").Options.Hve.Accounts[0].Password);
    }

    [Fact]
    public void The_environment_overrides_whatever_its_case_and_can_add_to_lists()
    {
        var options = Load(
            "\"Listeners\": [ { \"Name\": \"devices\" } ],",
            ("HVERELAY_LISTENERS__0__PORT", "2525"),
            ("HVERELAY_Hve__AcceptedDomains__1", "fabrikam.com"),
            ("HVERELAY_DataDirectory", "queue"),
            ("DOTNET_ENVIRONMENT", "Production")).Options;

        Assert.Equal(2525, options.Listeners[0].Port);
        Assert.Equal(["contoso.com", "fabrikam.com"], options.Hve.AcceptedDomains);
        Assert.Equal(Path.Combine(_directory.Path, "queue"), options.DataDirectory);
    }

    [Fact]
    public void The_section_of_Serilog_is_handed_on_unread()
    {
        var loaded = Load("\"$schema\": \"x\", \"Listeners\": [ { \"Name\": \"devices\" } ], \"Serilog\": { \"MinimumLevel\": { \"Override\": { \"Microsoft.AspNetCore\": \"Warning\" } } },");

        Assert.Equal("Warning", loaded.Serilog["MinimumLevel:Override:Microsoft.AspNetCore"]);
    }

    [Fact]
    public void Warnings_do_not_keep_it_from_loading() =>
        Assert.Equal(["Clients"], Load("\"Listeners\": [ { \"Name\": \"devices\" } ],").Warnings.Select(warning => warning.Key));

    [Fact]
    public void A_byte_order_mark_of_a_Windows_editor_does_no_harm()
    {
        _directory.Write("hverelay.json", "\uFEFF{ \"Listeners\": [ { \"Name\": \"devices\" } ], " + Rest + " }");

        Assert.IsType<ConfigurationReading.Loaded>(Read());
    }

    [Fact]
    public void Nothing_found_says_where_it_was_looked_for()
    {
        var invalid = Assert.IsType<ConfigurationReading.Invalid>(ConfigurationReader.Read(null, new Dictionary<string, string>()));

        Assert.Contains("/hverelay.json", Assert.Single(invalid.Errors).ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_value_with_a_line_end_makes_no_second_line()
    {
        _directory.Write("hverelay.json", "{ \"Listeners\": [ { \"Name\": \"devices\", \"Address\": \"10.0.0.1\\nINF relayed\" } ], " + Rest + " }");

        var invalid = Assert.IsType<ConfigurationReading.Invalid>(Read());
        Assert.DoesNotContain('\n', Assert.Single(invalid.Errors).ToString());
    }

    private ConfigurationReading.Loaded Load(string keys, params (string Name, string Value)[] environment)
    {
        _directory.Write("hverelay.json", "{" + keys + Rest + "}");
        return Assert.IsType<ConfigurationReading.Loaded>(Read(environment));
    }

    private ConfigurationReading Read(params (string Name, string Value)[] environment) => ConfigurationReader.Read(
        Path.Combine(_directory.Path, "hverelay.json"), environment.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal));
}
