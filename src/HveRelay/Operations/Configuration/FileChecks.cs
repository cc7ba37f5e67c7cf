using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HveRelay.Configuration;
using HveRelay.Files;

namespace HveRelay.Operations.Configuration;

/// <summary>What only this machine can tell: certificates, the trust anchor, directories, open files, its own addresses. Leaves nothing behind.</summary>
public sealed class FileChecks
{
    private static readonly TimeSpan SoonExpired = TimeSpan.FromDays(14);

    /// <summary>A new one has to be uploaded to the app registration, often by somebody else.</summary>
    private static readonly TimeSpan SoonExpiredAtTheTenant = TimeSpan.FromDays(30);

    private readonly List<ConfigurationError> _errors = [];
    private readonly List<ConfigurationWarning> _warnings = [];
    private readonly DateTimeOffset _now;

    private FileChecks(DateTimeOffset now) => _now = now;

    public static CheckReport Check(RelayOptions relay, TimeProvider clock)
    {
        var checks = new FileChecks(clock.GetUtcNow());
        if (OpenFiles.Check(relay, OpenFiles.LimitOfThisProcess()) is { } tooFew)
        {
            checks._warnings.Add(tooFew);
        }

        // A warning: it may be another machine on which the file is looked at.
        checks._warnings.AddRange(PortProbe.Elsewhere(relay).Select(listener => new ConfigurationWarning(listener.Key, listener.Sentence)));
        checks.CheckDataDirectory(relay.DataDirectory);
        checks.NearestDirectory("Pickup.Directory", relay.Pickup.Directory);
        checks.CheckCertificate("Certificate", relay.Certificate, relay.HostName);
        checks.CheckTrustAnchor("Hve.TrustedCertificate", relay.Hve.TrustedCertificate);
        for (var i = 0; i < relay.Smarthosts.Count; i++)
        {
            checks.CheckCertificate($"Smarthosts[{i}].ClientCertificate", relay.Smarthosts[i].ClientCertificate);
            checks.CheckTrustAnchor($"Smarthosts[{i}].TrustedCertificate", relay.Smarthosts[i].TrustedCertificate);
            checks.CheckClientCertificate($"Smarthosts[{i}].OAuth.Certificate", relay.Smarthosts[i].OAuth?.ClientCertificate());
        }

        for (var i = 0; i < relay.Hve.Accounts.Count; i++)
        {
            checks.CheckClientCertificate($"Hve.Accounts[{i}].OAuth.Certificate", relay.Hve.Accounts[i].OAuth?.ClientCertificate());
        }

        return new CheckReport(checks._errors, checks._warnings);
    }

