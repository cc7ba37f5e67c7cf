namespace HveRelay.Smtp.Client;

/// <summary>What came from the server: a reply, or what broke instead.</summary>
internal readonly record struct Heard(Reply? Reply, Breakage Breakage, string Detail)
{
    public static Heard Said(Reply reply) => new(reply, Breakage.None, string.Empty);

    public static Heard Closed(string detail) => new(null, Breakage.Closed, detail);

    public static Heard Garbage(string detail) => new(null, Breakage.Garbage, detail);

    public static Heard TimedOut(string detail) => new(null, Breakage.TimedOut, detail);

    /// <summary>2yz or 3yz: <see cref="Dialogue"/> lets only the one through that can stand at the stage.</summary>
    public bool IsGood => Reply is { Code: < 400 };

    public SmtpFailure At(Stage stage) =>
        Reply is null
            ? new SmtpFailure(stage, null, Breakage, Detail)
            : new SmtpFailure(stage, Reply, Breakage.None, $"The server refused {stage.Words()}.");
}
