namespace HveRelay.Configuration;

/// <summary>As whom a smarthost logs in and sends. Pure.</summary>
public static class SmarthostSender
{
    private const string SubmissionScope = "https://outlook.office365.com/.default";

    /// <summary>Whoever sends: the accounts by their addresses, then the smarthosts by their names.</summary>
    public static IEnumerable<string> Senders(this RelayOptions relay) =>
        [.. relay.Hve.Accounts.Select(account => account.Address), .. relay.Smarthosts.Select(smarthost => smarthost.Name)];

    /// <summary>Its OAuth login in the form that tokens are asked for.</summary>
    public static AccountOptions AsAccount(this SmarthostOptions smarthost)
    {
        var oauth = smarthost.OAuth!;
        return new AccountOptions
        {
            Address = smarthost.UserName ?? string.Empty,
            OAuth = new OAuthOptions
            {
                TenantId = oauth.TenantId,
                ClientId = oauth.ClientId,
                ClientSecret = oauth.ClientSecret,
                CertificateFile = oauth.CertificateFile,
                CertificateKeyFile = oauth.CertificateKeyFile,
                CertificatePasswordFile = oauth.CertificatePasswordFile,
                Authority = oauth.Authority,
                Scope = string.IsNullOrEmpty(oauth.Scope) ? SubmissionScope : oauth.Scope,
            },
        };
    }

    /// <summary>Its Address; else its UserName where that is an address; else the first HVE account's; else null.</summary>
    public static string? AddressOf(this RelayOptions relay, SmarthostOptions smarthost) =>
        smarthost.Address.Length > 0 ? smarthost.Address
        : smarthost.UserName is { } user && AddressText.IsAddress(user) ? user
        : relay.Hve.Accounts is [{ Address.Length: > 0 } first, ..] ? first.Address
        : null;
}
