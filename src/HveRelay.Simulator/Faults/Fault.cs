namespace HveRelay.Simulator;

/// <summary>Where in a session a fault acts.</summary>
public enum FaultStage
{
    /// <summary>As soon as the connection is there, before TLS and greeting. A reply here is the last word.</summary>
    Connect,
    Greeting,
    Ehlo,
    StartTls,

    /// <summary>In place of the verdict on the credentials.</summary>
    Auth,
    Mail,
    Rcpt,
    Data,

    /// <summary>Between 354 and the final dot, once <see cref="Fault.After"/> octets have come. A reply here is the last word.</summary>
    Content,

    /// <summary>In place of the reply to the final dot; the message is not delivered.</summary>
    Dot,

    /// <summary>In place of the reply to the final dot; the message IS delivered and recorded.</summary>
    AfterDot,

    /// <summary>In place of the reply to QUIT.</summary>
    Quit,
}

public enum FaultAction
{
    /// <summary>A reply, verbatim, instead of obeying. 421 also closes the connection.</summary>
    Reply,

    /// <summary>An orderly end of the connection, without a word.</summary>
    Close,

    /// <summary>TCP RST.</summary>
    Reset,

    /// <summary>Silence until <see cref="FaultPlan.Release"/>; then the ordinary answer.</summary>
    Stall,

    /// <summary>Octets that are no reply, instead of one.</summary>
    Garbage,

    /// <summary>The ordinary answer, an octet at a time. At <see cref="FaultStage.Content"/>: pauses between reads.</summary>
    Slow,

    /// <summary>STARTTLS is answered with 220, the handshake with an alert.</summary>
    TlsRefused,

    /// <summary>The handshake shows the certificate of somebody else, as an intercepting firewall does.</summary>
    StrangerCertificate,

    /// <summary>EHLO does not offer STARTTLS, and the command is unknown.</summary>
    NoStartTls,
}

/// <summary>Something the simulator does wrong on request.</summary>
public sealed record Fault
{
    private Fault(FaultStage stage, FaultAction action)
    {
        Stage = stage;
        Action = action;
    }

    public FaultStage Stage { get; }

    public FaultAction Action { get; }

    /// <summary>For <see cref="FaultAction.Reply"/>: sent as it stands; lines are parted by CRLF or LF, the last needs none.</summary>
    public string Text { get; private init; } = "";

    /// <summary>The first occurrence that is hit, from 1, counted from when the fault was added.</summary>
    public int First { get; init; } = 1;

    /// <summary>How many occurrences are hit from there on; null: all.</summary>
    public int? Times { get; init; }

    /// <summary>Only this recipient (at RCPT) or messages that have it (from DATA on); <c>*</c> stands for anything. Null: any.</summary>
    public string? To { get; init; }

    /// <summary>Only sessions of this account, from AUTH on; <c>*</c> stands for anything. Null: any.</summary>
    public string? Account { get; init; }

    /// <summary>For <see cref="FaultStage.Content"/>: octets of content taken before the fault acts.</summary>
    public long After { get; init; }

    /// <summary>For <see cref="FaultAction.Slow"/>: the time between two octets, by the simulator's clock.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    public static Fault Reply(FaultStage stage, string text) => new(stage, FaultAction.Reply) { Text = text };

    public static Fault Close(FaultStage stage) => new(stage, FaultAction.Close);

    public static Fault Reset(FaultStage stage) => new(stage, FaultAction.Reset);

    public static Fault Stall(FaultStage stage) => new(stage, FaultAction.Stall);

    public static Fault Garbage(FaultStage stage) => new(stage, FaultAction.Garbage);

    public static Fault Slow(FaultStage stage) => new(stage, FaultAction.Slow);

    public static Fault TlsRefused() => new(FaultStage.StartTls, FaultAction.TlsRefused);

    public static Fault StrangerCertificate() => new(FaultStage.StartTls, FaultAction.StrangerCertificate);

    public static Fault NoStartTls() => new(FaultStage.Ehlo, FaultAction.NoStartTls);

    /// <summary>The text form, as <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => FaultGrammar.Write(this);

    /// <summary>Reads the text form, as <c>--fault</c> takes it; see <see cref="FaultGrammar"/>.</summary>
    /// <param name="error">A sentence for the operator, when the answer is false.</param>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Fault? fault, out string error) =>
        FaultGrammar.TryParse(text, out fault, out error);
}
