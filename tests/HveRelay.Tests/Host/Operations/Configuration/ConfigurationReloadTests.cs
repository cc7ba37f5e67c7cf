using HveRelay.Mail;
using HveRelay.Operations.Configuration;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Configuration;

/// <summary>What goes wrong beside the file; the rest is in Program/ReloadTests.</summary>
public sealed class ConfigurationReloadTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<MailEvent> _log = [];

    public void Dispose() => _directory.Dispose();

    /// <summary>It ended the watching without a word, and the stop of the relay broke of it.</summary>
    [Fact]
    public async Task What_nobody_foresaw_is_an_alarm_and_the_next_change_is_seen()
    {
        var file = _directory.Write("hverelay.json", """
            {
              "HostName": "relay.contoso.com",
              "Listeners": [ { "Name": "devices" } ],
              "Clients": [ { "Name": "scanners", "Networks": [ "10.0.0.0/8" ] } ],
              "Hve": { "AcceptedDomains": [ "contoso.com" ], "Accounts": [ { "Address": "hve1@contoso.com", "Password": "secret" } ] }
            }
            """);
        var before = Assert.IsType<ConfigurationReading.Loaded>(ConfigurationReader.Read(file, new Dictionary<string, string>()));
        var reload = new ConfigurationReload(
            file, new Dictionary<string, string>(), before, (_, _) => Task.CompletedTask, new MailLog(new ManualClock(), _log.Add), new LostClock());

        await reload.RunAsync(asked: true);

        var alarm = Assert.Single(_log, line => line.Name == "alarm");
        Assert.Equal("a change did not come into force as a whole: nobody knows the time", alarm["cause"]);
    }

    private sealed class LostClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => throw new InvalidOperationException("nobody knows the time");
    }
}
