using System.Net;
using HveRelay.Bounce;
using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Intake;
using HveRelay.Intake.Pickup;
using HveRelay.Intake.Sockets;
using HveRelay.Mail;
using HveRelay.Operations;
using HveRelay.Operations.Certificates;
using HveRelay.Operations.Control;
using HveRelay.Operations.Health;
using HveRelay.Operations.Metrics;
using HveRelay.Policy;
using HveRelay.Queue;
using HveRelay.Rewriting;
using HveRelay.Smtp.Server;
using HveRelay.Upstream;
using HveRelay.Upstream.Tokens;
using HveRelay.Web;
using Microsoft.AspNetCore.Connections;
using Serilog;
using Serilog.Extensions.Logging;

namespace HveRelay;

/// <summary>Puts the rooms together and runs them: the only place, beside Program, that knows them all.</summary>
internal sealed partial class RelayHost : IAsyncDisposable
{
    /// <summary>What sessions and attempts get to finish, as the contract says.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly IQueueStore _store;
    private readonly SessionRegistry _sessions;
    private readonly MailLog _log;
    private readonly RelayMeter _meter;
    private readonly MeterTotals _totals;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _delivery;
    private readonly Task _notices;
    private readonly Task _pickup;
    private readonly ClientsSeenWriter _clients;
    private readonly IReadOnlyList<IDisposable> _owned;
    private bool _stopped;

    private RelayHost(
        WebApplication app, RelayState state, MailLog log, RelayMeter meter, MeterTotals totals, Dispatcher dispatcher, Notifier notifier,
        LiveParts live, IReadOnlyList<IDisposable> owned)
    {
        _live = live;
        _owned = owned;
        _app = app;
        State = state;
        _store = state.Store;
        _sessions = state.Sessions;
        _log = log;
        _meter = meter;
        _totals = totals;
        _clock = state.Clock;
        _delivery = Task.Run(() => DeliverAsync(dispatcher, live.Delivery.Logger));
        _notices = Task.Run(() => notifier.RunAsync(_stop.Token));
        _pickup = Task.Run(() => new PickupDirectory(() => live.Options.Pickup, live.Intake).RunAsync(_stop.Token));
        _clients = new ClientsSeenWriter(live.Intake.Clients, state.Store, state.Clock, live.Intake.Logger);
    }

    public RelayState State { get; }

    /// <summary>Ends only when delivery broke, which is a bug; the log has it then. The relay is to be stopped.</summary>
    public Task Broken => _broken.Task;

    /// <exception cref="RelayStartException">It cannot start, and why.</exception>
    public static async Task<RelayHost> StartAsync(RelayOptions options, RelaySurroundings around, CancellationToken cancel)
    {
        var log = around.Log;
        var hostName = options.HostName.Length > 0 ? options.HostName : Dns.GetHostName();
        var alarm = new QueueAlarm(log, around.Clock);
        var certificates = options.Listeners.All(listener => listener.Tls == ListenerTls.None)
            ? null
            : new CertificateSource(options.Certificate, options.DataDirectory, hostName, around.Clock, log);
        var signal = new QueueSignal();
        var logging = new SerilogLoggerFactory(around.Logger);
        var (store, clock) = await OpenStoreAsync(options, signal, around, logging, log, alarm);
        var meter = new RelayMeter();
        var totals = new MeterTotals(meter);
        var plans = SenderPlan.From(options);
        var board = new AccountBoard(clock, log);
        foreach (var plan in plans)
        {
            board.Add(plan.Account);
        }

        var tokens = new TokensInForce(options, clock);
        var watch = new ClientCertificateWatch(options.Hve, clock, log, options.Smarthosts);
        var sessions = new SessionRegistry();
        var accounts = new AccountOperator(store, board, signal);
        var delivery = new DeliveryContext(
            store, new HveUpstream(options, clock, tokens), signal, ScheduleOf(options, around.Random), ReplyTable.OfHve(options), board, log, alarm, meter, clock,
            around.Random, logging.CreateLogger("HveRelay.Delivery"), new DeliveryOptions { WhenUnsure = options.Queue.WhenUnsure }, ModeOf(options), hostName,
            options.Queue.KeepHistory, new WishList(options));
        var dispatcher = new Dispatcher(plans, delivery, accounts);
        var ids = new MessageIdSource(clock, around.Random);
        var intake = new IntakeContext(
            hostName, new RelayPolicy(options), new UserDirectory(options.Users), store, ids, signal, log, alarm, meter,
            clock, options.Queue.Lifetime, logging.CreateLogger("HveRelay.Intake"));
        var notifier = new Notifier(new NoticeContext(
            store, new NoticeReceivers(options), ids, signal, log, alarm, clock, logging.CreateLogger("HveRelay.Bounce"),
            (account, words) => ReplyTables.From(options).Of(account).Explain(words) is { } known ? new ReplyWords(known.Cause, known.Remedy) : null,
            (to, at) => CutNotice(intake.Policy, to, at), options, hostName));
        var state = new RelayState(options, plans, store, board, sessions, clock, () => new DriveInfo(Path.GetFullPath(options.DataDirectory)).AvailableFreeSpace);

        await RecoverAsync(dispatcher, store, options, cancel);
        var app = Build(
            options, around, ControlSocket.TryBind(options.DataDirectory, log), kestrel => Listen(kestrel, options, intake, sessions, certificates));
        RelayPages.Map(app, new HealthChecks(state), new PrometheusPage(totals, state));
        ControlApi.Map(app, new QueueOperator(store, log, meter, signal), clock);
        AccountApi.Map(app, board, accounts, clock);
        try
        {
            await app.StartAsync(cancel);
        }
        catch (Exception taken) when (taken is IOException or System.Net.Sockets.SocketException)
        {
            watch.Dispose();
            await app.DisposeAsync();
            await store.DisposeAsync();
            throw PortProbe.Explain(options, taken);
        }

        state.IsListening = true;
        log.Ready(
            PrometheusPage.Version,
            string.Join(' ', options.Listeners.Select(listener => $"{listener.Name}={listener.Address}:{listener.Port}")),
            options.Web.Port == 0 ? null : $"http://{new IPEndPoint(IPAddress.Parse(options.Web.Address), options.Web.Port)}",
            options.DataDirectory);
        return new RelayHost(
            app, state, log, meter, totals, dispatcher, notifier, new LiveParts(options, intake, delivery, dispatcher, certificates, tokens, watch), [watch, tokens]);
    }

