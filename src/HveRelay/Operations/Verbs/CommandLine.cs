using System.CommandLine;

namespace HveRelay.Operations.Verbs;

/// <summary>The command line as a whole: every verb with its options.</summary>
internal static class CommandLine
{
    public static RootCommand Create() => new("HveRelay: an on-premises mail relay for Microsoft 365 High Volume Email")
    {
        Verb.Config,
        RunVerb.Create(),
        DemoVerb.Create(),
        SimulateVerb.Create(),
        CheckVerb.Create(),
        QueueVerb.Create(),
        BackupVerb.Create(),
        ClientsVerb.Create(),
        SendTestVerb.Create(),
        HealthVerb.Create(),
        UserVerb.Create(),
    };
}
