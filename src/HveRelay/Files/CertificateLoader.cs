using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using HveRelay.Configuration;

namespace HveRelay.Files;

/// <summary>
/// Loads a certificate, its key and its chain: PEM with the key in the same file or another, plain or encrypted; or PFX. In PEM the
/// leaf is the first certificate (RFC 8446 section 4.4.2 wants it first as well), in PFX the one that has a key.
/// </summary>
public static class CertificateLoader
{
    public static CertificateLoad Load(CertificateOptions options)
    {
        string? password = null;
        if (!TryRead(options.File!, out var content, out var sentence))
        {
            return new CertificateLoad.Failed(nameof(options.File), sentence);
        }

        var key = content;
        if (!string.IsNullOrEmpty(options.KeyFile) && !TryRead(options.KeyFile, out key, out sentence))
        {
            return new CertificateLoad.Failed(nameof(options.KeyFile), sentence);
        }

        if (!string.IsNullOrEmpty(options.PasswordFile) && !SecretFile.TryRead(options.PasswordFile, out password, out sentence))
        {
            return new CertificateLoad.Failed(nameof(options.PasswordFile), sentence);
        }

        return IsPem(content)
            ? FromPem(options, Encoding.UTF8.GetString(content), Encoding.UTF8.GetString(key), password)
            : FromPfx(options, content, password);
    }

    private static CertificateLoad FromPem(CertificateOptions options, string certificates, string keys, string? password)
    {
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(certificates);
        }
        catch (CryptographicException)
        {
            chain.Clear();
        }

        if (chain.Count == 0)
        {
            return new CertificateLoad.Failed(nameof(options.File), $"{options.File} holds no certificate that can be read");
        }

        var keyName = string.IsNullOrEmpty(options.KeyFile) ? nameof(options.File) : nameof(options.KeyFile);
        var keyFile = string.IsNullOrEmpty(options.KeyFile) ? options.File : options.KeyFile;
        var encrypted = keys.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal);
        if (!encrypted && !keys.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            return new CertificateLoad.Failed(keyName, $"{keyFile} holds no private key");
        }

        if (encrypted && password is null)
        {
            return new CertificateLoad.Failed(nameof(options.PasswordFile), $"is missing: the key in {keyFile} is encrypted");
        }

        try
        {
            var leaf = encrypted
                ? X509Certificate2.CreateFromEncryptedPem(certificates, keys, password)
                : X509Certificate2.CreateFromPem(certificates, keys);
            chain[0].Dispose();
            chain.RemoveAt(0);
            return Loaded(leaf, chain);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            return new CertificateLoad.Failed(
                keyName,
                $"the key in {keyFile} does not belong to the first certificate in {options.File}"
                + (encrypted ? ", or the password is wrong" : ", or cannot be read"));
        }
    }

    private static CertificateLoad FromPfx(CertificateOptions options, byte[] content, string? password)
    {
        X509Certificate2Collection all;
        try
        {
            all = X509CertificateLoader.LoadPkcs12Collection(content, password, KeyStorage);
        }
        catch (CryptographicException)
        {
            return new CertificateLoad.Failed(
                nameof(options.File),
                $"{options.File} is neither PEM nor a PFX that opens {(password is null ? "without a password" : "with the password of PasswordFile")}");
        }

        if (all.FirstOrDefault(certificate => certificate.HasPrivateKey) is not { } leaf)
        {
            return new CertificateLoad.Failed(nameof(options.File), $"{options.File} holds no private key");
        }

        all.Remove(leaf);
        return Loaded(leaf, all);
    }

    // SChannel takes no key that lives in memory alone.
    private static CertificateLoad.Loaded Loaded(X509Certificate2 leaf, X509Certificate2Collection chain)
    {
        if (OperatingSystem.IsWindows())
        {
            using var inMemory = leaf;
            leaf = X509CertificateLoader.LoadPkcs12(inMemory.Export(X509ContentType.Pfx), null, KeyStorage);
        }

        return new CertificateLoad.Loaded(new KeyedCertificate(leaf, chain));
    }

    private static X509KeyStorageFlags KeyStorage =>
        OperatingSystem.IsLinux() ? X509KeyStorageFlags.EphemeralKeySet : X509KeyStorageFlags.DefaultKeySet;

    private static bool IsPem(byte[] content) => content.AsSpan().IndexOf("-----BEGIN "u8) >= 0;

    private static bool TryRead(string path, out byte[] content, out string sentence)
    {
        (content, sentence) = ([], string.Empty);
        try
        {
            content = BoundedFile.ReadAllBytes(path, BoundedFile.Text);
            return true;
        }
        catch (Exception fault) when (FileFault.Sentence(path, fault) is { } wrong)
        {
            sentence = wrong;
            return false;
        }
    }
}
