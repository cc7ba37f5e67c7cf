using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace HveRelay.Simulator;

/// <summary>What all sessions of one simulator share.</summary>
internal sealed class ServerState : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lazy<X509Certificate2> _stranger = new(SimulatorCertificate.Stranger);
    private readonly SslStreamCertificateContext _context;

    public ServerState(SimulatorOptions options, TimeProvider clock)
    {
        Options = options;
        Clock = clock;
        Faults = new FaultPlan(Pulse);
        Tally = new Tally(Pulse);
        Report = new SimulatorReport(options.Report);
        Accounts = new AccountBook(options, clock);
        Quota = new DailyWindow(options.RecipientsPerDay, clock);
        Messages = new Ring<RecordedMessage>(options.RecordLimit);
        Certificate = options.CertificateDirectory is { } directory
            ? SimulatorCertificate.Kept(directory, options.HostName) : SimulatorCertificate.Own(options.HostName);
        _context = SslStreamCertificateContext.Create(Certificate, null, offline: true);
        Stopped = _stop.Token;
    }

    public SimulatorOptions Options { get; }

    public TimeProvider Clock { get; }

    public Pulse Pulse { get; } = new();

    public FaultPlan Faults { get; }

    public Tally Tally { get; }

    public SimulatorReport Report { get; }

    public AccountBook Accounts { get; }

    public DailyWindow Quota { get; }

    public Ring<RecordedMessage> Messages { get; }

    public Ring<ConnectionTranscript> Transcripts { get; } = new(1000);

    public X509Certificate2 Certificate { get; }

    public CancellationToken Stopped { get; }

    public SslServerAuthenticationOptions TlsOptions(bool stranger) => new()
    {
        ServerCertificateContext = stranger ? SslStreamCertificateContext.Create(_stranger.Value, null, offline: true) : _context,
        EnabledSslProtocols = Options.Protocols,
        ClientCertificateRequired = Options.ClientCertificate is not null,
        RemoteCertificateValidationCallback = (_, shown, _, _) =>
            Options.ClientCertificate is not { } known || known.GetCertHashString() == shown?.GetCertHashString(),
    };

    public void Stop() => _stop.Cancel();

    public void Dispose()
    {
        Certificate.Dispose();
        if (_stranger.IsValueCreated)
        {
            _stranger.Value.Dispose();
        }

        _stop.Dispose();
    }
}
