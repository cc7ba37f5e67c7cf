using HveRelay.Delivery;
using HveRelay.Smtp.Client;

namespace HveRelay.Upstream;

/// <summary>The engine's words in those of Delivery's port. The two do not know each other.</summary>
internal static class Translation
{
    public static MailTransaction ToTransaction(OutboundMessage message) =>
        new(message.ReversePath, message.Recipients, message.Size, message.EightBit, message.Header, message.Body);

    public static RecipientResult ToResult(RecipientOutcome outcome) => outcome switch
    {
        RecipientOutcome.Accepted accepted => new RecipientResult.Accepted(accepted.Reply),
        RecipientOutcome.NotSent notSent => new RecipientResult.NotSent(ToUpstream(notSent.Failure)),
        RecipientOutcome.Unsure unsure => new RecipientResult.Unsure(ToUpstream(unsure.Failure)),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, message: null),
    };

    public static UpstreamFailure ToUpstream(SmtpFailure failure) =>
        new(ToStage(failure.Stage), failure.Reply, ToBreakage(failure.Breakage), failure.Detail);

    public static Stage ToStage(SmtpStage stage) => stage switch
    {
        SmtpStage.Greeting => Stage.Greeting,
        SmtpStage.Hello => Stage.Hello,
        SmtpStage.StartTls => Stage.StartTls,
        SmtpStage.Auth => Stage.Auth,
        SmtpStage.Mail => Stage.Mail,
        SmtpStage.Rcpt => Stage.Rcpt,
        SmtpStage.Data => Stage.Data,
        SmtpStage.Content => Stage.Content,
        SmtpStage.FinalDot => Stage.FinalDot,
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, message: null),
    };

    public static Breakage ToBreakage(SmtpBreakage breakage) => breakage switch
    {
        SmtpBreakage.None => Breakage.None,
        SmtpBreakage.TimedOut => Breakage.TimedOut,
        SmtpBreakage.Closed => Breakage.Closed,
        SmtpBreakage.Garbage => Breakage.Garbage,
        SmtpBreakage.Tls => Breakage.Tls,
        SmtpBreakage.Certificate => Breakage.Certificate,
        SmtpBreakage.NoStartTls => Breakage.NoStartTls,
        SmtpBreakage.NoMechanism => Breakage.NoMechanism,
        SmtpBreakage.ContentUnreadable => Breakage.ContentUnreadable,
        _ => throw new ArgumentOutOfRangeException(nameof(breakage), breakage, message: null),
    };
}
