namespace HveRelay.Smtp.Client;

/// <summary>
/// How long each step may take (RFC 5321 section 4.5.3.2). Where the RFC asks for minutes and a next hop in a data centre
/// answers in milliseconds the default is shorter; what follows DATA keeps the RFC's values, since giving up there sends twice.
/// </summary>
public sealed record SmtpTimeouts
{
    /// <summary>One TCP connect to one address; whoever opens the transport holds it.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>RFC: 5 minutes.</summary>
    public TimeSpan Greeting { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan Hello { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The reply to STARTTLS, and again for the handshake.</summary>
    public TimeSpan StartTls { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Each reply of the exchange.</summary>
    public TimeSpan Auth { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>RFC: 5 minutes.</summary>
    public TimeSpan Mail { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>RFC: 5 minutes. For each recipient.</summary>
    public TimeSpan Rcpt { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan Data { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Each block of the message.</summary>
    public TimeSpan Content { get; init; } = TimeSpan.FromMinutes(3);

    public TimeSpan FinalDot { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What is left of <see cref="FinalDot"/> once the caller cancelled: a shutdown waits for the reply, but not for ten minutes.</summary>
    public TimeSpan FinalDotAfterCancel { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The reply to QUIT, which changes nothing.</summary>
    public TimeSpan Quit { get; init; } = TimeSpan.FromSeconds(5);

    internal TimeSpan Of(Stage stage) => stage switch
    {
        Stage.Greeting => Greeting,
        Stage.Hello => Hello,
        Stage.StartTls => StartTls,
        Stage.Auth => Auth,
        Stage.Mail => Mail,
        Stage.Rcpt => Rcpt,
        Stage.Data => Data,
        Stage.Content => Content,
        Stage.FinalDot => FinalDot,
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, message: null),
    };
}
