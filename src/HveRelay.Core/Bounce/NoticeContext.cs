using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Queue;
using Microsoft.Extensions.Logging;

namespace HveRelay.Bounce;

/// <summary>What the notifier needs of the others, handed in once.</summary>
/// <param name="Explain">What a reply to an account or smarthost means; null where that is not known.</param>
/// <param name="Cut">The recipients of a notice in parts, each by the way it has to go, due at a time.</param>
/// <param name="HostName">The relay's own name.</param>
public sealed record NoticeContext(
    IQueueStore Store,
    NoticeReceivers Receivers,
    MessageIdSource Ids,
    QueueSignal Signal,
    MailLog Log,
    QueueAlarm Alarm,
    TimeProvider Clock,
    ILogger Logger,
    Func<string, string, ReplyWords?> Explain,
    Func<IReadOnlyList<string>, DateTimeOffset, IReadOnlyList<NewPart>> Cut,
    RelayOptions Options,
    string HostName)
{
    /// <summary>The HVE account that notices are from; delivery puts another in its place where another sends.</summary>
    public string Account => Options.Hve.Accounts is [var first, ..] ? first.Address : $"postmaster@{HostName}";
}