    // Not created here: who checks may be another user than who runs the relay, and would own it.
    private void CheckDataDirectory(string path)
    {
        if (NearestDirectory("DataDirectory", path) is not { } nearest)
        {
            return;
        }

        try
        {
            using var probe = new FileStream(
                Path.Combine(nearest, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            _errors.Add(new ConfigurationError(
                "DataDirectory",
                nearest.Equals(path, StringComparison.Ordinal)
                    ? $"{path} may not be written by {CurrentUser.Name}"
                    : $"{path} is not there, and {nearest} may not be written by {CurrentUser.Name}"));
        }
    }

    /// <summary>The directory itself, or the nearest above it that is there; null where a file stands in its place, which is an error, or none is wanted.</summary>
    private string? NearestDirectory(string key, string path)
    {
        if (path.Length == 0)
        {
            return null;
        }

        var nearest = path;
        while (!Directory.Exists(nearest) && !File.Exists(nearest) && Path.GetDirectoryName(nearest) is { } parent)
        {
            nearest = parent;
        }

        if (!File.Exists(nearest))
        {
            return nearest;
        }

        _errors.Add(new ConfigurationError(key, $"{nearest} is a file, not a directory"));
        return null;
    }

    /// <param name="name">The name that clients know us by; empty where it does not matter.</param>
    private void CheckCertificate(string key, CertificateOptions? options, string name = "")
    {
        if (string.IsNullOrEmpty(options?.File))
        {
            return;
        }

        switch (CertificateLoader.Load(options))
        {
            case CertificateLoad.Failed failed:
                _errors.Add(new ConfigurationError($"{key}.{failed.Key}", failed.Sentence));
                break;
            case CertificateLoad.Loaded loaded:
                using (loaded.Certificate)
                {
                    CheckRights($"{key}.", options);
                    CheckDates($"{key}.File", options.File, loaded.Certificate.Leaf);
                    if (name.Length > 0 && !loaded.Certificate.Leaf.MatchesHostname(name))
                    {
                        _warnings.Add(new ConfigurationWarning(
                            $"{key}.File", $"the certificate in {options.File} does not cover HostName {name}: clients that check the name refuse it"));
                    }
                }

                break;
        }
    }

    private void CheckClientCertificate(string prefix, CertificateOptions? options)
    {
        switch (options is null ? null : CertificateLoader.Load(options))
        {
            case CertificateLoad.Failed failed:
                _errors.Add(new ConfigurationError(prefix + failed.Key, failed.Sentence));
                break;
            case CertificateLoad.Loaded loaded:
                using (loaded.Certificate)
                {
                    CheckRights(prefix, options!);
                    CheckDates(prefix + "File", options!.File!, loaded.Certificate.Leaf, SoonExpiredAtTheTenant);
                    if (loaded.Certificate.Leaf.PublicKey.GetRSAPublicKey() is null)
                    {
                        _errors.Add(new ConfigurationError(prefix + "File", $"the key of the certificate in {options.File} is not RSA, and the identity platform takes no other"));
                    }
                }

                break;
        }
    }

    /// <summary>Of the file with the key, and of the one with its password.</summary>
    private void CheckRights(string prefix, CertificateOptions options)
    {
        var (name, key) = string.IsNullOrEmpty(options.KeyFile) ? (nameof(options.File), options.File) : (nameof(options.KeyFile), options.KeyFile);
        _warnings.AddRange(new[]
        {
            SecretFile.OpenToAll(prefix + name, key),
            SecretFile.OpenToAll(prefix + nameof(options.PasswordFile), options.PasswordFile),
        }.OfType<ConfigurationWarning>());
    }

    private void CheckTrustAnchor(string key, string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            return;
        }

        var anchors = new X509Certificate2Collection();
        try
        {
            anchors.ImportFromPem(BoundedFile.ReadAllText(path, BoundedFile.Text));
        }
        catch (CryptographicException)
        {
            anchors.Clear();
        }
        catch (Exception fault) when (FileFault.Sentence(path, fault) is { } sentence)
        {
            _errors.Add(new ConfigurationError(key, sentence));
            return;
        }

        if (anchors.Count == 0)
        {
            _errors.Add(new ConfigurationError(key, $"{path} holds no certificate in PEM"));
        }

        foreach (var anchor in anchors)
        {
            CheckDates(key, path, anchor);
            anchor.Dispose();
        }
    }

    private void CheckDates(string key, string path, X509Certificate2 certificate, TimeSpan? soon = null)
    {
        var (begin, end) = (new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter)); // both local time
        (begin, end) = (begin.ToUniversalTime(), end.ToUniversalTime());
        if (_now >= end)
        {
            _errors.Add(new ConfigurationError(key, $"the certificate in {path} expired on {end:yyyy-MM-dd}"));
        }
        else if (_now < begin)
        {
            _errors.Add(new ConfigurationError(key, $"the certificate in {path} is not valid before {begin:yyyy-MM-dd HH:mm}Z; is the clock right?"));
        }
        else if (_now >= end - (soon ?? SoonExpired))
        {
            _warnings.Add(new ConfigurationWarning(key, $"the certificate in {path} expires on {end:yyyy-MM-dd}"));
        }
    }
}
