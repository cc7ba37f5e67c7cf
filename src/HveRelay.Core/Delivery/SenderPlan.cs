using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Delivery;

/// <summary>One account or smarthost as delivery sees it.</summary>
/// <param name="Account">Its address, or the smarthost's name, as in the configuration; what IUpstream is asked for.</param>
/// <param name="Lanes">The lanes it serves.</param>
/// <param name="Connections">At once.</param>
/// <param name="Recipients">Of one transaction.</param>
/// <param name="Rules">The quotas that its recipients count in.</param>
/// <param name="OtherRules">The same for mail that is not urgent: less the reserve.</param>
public sealed record SenderPlan(
    string Account, IReadOnlyList<Lane> Lanes, int Connections, int Recipients,
    IReadOnlyList<QuotaRule> Rules,
    IReadOnlyList<QuotaRule> OtherRules)
{
    /// <summary>While it is faulty or exhausted, other accounts send what is in its lane.</summary>
    public bool TakeOver { get; init; }

    /// <summary>Null where it is an account of HVE.</summary>
    public SmarthostPlan? Smarthost { get; init; }

    /// <summary>Urgent mail may use what other mail may not.</summary>
    public bool HasReserve => !Rules.SequenceEqual(OtherRules);

    public bool HasRulesOf(SenderPlan other) => Rules.SequenceEqual(other.Rules) && OtherRules.SequenceEqual(other.OtherRules);

    /// <summary>The quotas of one message: those of its urgency, and its client's, which has no limit.</summary>
    public IReadOnlyList<QuotaRule> RulesOf(Envelope mail) =>
        [.. mail.Priority == Priority.Urgent ? Rules : OtherRules, new QuotaRule(QuotaRule.Client(mail.Origin.Client), 0, QuotaRule.Day)];

    public static IReadOnlyList<SenderPlan> From(RelayOptions options) =>
    [
        .. options.Hve.Accounts.Select(account => new SenderPlan(
            account.Address,
            [Lane.Account(account.Address), Lane.AnyAccount],
            options.Hve.MaxConnections,
            options.Hve.MaxRecipientsPerMessage,
            RulesOf(account, options.Hve, UrgentReserve.None),
            RulesOf(account, options.Hve, UrgentReserve.TryParse(options.Hve.UrgentReserve, out var reserve) ? reserve : UrgentReserve.None)) { TakeOver = account.TakeOver }),
        .. options.Smarthosts.Select(smarthost => SmarthostPlan.Of(smarthost, options)),
    ];

    /// <summary>With what it may send today: less, while its address is warmed up.</summary>
    public ValueTask<SenderPlan> TodayAsync(IQueueReader queue, DateTimeOffset now, CancellationToken cancel) =>
        Smarthost?.WarmUp is { } warmUp ? warmUp.TodayAsync(this, queue, now, cancel) : new(this);

    private static QuotaRule[] RulesOf(AccountOptions account, HveOptions hve, UrgentReserve reserve) =>
    [
        new QuotaRule(QuotaRule.Tenant, reserve.LeavesOfTenant(hve.RecipientsPerDay), QuotaRule.Day),
        new QuotaRule(account.Address.ToLowerInvariant(), reserve.LeavesOfAccount(account.RecipientsPerDay), QuotaRule.Day),
    ];
}
