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
    public static IReadOnlyList<SenderPlan> From(RelayOptions options) =>
    [
        .. options.Hve.Accounts.Select(account => new SenderPlan(
            account.Address,
            [Lane.Account(account.Address), Lane.AnyAccount],
            options.Hve.MaxConnections,
            options.Hve.MaxRecipientsPerMessage,
            [
                new QuotaRule(QuotaRule.Tenant, options.Hve.RecipientsPerDay, QuotaRule.Day),
                new QuotaRule(account.Address.ToLowerInvariant(), account.RecipientsPerDay, QuotaRule.Day),
            ])),
    ];
}
