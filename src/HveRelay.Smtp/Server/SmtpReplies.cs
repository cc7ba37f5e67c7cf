namespace HveRelay.Smtp.Server;

/// <summary>What the session itself says. Codes after RFC 5321 section 4.2, enhanced codes after RFC 3463 and the extensions.</summary>
internal static class SmtpReplies
{
    public static readonly Reply Ok = Reply.Of(250, "2.0.0", "OK");
    public static readonly Reply Bye = Reply.Of(221, "2.0.0", "Bye");
    public static readonly Reply Help = Reply.Of(214, "2.0.0", "EHLO HELO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT");
    public static readonly Reply CannotVerify = Reply.Of(252, "2.5.0", "Cannot verify, but will take a message and try");
    public static readonly Reply GoAhead = Reply.Plain(354, "End with CRLF . CRLF");
    public static readonly Reply ReadyForTls = Reply.Of(220, "2.0.0", "Ready to start TLS");

    public static readonly Reply Unknown = Reply.Of(500, "5.5.2", "Command not recognized");
    public static readonly Reply LineTooLong = Reply.Of(500, "5.5.6", "Line too long");
    public static readonly Reply NotImplemented = Reply.Of(502, "5.5.1", "Command not implemented");
    public static readonly Reply BadMail = Reply.Of(501, "5.1.7", "Syntax: MAIL FROM:<address>");
    public static readonly Reply BadRcpt = Reply.Of(501, "5.1.3", "Syntax: RCPT TO:<address>");
    public static readonly Reply NotAscii = Reply.Of(553, "5.6.7", "Addresses are ASCII here: SMTPUTF8 is not offered");
    public static readonly Reply TooEarly = Reply.Of(554, "5.5.1", "Wait for the greeting");
    public static readonly Reply NoRecipients = Reply.Of(554, "5.5.1", "No valid recipients");
    public static readonly Reply NoArgument = Reply.Of(501, "5.5.4", "This command takes no argument");
    public static readonly Reply BadSize = Reply.Of(501, "5.5.4", "SIZE takes a number of octets");
    public static readonly Reply BadBody = Reply.Of(501, "5.5.4", "BODY is 7BIT or 8BITMIME");
    public static readonly Reply BareNewline = Reply.Of(550, "5.6.11", "The message has a CR or LF that stands alone");

    public static readonly Reply NoTls = Reply.Of(502, "5.5.1", "STARTTLS is not offered here");
    public static readonly Reply TlsAlready = Reply.Of(503, "5.5.1", "TLS is active already");
    public static readonly Reply NeedTls = Reply.Of(530, "5.7.0", "Must issue a STARTTLS command first");

    public static readonly Reply AuthNotOffered = Reply.Of(502, "5.5.1", "AUTH is not offered here");
    public static readonly Reply AuthNeedsTls = Reply.Of(538, "5.7.11", "Encryption required: STARTTLS first");
    public static readonly Reply AuthAlready = Reply.Of(503, "5.5.1", "Authenticated already");
    public static readonly Reply AuthMechanism = Reply.Of(504, "5.5.4", "Mechanisms are PLAIN and LOGIN");
    public static readonly Reply AuthSyntax = Reply.Of(501, "5.5.2", "Not base64 of what the mechanism wants");
    public static readonly Reply BadAuth = Reply.Of(501, "5.5.4", "Syntax: AUTH mechanism [initial-response]");
    public static readonly Reply AuthCancelled = Reply.Of(501, "5.7.0", "Authentication cancelled");

    public static Reply Parameter(string name) => Reply.Of(555, "5.5.4", $"Parameter {name} is not supported");

    public static Reply OurFault(string host) => Reply.Of(421, "4.3.0", $"{host} Local trouble, closing, try again later");

    public static Reply BadBdat(string host) => Reply.Of(421, "4.5.4", $"{host} Syntax: BDAT octets [LAST], closing");

    public static Reply ChunkTaken(long octets) => Reply.Of(250, "2.0.0", $"{octets} octets received");

    public static Reply TimedOut(string host) => Reply.Of(421, "4.4.2", $"{host} Nothing came in time, closing");

    /// <summary>The device waits for the reply to an end that is none, and whoever reads its log wants to know why.</summary>
    public static Reply NoEnd(string host) => Reply.Of(421, "4.4.2", $"{host} No end of the message came in time: {BareEnd}, closing");

    /// <summary>For the log: nobody hears it.</summary>
    public static Reply CutOff(string host, bool hadBareEnd) => Reply.Of(
        421, "4.4.2", $"{host} The client closed the connection before the end of the message{(hadBareEnd ? $": {BareEnd}" : string.Empty)}");

    /// <summary>For the log: whether the client left or was cut off when the time for it was over, nobody can tell.</summary>
    public static Reply Stopped(string host) =>
        Reply.Of(421, "4.3.2", $"{host} Shutting down, and the connection ended before the message");

    private const string BareEnd = "LF . LF ends none here, BareNewline: LfOnly is for such a device";

    public static Reply Stopping(string host) => Reply.Of(421, "4.3.2", $"{host} Shutting down, try again soon");

    public static Reply TooManyErrors(string host) => Reply.Of(421, "4.7.0", $"{host} Too many errors, closing");

    public static Reply TooManyCommands(string host) => Reply.Of(421, "4.7.0", $"{host} Too many commands without a message, closing");

    public static Reply EndlessLine(string host) => Reply.Of(421, "4.7.0", $"{host} Line without end, closing");

    public static Reply NotSmtp(string host) => Reply.Of(421, "4.7.0", $"{host} This is SMTP, closing");
}
