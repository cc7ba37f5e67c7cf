namespace HveRelay.Simulator;

/// <summary>
/// What HVE says, or would say. The codes are the facts; of the words those are Microsoft's that the field has reported, the
/// rest is of Exchange Online's kind.
/// </summary>
internal static class HveReplies
{
    // --- ordinary answers
    public const string TlsReady = "220 2.0.0 SMTP server ready";
    public const string Closing = "221 2.0.0 Service closing transmission channel";
    public const string Authenticated = "235 2.7.0 Authentication successful";
    public const string Ok = "250 2.0.0 OK";
    public const string Reset = "250 2.0.0 Resetting";
    public const string SenderOk = "250 2.1.0 Sender OK";
    public const string RecipientOk = "250 2.1.5 Recipient OK";
    public const string CannotVerify = "252 2.1.5 Cannot VRFY user";
    public const string StartInput = "354 Start mail input; end with <CRLF>.<CRLF>";

    // Some devices accept no other words: base64 of "Username:" and "Password:".
    public const string AskUserName = "334 VXNlcm5hbWU6";
    public const string AskPassword = "334 UGFzc3dvcmQ6";
    public const string AskAnything = "334 ";

    // --- syntax and sequence (RFC 5321 section 4.2)
    public const string Unrecognized = "500 5.3.3 Unrecognized command";
    public const string BareNewlineInCommand = "500 5.5.2 Syntax error: a command ends in CRLF";
    public const string NotAscii = "500 5.5.2 Syntax error: a command is printable ASCII";
    public const string LineTooLong = "500 5.5.2 Syntax error: line too long";
    public const string InvalidArguments = "501 5.5.4 Invalid arguments";
    public const string InvalidDomain = "501 5.5.4 Invalid domain name";
    public const string InvalidSender = "501 5.1.7 Invalid address";
    public const string InvalidRecipient = "501 5.1.3 Invalid address";
    public const string AuthCancelled = "501 5.7.0 Authentication cancelled";
    public const string CannotDecode = "501 5.5.2 Cannot decode the argument";
    public const string NotImplemented = "502 5.3.3 Command not implemented";
    public const string HelloFirst = "503 5.5.2 Send hello first";
    public const string MailFirst = "503 5.5.2 Need mail command";
    public const string RecipientFirst = "503 5.5.2 Need rcpt command";
    public const string SenderAlready = "503 5.5.2 Sender already specified";
    public const string BadSequence = "503 5.5.1 Bad sequence of commands";
    public const string UnknownMechanism = "504 5.7.4 Unrecognized authentication type";
    public const string UnsupportedOption = "555 5.5.4 Unsupported option";

    // --- who may send
    public const string StartTlsFirst = "530 5.7.0 Must issue a STARTTLS command first";
    public const string NotAuthenticated = "530 5.7.57 Client not authenticated to send mail";
    public const string WrongPassword = "535 5.7.3 Authentication unsuccessful";
    public const string BadTokenArgument = "501 5.5.121 Bad XOAUTH2 argument";
    public const string TokenUserInvalid = "501 5.5.126 The user of the XOAUTH2 argument is not valid";
    public const string TokenExpiring = "501 5.5.127 The token will expire soon";
    public const string TokenExpired = "535 5.7.142 Authentication unsuccessful, the token has expired";
    public const string NotHveAccount = "550 5.2.240 The identity is not an HVE account";
    public const string SenderNotAccount = "550 5.7.62 The sender is not the authenticated HVE account";
    public const string FromNotAccount = "550 5.6.241 The From header is not the authenticated HVE account";

    // --- to whom
    public const string ExternalRecipient = "550 5.5.105 External sending is not supported for High Volume Email accounts";
    public const string UnknownRecipient = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup";

    // --- how much
    public const string TooManyRecipients = "452 4.5.3 Too many recipients";
    public const string TooLarge = "552 5.3.4 Message size exceeds fixed maximum message size";
    public const string QuotaExceeded = "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to a permanent exception";
    public const string TooManyConnections = "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.";

    // --- what
    public const string BareNewlineInContent = "550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds, which cannot be sent via DATA";
    public const string NoValidFrom = "550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant and include a valid From address";
}
