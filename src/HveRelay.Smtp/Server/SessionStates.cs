namespace HveRelay.Smtp.Server;

/// <summary>Where a session stands.</summary>
public enum SessionState
{
    /// <summary>Greeted by us, not yet by the client.</summary>
    Connected,

    /// <summary>Said EHLO or HELO; no transaction.</summary>
    Ready,

    /// <summary>MAIL was accepted.</summary>
    Mail,

    /// <summary>MAIL was accepted, and every RCPT so far refused.</summary>
    Refused,

    /// <summary>At least one RCPT was accepted.</summary>
    Rcpt,

    /// <summary>A BDAT came that was not the last.</summary>
    Chunks,
}

/// <summary>
/// Which command is allowed where (RFC 5321 section 4.1.4): a reply is the refusal, none means go on. MAIL without a greeting is
/// let through: some devices never say HELO, and it costs nothing to understand them.
/// </summary>
internal static class SessionStates
{
    private const Reply? Go = null;
    private static readonly Reply Hello = Reply.Of(503, "5.5.1", "Say EHLO first");
    private static readonly Reply Nested = Reply.Of(503, "5.5.1", "A transaction is under way already");
    private static readonly Reply NeedMail = Reply.Of(503, "5.5.1", "Need MAIL first");
    private static readonly Reply NeedRcpt = Reply.Of(503, "5.5.1", "Need RCPT first");
    private static readonly Reply InMail = Reply.Of(503, "5.5.1", "Not during a mail transaction");
    private static readonly Reply Chunked = Reply.Of(503, "5.5.1", "BDAT has begun the content");

    private static readonly Dictionary<SmtpVerb, Reply?[]> Table = new()
    {
        //                     Connected Ready     Mail      Refused   Rcpt      Chunks
        [SmtpVerb.Ehlo] =     [Go,       Go,       Go,       Go,       Go,       Go],
        [SmtpVerb.Helo] =     [Go,       Go,       Go,       Go,       Go,       Go],
        [SmtpVerb.StartTls] = [Hello,    Go,       InMail,   InMail,   InMail,   InMail],
        [SmtpVerb.Auth] =     [Hello,    Go,       InMail,   InMail,   InMail,   InMail],
        [SmtpVerb.Mail] =     [Go,       Go,       Nested,   Nested,   Nested,   Nested],
        [SmtpVerb.Rcpt] =     [NeedMail, NeedMail, Go,       Go,       Go,       Chunked],
        [SmtpVerb.Data] =     [NeedMail, NeedMail, NeedRcpt, Go,       Go,       Chunked],
        [SmtpVerb.Bdat] =     [NeedMail, NeedMail, NeedRcpt, Go,       Go,       Go],
        [SmtpVerb.Rset] =     [Go,       Go,       Go,       Go,       Go,       Go],
        [SmtpVerb.Noop] =     [Go,       Go,       Go,       Go,       Go,       Go],
        [SmtpVerb.Vrfy] =     [Go,       Go,       Go,       Go,       Go,       Go],
        [SmtpVerb.Expn] =     [Go,       Go,       Go,       Go,       Go,       Go],
        [SmtpVerb.Help] =     [Go,       Go,       Go,       Go,       Go,       Go],
        [SmtpVerb.Quit] =     [Go,       Go,       Go,       Go,       Go,       Go],
        [SmtpVerb.Http] =     [Go,       Go,       Go,       Go,       Go,       Go],
        [SmtpVerb.Proxy] =    [Go,       Go,       Go,       Go,       Go,       Go],
        [SmtpVerb.Unknown] =  [Go,       Go,       Go,       Go,       Go,       Go],
    };

    /// <summary>The refusal of a command in a state, or null where it is allowed.</summary>
    public static Reply? Refusal(SmtpVerb verb, SessionState state) => Table[verb][(int)state];
}
