using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Delivery;

/// <summary>One account as delivery sees it.</summary>
/// <param name="Account">Its address, as in the configuration; what IUpstream is asked for.</param>
/// <param name="Lanes">The lanes it serves.</param>
/// <param name="Connections">At once.</param>
/// <param name="Recipients">Of one transaction.</param>
/// <param name="Rules">The quotas that its recipients count in.</param>
public sealed record SenderPlan(
    string Account, IReadOnlyList<Lane> Lanes, int Connections, int Recipients, IReadOnlyList<QuotaRule> Rules)
{
    /// <summary>The window of HVE's daily limit.</summary>
    public static readonly TimeSpan Day = TimeSpan.FromHours(24);

    /// <summary>The scope of the tenant in the ledger.</summary>
    public const string Tenant = "";

    public static IReadOnlyList<SenderPlan> From(RelayOptions options) =>
    [
        .. options.Hve.Accounts.Select(account => new SenderPlan(
            account.Address,
            [Lane.Account(account.Address), Lane.AnyAccount],
            options.Hve.MaxConnections,
            options.Hve.MaxRecipientsPerMessage,
            [
                new QuotaRule(Tenant, options.Hve.RecipientsPerDay, Day),
                new QuotaRule(account.Address.ToLowerInvariant(), account.RecipientsPerDay, Day),
            ])),
    ];
}
