namespace HveRelay.Smtp;

/// <summary>A failure at a stage: the reply verbatim, or what broke, and a sentence for people.</summary>
/// <param name="Reply">The server's reply, null where there was none.</param>
/// <param name="Detail">What happened in one line, without a secret: used where there is no reply.</param>
public sealed record SmtpFailure(Stage Stage, Reply? Reply, Breakage Breakage, string Detail)
{
    /// <summary>The reply verbatim, or the detail.</summary>
    public string Words => Reply?.ToString() ?? Detail;

    public override string ToString() => $"{Stage}: {Words}";
}
