using HveRelay.Simulator;
using static HveRelay.Tests.Scenarios.FaultEnd;

namespace HveRelay.Tests.Scenarios;

/// <summary>What a fault of the next hop comes to, for the recipients that it meets.</summary>
public enum FaultEnd
{
    /// <summary>It makes no difference: relayed at once.</summary>
    None,

    /// <summary>Deferred, and relayed once when the fault is over.</summary>
    Later,

    /// <summary>As Later; and the account is faulty meanwhile, with one alarm.</summary>
    Faulty,

    /// <summary>Failed for good, and the sender told.</summary>
    Refused,

    /// <summary>HVE may have it: marked unsure, and sent again.</summary>
    Unsure,
}

/// <summary>
/// What HVE does wrong, and where, and what comes of it. A 4yz, 5yz or 421 in place of the reply to the dot is the row "dot": that reply
/// is believed, whatever HVE did with the message.
/// </summary>
internal static class FaultMatrix
{
    public static readonly (string Name, Func<FaultStage, Fault> Make)[] Kinds =
    [
        ("4yz", stage => Fault.Reply(stage, "451 4.3.2 Not now")),
        ("5yz", stage => Fault.Reply(stage, "554 5.3.0 Never")),
        ("421", stage => Fault.Reply(stage, "421 4.3.2 Going down")),
        ("close", Fault.Close),
        ("reset", Fault.Reset),
        ("stall", Fault.Stall),
        ("garbage", Fault.Garbage),
    ];

    /// <summary>Seconds: how long the relay waits for a server that stalls there. A cell without an end is not run.</summary>
    public static readonly FaultRow[] Rows =
    [
        //                                             4yz    5yz      421    close   reset   stall   garbage
        new("connect", FaultStage.Connect, 60,       [Later, Faulty,  Later, Later,  Later,  Later,  Later]),
        new("EHLO", FaultStage.Ehlo, 60,             [Later, Faulty,  Later, Later,  Later,  Later,  Later]),
        new("STARTTLS", FaultStage.StartTls, 60,     [Later, Faulty,  Later, Later,  Later,  Later,  Later]),
        new("AUTH", FaultStage.Auth, 60,             [Later, Faulty,  Later, Later,  Later,  Later,  Later]),
        new("MAIL", FaultStage.Mail, 60,             [Later, Faulty,  Later, Later,  Later,  Later,  Later]),
        new("RCPT", FaultStage.Rcpt, 60,             [Later, Refused, Later, Later,  Later,  Later,  Later]),
        new("DATA", FaultStage.Data, 120,            [Later, Refused, Later, Later,  Later,  Later,  Later]),
        new("within DATA", FaultStage.Content, 180,  [Later, Refused, Later, Later,  Later,  Later,  Later]),
        new("dot", FaultStage.Dot, 600,              [Later, Refused, Later, Unsure, Unsure, Unsure, Unsure]),
        new("after the dot", FaultStage.AfterDot, 600, [null, null,   null,  Unsure, Unsure, Unsure, Unsure]),
        new("kept connection", FaultStage.Mail, 60,  [Later, Faulty,  None,  None,   None,   Later,  Later]) { OnKeptConnection = true },
        new("QUIT", FaultStage.Quit, 5,              [None,  None,    None,  None,   None,   None,   None]) { AfterTheMessage = true },
    ];
}

internal sealed record FaultRow(string Name, FaultStage Stage, int Seconds, FaultEnd?[] Ends)
{
    /// <summary>The connection has carried a message before; the fault comes once, as where HVE closed what was idle.</summary>
    public bool OnKeptConnection { get; init; }

    public bool AfterTheMessage { get; init; }
}
