namespace HveRelay.Smtp.Client;

/// <summary>What may be answered at each stage (RFC 5321 section 4.3.2), beside 4yz and 5yz, and what people call it.</summary>
internal static class StageTable
{
    private static readonly (SmtpStage Stage, string First, string Words)[] _rows =
    [
        (SmtpStage.Greeting, "2", "the connection"),
        (SmtpStage.Hello, "2", "EHLO"),
        (SmtpStage.StartTls, "2", "STARTTLS"),
        (SmtpStage.Auth, "23", "AUTH"),
        (SmtpStage.Mail, "2", "MAIL FROM"),
        (SmtpStage.Rcpt, "2", "RCPT TO"),
        (SmtpStage.Data, "3", "DATA"),
        (SmtpStage.Content, "2", "the content"),
        (SmtpStage.FinalDot, "2", "the message"),
    ];

    public static string Words(this SmtpStage stage) => _rows[(int)stage].Words;

    public static bool Allows(this SmtpStage stage, Reply reply) =>
        reply.Code >= 400 || _rows[(int)stage].First.Contains((char)('0' + (reply.Code / 100)));
}
