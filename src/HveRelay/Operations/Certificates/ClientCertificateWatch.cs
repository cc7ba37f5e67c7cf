using System.Globalization;
using HveRelay.Configuration;
using HveRelay.Files;
using HveRelay.Mail;

namespace HveRelay.Operations.Certificates;

/// <summary>
/// Looks every hour at the certificates by which the identity platform or a smarthost knows us, since one that ends stops all their mail:
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

    private static readonly (string Loss, string Remedy) OfToken = (
        "its account gets no token any more", "Tenant administrator: upload a new certificate to the app registration; administrator: put it into that file");

    private static readonly (string Loss, string Remedy) OfHandshake = (
        "the smarthost does not know this relay any more", "Administrator: put a new certificate into that file, which the connector of the smarthost knows");

    public ClientCertificateWatch(HveOptions hve, TimeProvider clock, MailLog log, IReadOnlyList<SmarthostOptions>? smarthosts = null)
    {
        (_clock, _log) = (clock, log);
        Follow(hve, smarthosts ?? []);
    }

    /// <summary>The configuration changed. What is known of files that are still named is kept.</summary>
    public void Follow(HveOptions hve, IReadOnlyList<SmarthostOptions> smarthosts)
    {
        lock (_gate)
        {
            var before = _watched;
            _watched = [.. Named(hve, smarthosts).Select(each => before.Find(one => one.Is(each)) ?? each)];
            if (_watched.Count > 0)
            {
                _watched.ForEach(LookAt);
                _timer ??= _clock.CreateTimer(_ => LookAtAll(), null, Look, Look);
            }
        }
    }

    public void Dispose() => _timer?.Dispose();

    private static IEnumerable<Watched> Named(HveOptions hve, IReadOnlyList<SmarthostOptions> smarthosts)
    {
        foreach (var (account, i) in hve.Accounts.Select((account, i) => (account, i.ToString(CultureInfo.InvariantCulture))))
        {
            if (account.OAuth?.ClientCertificate() is { } files)
            {
                yield return new Watched($"Hve.Accounts[{i}].OAuth.Certificate", files, OfToken);
            }
        }

        foreach (var (smarthost, i) in smarthosts.Select((smarthost, i) => (smarthost, i.ToString(CultureInfo.InvariantCulture))))
        {
            if (smarthost.OAuth?.ClientCertificate() is { } files)
            {
                yield return new Watched($"Smarthosts[{i}].OAuth.Certificate", files, OfToken);
            }

            if (smarthost.ClientCertificate is { File.Length: > 0 } own)
            {
                yield return new Watched($"Smarthosts[{i}].ClientCertificate.", own, OfHandshake);
            }
        }
    }

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

    private void Tell(Watched one, KeyedCertificate certificate)
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
                (left <= TimeSpan.Zero ? "it has ended, and " : "it ends soon, and then ") + one.End.Loss,
                one.End.Remedy);
        }
    }

    private sealed class Watched(string key, CertificateOptions files, (string Loss, string Remedy) end)
    {
        public string Key => key;

        public CertificateOptions Files => files;

        /// <summary>What its end brings, and who mends it.</summary>
        public (string Loss, string Remedy) End => end;

        public bool Is(Watched other) =>
            (key, files.File, files.KeyFile, files.PasswordFile) == (other.Key, other.Files.File, other.Files.KeyFile, other.Files.PasswordFile);

        public string? Thumbprint { get; set; }

        /// <summary>The latest complaint, said once.</summary>
        public string? Sentence { get; set; }

        public int Step { get; set; }
    }
}
