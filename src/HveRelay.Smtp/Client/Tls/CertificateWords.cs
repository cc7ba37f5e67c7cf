using System.Security.Cryptography.X509Certificates;

namespace HveRelay.Smtp.Client.Tls;

/// <summary>
/// Says what is wrong with a certificate. Who issued it and for which name is what reveals a proxy that intercepts. All of
/// it is written by the other side, hence bounded and made printable.
/// </summary>
internal static class CertificateWords
{
    private const int Longest = 120;
    private const int MostNames = 5;
    private const X509ChainStatusFlags NoAuthority = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;

    public static string Describe(X509Certificate2 certificate) =>
        $"The certificate for {Names(certificate)}, issued by {Short(certificate.Issuer)}, "
        + $"valid from {certificate.NotBefore.ToUniversalTime():yyyy-MM-dd} to {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}";

    public static IReadOnlyList<string> Faults(X509Chain? chain)
    {
        var faults = new List<string>();
        var status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            faults.Add("it has expired or is not valid yet");
        }

        if ((status & NoAuthority) != X509ChainStatusFlags.NoError)
        {
            faults.Add("no authority that is trusted here issued it");
        }

        var rest = status & ~(X509ChainStatusFlags.NotTimeValid | NoAuthority);
        if (rest != X509ChainStatusFlags.NoError || status == X509ChainStatusFlags.NoError)
        {
            faults.Add($"its chain is not valid ({rest})");
        }

        return faults;
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames())
            .Take(MostNames)
            .ToList();
        return Short(names.Count > 0 ? string.Join(", ", names) : certificate.Subject);
    }

    private static string Short(string text) => Printable.Of(text.Length <= Longest ? text : text[..Longest]);
}
