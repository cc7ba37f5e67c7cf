using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Simulator;
using HveRelay.Tests.Support;
using HveRelay.Tests.Support.Disk;
using Microsoft.Data.Sqlite;

namespace HveRelay.Tests.Scenarios;

/// <summary>
/// The whole relay in this process, on loopback, in front of a simulated HVE. Its clock moves only when the story says so. Waits
/// are for lines of the mail log.
/// </summary>
public sealed class RelayStory : IAsyncDisposable
{
    private const string Account = "hve1@contoso.com";
    private const string Password = "secret";

    /// <summary>Real time that what is in hand has for each step of the clock: a busy machine must not seem to be a slow HVE.</summary>
    private static readonly TimeSpan InHand = TimeSpan.FromMilliseconds(250);

    private readonly TemporaryDirectory _data = new();
    private readonly ConcurrentQueue<MailEvent> _log = new();
    private readonly Serilog.Core.Logger _nowhere = new Serilog.LoggerConfiguration().CreateLogger();
    private readonly RelayOptions _options;
    private RelayHost? _relay;
    private volatile bool _stopping;

    private RelayStory(HveSimulator simulator, RelayOptions options)
    {
        Simulator = simulator;
        _options = options;
    }

    public ManualClock Clock { get; private init; } = new();

    public HveSimulator Simulator { get; private set; }

    public string DataDirectory => _data.Path;

    internal WatchedDisk? Disk { get; private set; }

    public int Port => _options.Listeners[0].Port;

    public IReadOnlyList<MailEvent> Log => [.. _log];

    internal RelayHost Relay => _relay ?? throw new InvalidOperationException("The relay does not run");

    public IEnumerable<MailEvent> Lines(string name) => _log.Where(line => line.Name == name);

    /// <param name="watchDisk">The files of the queue lie on <see cref="Disk"/>.</param>
    public static async Task<RelayStory> BeginAsync(Action<RelayOptions>? change = null, SimulatorOptions? hve = null, bool watchDisk = false)
    {
        var clock = new ManualClock();
        var known = hve?.Accounts is { Count: > 0 } named ? named : [new SimulatedAccount(Account, Password)];
        var simulator = await HveSimulator.StartAsync((hve ?? new SimulatorOptions()) with { Port = FreePort.Next(), Accounts = known }, clock);
        var options = new RelayOptions
        {
            HostName = "relay.contoso.com",
            Listeners = [new ListenerOptions { Name = "devices", Address = "127.0.0.1", Port = FreePort.Next() }],
            Clients = [new ClientOptions { Name = "scanners", Networks = ["127.0.0.0/8"] }],
            Hve = new HveOptions
            {
                Host = "localhost",
                Port = simulator.Port,
                AcceptedDomains = ["contoso.com"],
                Accounts = [new AccountOptions { Address = Account, Password = Password }],
            },
            Queue = new QueueOptions { MinimumFreeBytes = 0, DelayWarningAfter = TimeSpan.Zero }, // a story about delays says so
            Web = new WebOptions { Port = 0 },
        };
        var story = new RelayStory(simulator, options) { Clock = clock };
        options.DataDirectory = story._data.Path;
        options.Hve.TrustedCertificate = story._data.Write("hve.pem", simulator.CertificatePem);
        change?.Invoke(options);
        story.Disk = watchDisk ? new WatchedDisk(story._data.Path) : null;
        await story.StartAsync();
        return story;
    }

    public async Task StartAsync() => _relay = await RelayHost.StartAsync(
        _options,
        new RelaySurroundings(Clock, new Random(1), _nowhere, new MailLog(Clock, _log.Enqueue)) { Wal = Disk is null ? null : new WatchedWal(Disk, _data.Path) },
        CancellationToken.None);

    public async Task StopAsync()
    {
        _stopping = true;
        await Relay.StopAsync("the story says so");
        await Relay.DisposeAsync();
        (_relay, _stopping) = (null, false);
    }

    /// <summary>HVE comes back on the same port, as when an outage ends.</summary>
    public async Task RestartHveAsync(SimulatorOptions hve)
    {
        var simulator = await SamePort.BeginAsync(() => HveSimulator.StartAsync(
            hve with { Port = _options.Hve.Port, Accounts = [new SimulatedAccount(Account, Password)] }, Clock));
        await File.WriteAllTextAsync(_options.Hve.TrustedCertificate!, simulator.CertificatePem);
        Simulator = simulator;
    }

    /// <summary>Sends one message as a device would; the reply to the first refused command, or to the final dot.</summary>
    /// <param name="at">The device's own address.</param>
    public async Task<string> SendAsync(
        IEnumerable<string> to, string content = "Subject: scan\r\n\r\nhello\r\n", string from = "scanner-3@contoso.com", IPAddress? at = null)
    {
        await using var device = await RawSmtp.GreetAsync(Port, from: at);
        return await device.SendMessageAsync(from, to, content);
    }

