namespace HveRelay.Delivery;

// What the identity platform says instead of a token. The rules:
//   1. The first row that matches decides: its own codes (AADSTS…) come before those of OAuth 2.0 (RFC 6749 section 5.2).
//   2. None of it is about a message: mail is kept.
//   3. What no row knows is an account fault: asking the same again brings the same.

/// <summary>One row.</summary>
/// <param name="Code">Stands as a word in what was said.</param>
public sealed record TokenRow(string Code, ReplyClass Class, string Cause, string Remedy)
{
    public bool Matches(string words)
    {
        for (var at = words.IndexOf(Code, StringComparison.Ordinal); at >= 0; at = words.IndexOf(Code, at + 1, StringComparison.Ordinal))
        {
            if (!IsOfWord(words, at - 1) && !IsOfWord(words, at + Code.Length))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOfWord(string words, int at) =>
        at >= 0 && at < words.Length && (char.IsAsciiLetterOrDigit(words[at]) || words[at] == '_');
}

public static class TokenTable
{
    public static IReadOnlyList<TokenRow> Rows { get; } =
    [
        // The secret or the certificate
        Fault("AADSTS7000222", "The application's client secret has expired",
            "Tenant administrator: a new client secret in the app registration; administrator: put it into OAuth.ClientSecret and restart"),
        Fault("AADSTS7000215", "The application's client secret is wrong",
            "Administrator: OAuth.ClientSecret must be the secret's value, not its id, and of this application"),
        Fault("AADSTS7000218", "The identity platform wants a secret or certificate and got none", "Administrator: OAuth.ClientSecret or OAuth.CertificateFile"),
        Fault("AADSTS700027", "The application does not know this certificate, or it has expired",
            "Tenant administrator: upload the certificate to the app registration; administrator: OAuth.CertificateFile"),
        Fault("AADSTS700024", "The signature with the certificate is not valid at this time", "Administrator: the clock of this machine"),
        Fault("AADSTS700021", "The signature with the certificate is for another application", "Administrator: OAuth.ClientId and OAuth.TenantId"),

        // The application and the tenant
        Fault("AADSTS700016", "The tenant does not know the application", "Administrator: OAuth.ClientId and OAuth.TenantId"),
        Fault("AADSTS7000112", "The application is disabled in the tenant", "Tenant administrator: let users sign in to the enterprise application"),
        Fault("AADSTS7000229", "The application has no enterprise application in the tenant", "Tenant administrator: grant admin consent to the application"),
        Fault("AADSTS90002", "There is no such tenant", "Administrator: OAuth.TenantId"),
        Fault("AADSTS900023", "The tenant is neither an id nor a domain", "Administrator: OAuth.TenantId"),

        // Consent and policy
        Fault("AADSTS65001", "Consent to the application is missing",
            "Tenant administrator: Mail.Send of Office 365 Exchange Online as an application permission, with admin consent"),
        Fault("AADSTS500011", "The tenant does not know the resource of the scope", "Administrator: OAuth.Scope"),
        Fault("AADSTS70011", "The scope is not valid", "Administrator: OAuth.Scope must end in /.default"),
        Fault("AADSTS1002012", "The scope is not valid", "Administrator: OAuth.Scope must end in /.default"),
        Fault("AADSTS53003", "Conditional Access blocks the application", "Tenant administrator: Conditional Access for workload identities"),

        // It has trouble of its own
        Later("AADSTS90033", "The identity platform has a temporary fault"),
        Later("AADSTS50196", "The identity platform was asked too often"),
        Later("temporarily_unavailable", "The identity platform has a temporary fault"),
        Later("server_error", "The identity platform has a temporary fault"),

        // OAuth 2.0, where nothing more is said
        Fault("invalid_client", "The identity platform does not accept the application's secret or certificate",
            "Administrator: OAuth.ClientId, and the secret or certificate"),
        Fault("unauthorized_client", "The application may not ask for tokens in this way", "Administrator: OAuth.ClientId and OAuth.TenantId"),
        Fault("invalid_scope", "The scope is not valid", "Administrator: OAuth.Scope"),
        Fault("access_denied", "The identity platform denies the application a token", "Tenant administrator: consent and policies of the application"),
    ];

    /// <summary>What the identity platform's words mean.</summary>
    public static ReplyVerdict Classify(string words) =>
        Rows.FirstOrDefault(row => row.Matches(words)) is { } known
            ? new ReplyVerdict(
                known.Class, known.Class == ReplyClass.AccountFault ? FaultKind.Credentials : FaultKind.None, known.Cause, known.Remedy,
                Confidence.Microsoft, "Microsoft identity platform, error codes")
            : new ReplyVerdict(
                ReplyClass.AccountFault,
                FaultKind.Unknown,
                "The identity platform gives no token, for a reason that is not known here",
                "Administrator: read what it says, and look at the OAuth keys",
                Confidence.Unknown,
                string.Empty);

    private static TokenRow Fault(string code, string cause, string remedy) => new(code, ReplyClass.AccountFault, cause, remedy);

    private static TokenRow Later(string code, string cause) => new(code, ReplyClass.Unreachable, cause, string.Empty);
}
