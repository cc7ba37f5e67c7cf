using HveRelay.Mail;
using HveRelay.Queue;
using Microsoft.Extensions.Logging;

namespace HveRelay.Bounce;

/// <summary>What the notifier needs of the others, handed in once.</summary>
/// <param name="Explain">What a reply means; null where that is not known.</param>
/// <param name="Account">The HVE account that notices are from.</param>
/// <param name="Postmaster">May be empty.</param>
/// <param name="DelayWarningAfter">Zero: delays are not told.</param>
/// <param name="Lifetime">How long a notice is tried.</param>
/// <param name="MostRecipients">Of one part.</param>
public sealed record NoticeContext(
    IQueueStore Store,
    NoticeReceivers Receivers,
    MessageIdSource Ids,
    QueueSignal Signal,
    MailLog Log,
    QueueAlarm Alarm,
    TimeProvider Clock,
    ILogger Logger,
    Func<string, ReplyWords?> Explain,
    string HostName,
    string Account,
    string Postmaster,
    TimeSpan DelayWarningAfter,
    TimeSpan Lifetime,
    int MostRecipients);