    public Task<string> SendAsync(string to) => SendAsync([to]);

    /// <summary>The id in a reply to the final dot.</summary>
    public static MessageId IdIn(string reply) => MessageId.Parse(reply.TrimEnd()[^13..]);

    /// <summary>Waits until the mail log has so many lines of that name.</summary>
    public Task LogsAsync(string name, int count = 1) => Until.True(() => Lines(name).Count() >= count, () => $"{count} lines {name}, but:\n{string.Join('\n', Log)}", 120);

    /// <summary>Moves the clock to the next try that the latest line of that name gives, and on until the condition holds.</summary>
    public async Task NextTryAsync(string line, Func<bool> condition)
    {
        await QuietAsync();
        Clock.Advance(Next(line) - Clock.GetUtcNow());
        await RunUntilAsync(condition);
    }

    /// <summary>The time that the latest line of that name gives as its next try.</summary>
    public DateTimeOffset Next(string line) =>
        DateTimeOffset.Parse(Lines(line).Last(each => each["next"] is not null)["next"]!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>Lets the clock run, a second at a time, until the condition holds: for what waits on timers of its own.</summary>
    /// <param name="patience">Milliseconds that a second lasts at most.</param>
    public async Task RunUntilAsync(Func<bool> condition, int patience = 5)
    {
        for (var seconds = 0; !condition(); seconds++)
        {
            Assert.True(seconds * patience < 10_000, $"It did not happen in {seconds} seconds of the story's time:\n" + string.Join('\n', Log));
            Clock.Advance(TimeSpan.FromSeconds(1));
            for (var turn = 0; turn < patience && !condition(); turn++)
            {
                // Real time, for the tasks that the timers woke; the story does not depend on how much.
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            }

            await SettleAsync(condition);
        }
    }

    /// <summary>
    /// Waits for the parts that the relay has in hand, unless they wait for the clock: time limits are by it, and a step of it in the midst
    /// of a dialogue takes from them what the machine has not had.
    /// </summary>
    public Task SettleAsync(Func<bool> condition) => SettleAsync(condition, InHand);

    /// <summary>Before a leap of the clock: as above, with more patience.</summary>
    public async Task QuietAsync()
    {
        if (Disk is null)
        {
            // What is in hand is in the file only from the next commit on.
            await Relay.State.Store.ProbeAsync(CancellationToken.None);
        }

        await SettleAsync(() => false, 8 * InHand);
    }

    private async Task SettleAsync(Func<bool> condition, TimeSpan atMost)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!condition() && Simulator.Faults.Stalled == 0 && TimeProvider.System.GetElapsedTime(begun) < atMost && HasPartsInHand())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }

    /// <summary>Lets the clock run for so long, in steps: for what happens at intervals that are longer than a step.</summary>
    public async Task PassAsync(TimeSpan time, TimeSpan step)
    {
        for (var end = Clock.GetUtcNow() + time; Clock.GetUtcNow() < end;)
        {
            Clock.Advance(step);
            for (var turn = 0; turn < 5; turn++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            }

            await SettleAsync(() => false);
        }
    }

    public async Task<MessageRecord> RecordAsync(MessageId id) =>
        await Relay.State.Store.FindAsync(id, CancellationToken.None) ?? throw new InvalidOperationException($"No message {id}");

    public async ValueTask DisposeAsync()
    {
        // Where it failed, this is shown.
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', Log.TakeLast(100)));
        _stopping = true;
        var ending = _relay?.DisposeAsync().AsTask() ?? Task.CompletedTask;
        while (await Task.WhenAny(ending, Task.Delay(InHand, TimeProvider.System)) != ending)
        {
            // A story that ended early, perhaps by a failure, must not wait for ever: nobody else moves its clock any more.
            Clock.Advance(TimeSpan.FromSeconds(5));
        }

        await ending;
        await Simulator.DisposeAsync();
        await _nowhere.DisposeAsync();
        Disk?.Dispose();
        _data.Dispose();
    }

    /// <summary>Asked of the file, beside the relay: no port tells. A story that watches the disk, or stops, has nobody beside it.</summary>
    private bool HasPartsInHand()
    {
        if (Disk is not null || _relay is null || _stopping)
        {
            return false;
        }

        using var queue = new SqliteConnection($"Data Source={Path.Combine(DataDirectory, "queue.db")};Pooling=False;Mode=ReadOnly");
        try
        {
            queue.Open();
            using var ask = new SqliteCommand("SELECT EXISTS (SELECT 1 FROM part WHERE lease_until IS NOT NULL)", queue) { CommandTimeout = 1 };
            return ask.ExecuteScalar() is 1L;
        }
        catch (SqliteException)
        {
            return false;
        }
    }
}
