using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Operations.Certificates;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Certificates;

public sealed class ClientCertificateWatchTests : IDisposable
{
    private static readonly TimeSpan _day = TimeSpan.FromDays(1);
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new();
    private readonly List<MailEvent> _log = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Its_end_is_announced_30_and_7_days_before_and_told_when_it_has_come_each_once()
    {
        using var own = new RsaCertificate("relay", days: 40);
        using var watch = Watch(own);
        Assert.Equal(["Information"], Levels());

        DaysPass(10);
        Assert.Equal(["Information"], Levels());
        DaysPass(1);
        Assert.Equal(["Information", "Warning"], Levels());
        DaysPass(22);
        Assert.Equal(["Information", "Warning"], Levels());
        DaysPass(1);
        Assert.Equal(["Information", "Warning", "Error"], Levels());
        DaysPass(7);
        Assert.Equal(["Information", "Warning", "Error", "Error"], Levels());
        DaysPass(7);

        Assert.Equal(4, _log.Count);
        Assert.Equal(("CN=relay", "2027-01-01"), (_log[1]["subject"], _log[1]["until"]));
        Assert.Contains("upload a new certificate", _log[1]["remedy"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_relay_that_starts_in_the_last_week_says_so_once()
    {
        using var own = new RsaCertificate("relay", days: 5);
        using var watch = Watch(own);

        Assert.Equal(["Information", "Error"], Levels());
    }

    [Fact]
    public void A_new_file_is_told_and_ends_the_warnings()
    {
        using var old = new RsaCertificate("old", days: 20);
        using var fresh = new RsaCertificate("new", days: 365);
        using var watch = Watch(old);

        _directory.Write("oauth.pem", fresh.Pem + fresh.Key);
        DaysPass(30);

        Assert.Equal(["CN=old", "CN=old", "CN=new"], _log.Select(line => line["subject"]));
        Assert.Equal(["Information", "Warning", "Information"], Levels());
    }

    [Fact]
    public void A_file_that_cannot_be_used_is_told_once()
    {
        using var own = new RsaCertificate("relay");
        using var watch = Watch(own);

        _directory.Write("oauth.pem", own.Pem);
        DaysPass(1);

        var line = Assert.Single(_log, line => line.Name == "config");
        Assert.Equal("Hve.Accounts[1].OAuth.CertificateFile", line["key"]);
        Assert.EndsWith("holds no private key; the certificate in use stays", line["text"], StringComparison.Ordinal);
    }

    [Fact]
    public void Without_certificates_nothing_is_watched()
    {
        using var watch = new ClientCertificateWatch(new HveOptions { Accounts = [new AccountOptions()] }, _clock, new MailLog(_clock, _log.Add));

        Assert.Equal((0, 0), (_log.Count, _clock.Waiting));
    }

    /// <summary>It looks every hour; of each day two of its looks are enough.</summary>
    private void DaysPass(int days)
    {
        for (var day = 0; day < days; day++)
        {
            _clock.Set(_day - TimeSpan.FromHours(2));
            _clock.Advance(TimeSpan.FromHours(2));
        }
    }

    private IEnumerable<string> Levels() => _log.Select(line => line.Level.ToString());

    private ClientCertificateWatch Watch(RsaCertificate own)
    {
        var file = _directory.Write("oauth.pem", own.Pem + own.Key);
        var hve = new HveOptions { Accounts = [new AccountOptions(), new AccountOptions { OAuth = new OAuthOptions { CertificateFile = file } }] };
        return new ClientCertificateWatch(hve, _clock, new MailLog(_clock, _log.Add));
    }
}
