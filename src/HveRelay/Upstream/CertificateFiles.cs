using System.Security.Cryptography;
using HveRelay.Configuration;
using HveRelay.Files;
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

    /// <summary>By which a smarthost knows us; null where it does by other means.</summary>
    /// <exception cref="CertificateFileException"/>
    public static KeyedCertificate? Own(CertificateOptions? options) => options?.File is { Length: > 0 } ? Load(options, "ClientCertificate.") : null;

    /// <param name="prefix">Of the key in the configuration, for the words of the exception.</param>
    /// <exception cref="CertificateFileException"/>
    public static KeyedCertificate Load(CertificateOptions options, string prefix) => CertificateLoader.Load(options) switch
    {
        CertificateLoad.Loaded loaded => loaded.Certificate,
        CertificateLoad.Failed failed => throw new CertificateFileException($"{prefix}{failed.Key}: {failed.Sentence}"),
        var other => throw new InvalidOperationException($"No such result: {other}"),
    };

    private static bool IsExpected(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;
}

/// <summary>A file of the configuration that cannot be used; the message names it.</summary>
internal sealed class CertificateFileException(string message, Exception? inner = null) : Exception(message, inner);
