using System.Globalization;
using HveRelay.Configuration;
using HveRelay.Mail;

namespace HveRelay.Operations.Certificates;

/// <summary>
/// Looks every hour at the certificates by which the identity platform knows us, since one that ends stops all mail of its account:
/// says which is there, that it was replaced, and, 30 and 7 days before, that it ends.
/// </summary>
internal sealed class ClientCertificateWatch : IDisposable
{
    /// <summary>From the mildest; <see cref="Watched.Step"/> counts those that were said.</summary>
    private static readonly (TimeSpan Before, EventLevel Level)[] Steps =
    [
        (TimeSpan.FromDays(30), EventLevel.Warning),
        (TimeSpan.FromDays(7), EventLevel.Error),
        (TimeSpan.Zero, EventLevel.Error),
    ];

    private static readonly TimeSpan Look = TimeSpan.FromHours(1);

    private List<Watched> _watched = [];
    private readonly TimeProvider _clock;
    private readonly MailLog _log;
    private readonly Lock _gate = new();
    private ITimer? _timer;

    public ClientCertificateWatch(HveOptions hve, TimeProvider clock, MailLog log)
    {
        (_clock, _log) = (clock, log);
        Follow(hve);
    }

    /// <summary>The configuration changed. What is known of files that are still named is kept.</summary>
    public void Follow(HveOptions hve)
    {
        lock (_gate)
        {
            var before = _watched;
            _watched =
            [
                .. from account in hve.Accounts.Select((account, i) => (account.OAuth, Index: i.ToString(CultureInfo.InvariantCulture)))
                   let files = account.OAuth?.ClientCertificate()
                   where files is not null
                   let key = $"Hve.Accounts[{account.Index}].OAuth.Certificate"
                   select before.Find(one => one.Key == key && one.IsOf(files)) ?? new Watched(key, files),
            ];
            if (_watched.Count > 0)
            {
                _watched.ForEach(LookAt);
                _timer ??= _clock.CreateTimer(_ => LookAtAll(), null, Look, Look);
            }
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void LookAtAll()
    {
        lock (_gate)
        {
            _watched.ForEach(LookAt);
        }
    }

    private void LookAt(Watched one)
    {
        switch (CertificateLoader.Load(one.Files))
        {
            case CertificateLoad.Loaded loaded:
                using (loaded.Certificate)
                {
                    one.Sentence = null;
                    Tell(one, loaded.Certificate);
                }

                break;
            case CertificateLoad.Failed failed when failed.Sentence != one.Sentence:
                one.Sentence = failed.Sentence;
                _log.Config(EventLevel.Error, one.Key + failed.Key, failed.Sentence + (one.Thumbprint is null ? string.Empty : "; the certificate in use stays"));
                break;
        }
    }

    private void Tell(Watched one, ServerCertificate certificate)
    {
        var leaf = certificate.Leaf;
        var end = new DateTimeOffset(leaf.NotAfter).ToUniversalTime();
        var until = end.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (one.Thumbprint != leaf.Thumbprint)
        {
            (one.Thumbprint, one.Step) = (leaf.Thumbprint, 0);
            _log.Certificate(leaf.Subject, until, one.Files.File!);
        }

        var left = end - _clock.GetUtcNow();
        var step = Array.FindLastIndex(Steps, each => left <= each.Before) + 1;
        if (step > one.Step)
        {
            one.Step = step;
            _log.CertificateEnds(
                Steps[step - 1].Level,
                leaf.Subject,
                until,
                one.Files.File!,
                left <= TimeSpan.Zero ? "it has ended, and its account gets no token any more" : "it ends soon, and then its account gets no token any more",
                "Tenant administrator: upload a new certificate to the app registration; administrator: put it into that file");
        }
    }

    private sealed class Watched(string key, CertificateOptions files)
    {
        public string Key => key;

        public CertificateOptions Files => files;

        public bool IsOf(CertificateOptions other) =>
            (files.File, files.KeyFile, files.PasswordFile) == (other.File, other.KeyFile, other.PasswordFile);

        public string? Thumbprint { get; set; }

        /// <summary>The latest complaint, said once.</summary>
        public string? Sentence { get; set; }

        public int Step { get; set; }
    }
}
