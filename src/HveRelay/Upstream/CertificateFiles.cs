using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HveRelay.Configuration;
using HveRelay.Smtp.Client.Tls;

namespace HveRelay.Upstream;

/// <summary>Certificates from files, read at every connect, so that a replaced file counts from the next connection on.</summary>
internal static class CertificateFiles
{
    /// <exception cref="CertificateFileException"/>
    public static async Task<ServerTrust> TrustAsync(string? file, CancellationToken cancel)
    {
        if (string.IsNullOrEmpty(file))
        {
            return ServerTrust.System;
        }

        try
        {
            return ServerTrust.FromPem(await File.ReadAllTextAsync(file, cancel));
        }
        catch (Exception unreadable) when (IsExpected(unreadable))
        {
            throw new CertificateFileException($"TrustedCertificate '{file}' cannot be used: {unreadable.Message}", unreadable);
        }
    }

    /// <exception cref="CertificateFileException"/>
    public static async Task<SslStreamCertificateContext?> OwnAsync(CertificateOptions? options, CancellationToken cancel)
    {
        if (options?.File is not { Length: > 0 })
        {
            return null;
        }

        var (own, chain) = await LoadAsync(options, "ClientCertificate", cancel);
        return SslStreamCertificateContext.Create(own, chain, offline: true);
    }

    /// <summary>The certificate with its key, and what stands beside it in the file.</summary>
    /// <param name="key">Of the configuration, for the words of the exception.</param>
    /// <exception cref="CertificateFileException"/>
    public static async Task<(X509Certificate2 Own, X509Certificate2Collection Chain)> LoadAsync(
        CertificateOptions options, string key, CancellationToken cancel)
    {
        var file = options.File!;
        try
        {
            var password = options.PasswordFile is { Length: > 0 } secret
                ? (await File.ReadAllTextAsync(secret, cancel)).TrimEnd('\r', '\n')
                : null;
            var octets = await File.ReadAllBytesAsync(file, cancel);
            return octets.AsSpan().IndexOf("-----BEGIN "u8) >= 0
                ? FromPem(file, options.KeyFile, password)
                : (X509CertificateLoader.LoadPkcs12(octets, password), []);
        }
        catch (Exception unreadable) when (IsExpected(unreadable))
        {
            throw new CertificateFileException($"{key} '{file}' cannot be used: {unreadable.Message}", unreadable);
        }
    }

    private static (X509Certificate2 Own, X509Certificate2Collection Chain) FromPem(string file, string? keyFile, string? password)
    {
        keyFile = string.IsNullOrEmpty(keyFile) ? null : keyFile;
        using var pem = password is null
            ? X509Certificate2.CreateFromPemFile(file, keyFile)
            : X509Certificate2.CreateFromEncryptedPemFile(file, password, keyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(file);

        // Windows cannot use a key that exists only in memory; by way of PKCS #12 it can everywhere.
        return (X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null), chain);
    }

    private static bool IsExpected(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;
}

/// <summary>A file of the configuration that cannot be used; the message names it.</summary>
internal sealed class CertificateFileException(string message, Exception inner) : Exception(message, inner);
