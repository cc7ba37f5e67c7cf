using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Intake;
using HveRelay.Mail;
using HveRelay.Operations.Certificates;
using HveRelay.Operations.Configuration;
using HveRelay.Policy;
using HveRelay.Queue;
using HveRelay.Rewriting;
using HveRelay.Upstream.Tokens;

namespace HveRelay;

/// <summary>How a change of the configuration reaches the rooms while they work.</summary>
internal sealed partial class RelayHost
{
    /// <summary>Whatever stood in the way of an account may be gone when one of these changes.</summary>
    private static readonly string[] WayOut = ["Hve.Host", "Hve.Port", "Hve.Security", "Hve.TrustedCertificate", "Hve.Accounts", "Hve.Replies", "Rewrite", "Smarthosts"];

    private readonly LiveParts _live;

    /// <summary>What follows the configuration.</summary>
    private sealed record LiveParts(
        RelayOptions Options, IntakeContext Intake, DeliveryContext Delivery, Dispatcher Dispatcher, CertificateSource? Certificates, TokensInForce Tokens,
        ClientCertificateWatch ClientCertificates);

    /// <summary>
    /// Brings a configuration into force that was read and checked. Sessions go on: an envelope that has begun ends by the entry that
    /// took it, the next MAIL is asked of the new ones. What needs a restart stays as it is.
    /// </summary>
    public async Task FollowAsync(RelayOptions fresh, IReadOnlyList<OptionChange> changes, CancellationToken cancel)
    {
        var options = _live.Options;
        OptionChanges.Apply(options, fresh);
        var intake = _live.Intake;
        intake.Policy = new RelayPolicy(options);
        if (Touches(changes, "Users"))
        {
            // Only then: who was known would have to be verified once more, and that is slow on purpose.
            intake.Users = new UserDirectory(options.Users);
        }

        intake.Lifetime = options.Queue.Lifetime;
        _live.Delivery.Schedule = ScheduleOf(options, _live.Delivery.Random);
        _live.Delivery.Replies = ReplyTable.OfHve(options);
        _live.Delivery.Rewrite = ModeOf(options);
        _live.Delivery.KeepHistory = options.Queue.KeepHistory;
        _live.Delivery.Options = _live.Delivery.Options with { WhenUnsure = options.Queue.WhenUnsure };
        _live.Delivery.Wishes = new WishList(options);
        if (Touches(changes, "Certificate"))
        {
            _live.Certificates?.Use(options.Certificate);
        }

        var anew = Array.Exists(WayOut, key => Touches(changes, key));
        if (anew)
        {
            _live.Tokens.Renew(options);
            _live.ClientCertificates.Follow(options.Hve, options.Smarthosts);
        }

        var plans = SenderPlan.From(options);
        State.Plans = plans;
        await _live.Dispatcher.FollowAsync(plans, anew, cancel);
    }

    private static bool Touches(IReadOnlyList<OptionChange> changes, string section) => changes.Any(change =>
        change.Key.StartsWith(section, StringComparison.Ordinal) && (change.Key.Length == section.Length || change.Key[section.Length] is '.' or '['));

    private static RetrySchedule ScheduleOf(RelayOptions options, Random random) =>
        new(options.Queue.RetrySchedule is { Count: > 0 } configured ? configured : QueueOptions.DefaultRetrySchedule, random);

    private static RewriteMode ModeOf(RelayOptions options) => options.Rewrite.From == RewriteFrom.Keep ? RewriteMode.Keep : RewriteMode.Account;

    /// <summary>The recipients of a notice, each by the way its mail goes now.</summary>
    private static IReadOnlyList<NewPart> CutNotice(RelayPolicy policy, IReadOnlyList<string> to, DateTimeOffset at) =>
        PartPlan.Cut([.. to.Select(each => (each, policy.Routes.Find(each) ?? Lane.AnyAccount))], policy.RecipientsOf, at);
}
