namespace HveRelay.Smtp;

/// <summary>Where in the dialogue with a server something happened, in its order.</summary>
public enum Stage
{
    Connect,
    Greeting,
    Hello,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Content,
    FinalDot,
}
