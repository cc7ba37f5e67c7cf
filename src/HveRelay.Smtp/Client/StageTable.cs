namespace HveRelay.Smtp.Client;

/// <summary>What may be answered at each stage (RFC 5321 section 4.3.2), beside 4yz and 5yz, and what people call it.</summary>
internal static class StageTable
{
    private static readonly Dictionary<Stage, (string First, string Words)> _rows = new()
    {
        [Stage.Connect] = ("", "the address"),
        [Stage.Greeting] = ("2", "the connection"),
        [Stage.Hello] = ("2", "EHLO"),
        [Stage.StartTls] = ("2", "STARTTLS"),
        [Stage.Auth] = ("23", "AUTH"),
        [Stage.Mail] = ("2", "MAIL FROM"),
        [Stage.Rcpt] = ("2", "RCPT TO"),
        [Stage.Data] = ("3", "DATA"),
        [Stage.Content] = ("2", "the content"),
        [Stage.FinalDot] = ("2", "the message"),
    };

    public static string Words(this Stage stage) => _rows[stage].Words;

    public static bool Allows(this Stage stage, Reply reply) =>
        reply.Code >= 400 || _rows[stage].First.Contains((char)('0' + (reply.Code / 100)));
}
