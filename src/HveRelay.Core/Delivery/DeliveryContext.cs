using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Rewriting;
using Microsoft.Extensions.Logging;

namespace HveRelay.Delivery;

/// <summary>What delivery needs of the others, handed in once; what can be set changes with the configuration while it runs.</summary>
public sealed record DeliveryContext(
    IQueueStore Store,
    IUpstream Upstream,
    QueueSignal Signal,
    RetrySchedule Schedule,
    ReplyTable Replies,
    AccountBoard Board,
    MailLog Log,
    QueueAlarm Alarm,
    RelayMeter Meter,
    TimeProvider Clock,
    Random Random,
    ILogger Logger,
    DeliveryOptions Options,
    RewriteMode Rewrite,
    string HostName,
    TimeSpan KeepHistory,
    WishList Wishes)
{
    public RetrySchedule Schedule { get; set; } = Schedule;

    public ReplyTable Replies { get; set; } = Replies;

    public DeliveryOptions Options { get; set; } = Options;

    public RewriteMode Rewrite { get; set; } = Rewrite;

    public TimeSpan KeepHistory { get; set; } = KeepHistory;

    public WishList Wishes { get; set; } = Wishes;

    /// <summary>For one sender, now: a smarthost has a table of replies and a way of rewriting of its own.</summary>
    public DeliveryContext For(SenderPlan plan) =>
        plan.Smarthost is { } smarthost ? this with { Replies = smarthost.Replies, Rewrite = smarthost.Rewrite } : this;
}
