using HveRelay.Configuration;
using HveRelay.Files;
using HveRelay.Smtp.Client;
using HveRelay.Smtp.Client.Sasl;

namespace HveRelay.Upstream;

/// <summary>Where an account or a smarthost connects and as whom: the configuration's two kinds brought to one form.</summary>
/// <param name="Mechanisms">With user name and password, in order of preference; empty where there are none.</param>
/// <param name="Account">The account whose token is asked for, null where there is no OAuth.</param>
internal sealed record NextHop(
    string Host,
    int Port,
    SmtpSecurity Security,
    IReadOnlyList<SaslMechanism> Mechanisms,
    AccountOptions? Account,
    string? TrustedCertificate,
    CertificateOptions? ClientCertificate)
{
    /// <summary>Null where the configuration has no such account or smarthost.</summary>
    public static NextHop? Find(RelayOptions options, string name)
    {
        if (options.Hve.Accounts.Find(one => string.Equals(one.Address, name, StringComparison.OrdinalIgnoreCase)) is { } account)
        {
            var hve = options.Hve;
            return new NextHop(
                hve.Host,
                hve.Port,
                SecurityOf(hve.Security),
                account.OAuth is null ? ForHve(account.Address, PasswordOf(account.PasswordFile, account.Password)) : [],
                account.OAuth is null ? null : account,
                hve.TrustedCertificate,
                ClientCertificate: null);
        }

        if (options.Smarthosts.Find(one => string.Equals(one.Name, name, StringComparison.OrdinalIgnoreCase)) is { } smarthost)
        {
            return new NextHop(
                smarthost.Host,
                smarthost.Port,
                SecurityOf(smarthost.Security),
                smarthost.OAuth is null ? [.. ForHve(smarthost.UserName, PasswordOf(smarthost.PasswordFile, smarthost.Password)).Reverse()] : [],
                smarthost.OAuth is null ? null : smarthost.AsAccount(),
                smarthost.TrustedCertificate,
                smarthost.ClientCertificate);
        }

        return null;
    }

    /// <summary>Read at each login: whoever changes it need not restart the relay. Where the file is gone or says nothing now, what it said at the start.</summary>
    private static string? PasswordOf(string? file, string? atStart) =>
        !string.IsNullOrEmpty(file) && SecretFile.TryRead(file, out var now, out _) ? now : atStart;

    /// <summary>
    /// HVE is known to take LOGIN, and whether it takes PLAIN nobody has written down. Elsewhere PLAIN is the standard and
    /// comes first.
    /// </summary>
    private static IReadOnlyList<SaslMechanism> ForHve(string? user, string? password) =>
        string.IsNullOrEmpty(user) || string.IsNullOrEmpty(password)
            ? []
            : [new LoginMechanism(user, password), new PlainMechanism(user, password)];

    public static SmtpSecurity SecurityOf(UpstreamSecurity security) => security switch
    {
        UpstreamSecurity.StartTls => SmtpSecurity.StartTls,
        UpstreamSecurity.Implicit => SmtpSecurity.Implicit,
        UpstreamSecurity.None => SmtpSecurity.None,
        _ => throw new ArgumentOutOfRangeException(nameof(security), security, message: null),
    };
}
