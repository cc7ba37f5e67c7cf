using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Simulator;

/// <summary>The ground of all stories: one simulator, a clock, and the words they share.</summary>
public abstract class SimulatorStory : IAsyncLifetime
{
    protected const string Account = "hve1@contoso.com";
    protected const string Password = "correct horse";
    protected const string Bob = "bob@contoso.com";

    private HveSimulator? _simulator;

    protected ManualClock Clock { get; } = new();

    protected HveSimulator Simulator => _simulator!;

    protected static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System).Token;

    protected virtual SimulatorOptions Options { get; } = Defaults;

    protected static SimulatorOptions Defaults { get; } = new() { Accounts = [new SimulatedAccount(Account, Password)] };

    /// <summary>Small, right, and from the account.</summary>
    protected static string Content(string from = Account, string body = "Hello.\r\n") =>
        $"From: {from}\r\nTo: {Bob}\r\nDate: Sun, 22 Nov 2026 03:12:00 +0000\r\nMessage-ID: <1@contoso.com>\r\nSubject: scan\r\n\r\n{body}";

    public async ValueTask InitializeAsync() => _simulator = await HveSimulator.StartAsync(Options, Clock);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Simulator.DisposeAsync();
    }

    protected async Task RestartAsync(SimulatorOptions options)
    {
        await Simulator.DisposeAsync();
        _simulator = await HveSimulator.StartAsync(options, Clock);
    }

    /// <summary>Connected, guarded and logged in.</summary>
    protected async Task<RawSmtp> LogInAsync()
    {
        var client = await RawSmtp.GreetAsync(Simulator.Port, Simulator.CertificatePem);
        Assert.StartsWith("235 ", await client.LoginAsync(Account, Password), StringComparison.Ordinal);
        return client;
    }
}