    /// <summary>Stops accepting, lets sessions and attempts finish for a while, and closes the queue.</summary>
    /// <param name="hurry">Cuts short what has not finished by then. Nothing is lost: it is as if the connections had broken.</param>
    public async Task StopAsync(string reason, CancellationToken hurry = default)
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        State.IsListening = false;
        _log.Stopping(reason);
        _sessions.StopAll();
        await _stop.CancelAsync();
        using var time = new CancellationTokenSource(Grace, _clock);
        using var grace = CancellationTokenSource.CreateLinkedTokenSource(time.Token, hurry);
        var cut = 0;
        await using var cutShort = grace.Token.Register(() =>
        {
            cut = _sessions.Counts.Values.Sum();
            _abort.Cancel();
        });
        await _app.StopAsync(grace.Token);
        await _delivery;
        await _notices;
        await _pickup;
        await _clients.DisposeAsync();
        await _store.DisposeAsync();
        _log.Stopped(reason, cut);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync("disposed");
        await _app.DisposeAsync();
        foreach (var each in _owned)
        {
            each.Dispose();
        }

        _totals.Dispose();
        _meter.Dispose();
        _stop.Dispose();
        _abort.Dispose();
    }

    private async Task DeliverAsync(Dispatcher dispatcher, Microsoft.Extensions.Logging.ILogger logger)
    {
        try
        {
            await dispatcher.RunAsync(_stop.Token, _abort.Token);
        }
        catch (Exception bug)
        {
            logger.LogError(bug, "Delivery broke");
            _log.Alarm("delivery", $"delivery broke, which is a bug, and the relay ends: {bug.Message}", "Administrator: see that it was started again, and report the lines around this one");
            _broken.SetResult();
        }
    }

    private static WebApplication Build(
        RelayOptions options,
        RelaySurroundings around,
        ControlSocket? control,
        Action<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions> listen)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "hverelay" });
        builder.Logging.AddSerilog(around.Logger);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        if (control is not null)
        {
            builder.Services.Configure<Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets.SocketTransportOptions>(control.Configure);
        }

        builder.WebHost.UseKestrelCore();
        builder.Services.AddSingleton(around.Clock).AddSingleton<IConnectionListenerFactory, SocketTransport>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            listen(kestrel);
            control?.Serve(kestrel);
            if (options.Web.Port > 0)
            {
                kestrel.Listen(IPAddress.Parse(options.Web.Address), options.Web.Port);
            }
        });
        return builder.Build();
    }

    private static void Listen(
        Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions kestrel,
        RelayOptions options,
        IntakeContext intake,
        SessionRegistry sessions,
        CertificateSource? certificates)
    {
        foreach (var listener in options.Listeners)
        {
            var session = new SmtpSessionOptions
            {
                HostName = intake.HostName,
                Tls = listener.Tls switch
                {
                    ListenerTls.None => TlsPolicy.None,
                    ListenerTls.RequireStartTls => TlsPolicy.Required,
                    ListenerTls.Implicit => TlsPolicy.Implicit,
                    _ => TlsPolicy.Optional,
                },
                TlsOptions = () => ListenerTlsOptions.Create(certificates!.Current.Context, listener.MinimumTls),
            };
            var handler = new SmtpListener(listener, session, intake, sessions);
            kestrel.Listen(
                new SmtpEndPoint(IPAddress.Parse(listener.Address), listener.Port), endpoint => endpoint.Run(handler.RunAsync));
        }
    }

    /// <summary>Signals are the verb's; a host in a test must not take the process's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
