using HveRelay.Configuration;
using HveRelay.Files;
using HveRelay.Mail;

namespace HveRelay.Operations.Certificates;

/// <summary>
/// The certificate of the next handshake. The files are looked at when a handshake comes, at most every few seconds: a new certificate
/// is used from then on, sessions keep theirs, and one that cannot be loaded changes nothing but the log.
/// </summary>
internal sealed class CertificateSource
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private CertificateOptions? _own;
    private readonly Func<KeyedCertificate> _selfSigned;
    private readonly TimeProvider _clock;
    private readonly MailLog _log;
    private readonly Lock _gate = new();
    private KeyedCertificate _current;
    private string _stamp;
    private long _lookedAt;

    /// <exception cref="RelayStartException">It cannot be loaded, and why.</exception>
    public CertificateSource(CertificateOptions? own, string dataDirectory, string hostName, TimeProvider clock, MailLog log)
    {
        _own = own is { File: not null } ? own : null;
        _selfSigned = () => SelfSignedCertificate.Obtain(dataDirectory, hostName, clock);
        _clock = clock;
        _log = log;
        _stamp = Stamp();
        _current = Load() switch
        {
            CertificateLoad.Failed failed => throw new RelayStartException($"Certificate.{failed.Key}", failed.Sentence),
            CertificateLoad.Loaded loaded => loaded.Certificate,
            var other => throw new InvalidOperationException($"No such result: {other}"),
        };
        _lookedAt = clock.GetTimestamp();
        Tell();
    }

    public KeyedCertificate Current
    {
        get
        {
            lock (_gate)
            {
                if (_clock.GetElapsedTime(_lookedAt) >= Look)
                {
                    _lookedAt = _clock.GetTimestamp();
                    Refresh();
                }

                return _current;
            }
        }
    }

    /// <summary>The configuration names other files: the next handshake has them.</summary>
    public void Use(CertificateOptions? own)
    {
        lock (_gate)
        {
            _own = own is { File: not null } ? own : null;
            _stamp = string.Empty;
            Refresh();
        }
    }

    private void Refresh()
    {
        var stamp = Stamp();
        if (stamp == _stamp)
        {
            return;
        }

        switch (Load())
        {
            case CertificateLoad.Loaded loaded:
                // The one before is still in use by sessions: the garbage collector has it when they end.
                _current = loaded.Certificate;
                _stamp = stamp;
                Tell();
                break;
            case CertificateLoad.Failed failed:
                // Its key may be on its way: asked again, told once for each state of the files.
                if (_stamp != "! " + stamp)
                {
                    _log.Config(EventLevel.Error, $"Certificate.{failed.Key}", $"{failed.Sentence}; the certificate in use stays");
                    _stamp = "! " + stamp;
                }

                break;
        }
    }

    private CertificateLoad Load()
    {
        try
        {
            return _own is null ? new CertificateLoad.Loaded(_selfSigned()) : CertificateLoader.Load(_own);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return new CertificateLoad.Failed(nameof(CertificateOptions.File), $"no self-signed certificate can be kept: {unwritable.Message}");
        }
    }

    /// <summary>Changes when there is something new to load: the files, or the day for the self-signed one, which renews itself.</summary>
    private string Stamp() => _own is null
        ? $"{_clock.GetUtcNow():yyyy-MM-dd}"
        : FileStamp.Of(new[] { _own.File, _own.KeyFile, _own.PasswordFile }.OfType<string>());

    private void Tell() => _log.Certificate(
        _current.Leaf.Subject, _current.Leaf.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd"), _own?.File ?? "self-signed");
}
