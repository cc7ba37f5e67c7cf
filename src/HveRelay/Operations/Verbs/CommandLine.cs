using System.CommandLine;
using System.CommandLine.Parsing;
using HveRelay.Operations.Verbs.Tail;
using HveRelay.Operations.Verbs.Why;

namespace HveRelay.Operations.Verbs;

/// <summary>The command line as a whole: every verb with its options.</summary>
internal static class CommandLine
{
    public static RootCommand Create()
    {
        var root = new RootCommand("HveRelay: an on-premises mail relay for Microsoft 365 High Volume Email")
        {
            Verb.Config,
            RunVerb.Create(),
            DemoVerb.Create(),
            SimulateVerb.Create(),
            CheckVerb.Create(),
            DoctorVerb.Create(),
            QueueVerb.Create(),
            WhyVerb.Create(),
            TailVerb.Create(),
            BackupVerb.Create(),
            ClientsVerb.Create(),
            AccountsVerb.Create(),
            QuotaVerb.Create(),
            ExplainVerb.Create(),
            SendTestVerb.Create(),
            SendVerb.Create(),
            SendmailVerb.Create(),
            HealthVerb.Create(),
            UserVerb.Create(),
        };
        VerbHelp.AddTo(root);
        return root;
    }

    /// <summary>An error of usage; a verb that is missing is told with those there are.</summary>
    public static string Sentence(ParseResult parsed, ParseError error)
    {
        var command = parsed.CommandResult.Command;
        if (command.Name == "clients" && parsed.UnmatchedTokens is ["list", ..])
        {
            return "clients list: 'hverelay clients' lists them";
        }

        if (command.Action is not null || error.SymbolResult is not CommandResult || parsed.UnmatchedTokens.Any(error.Message.Contains))
        {
            return error.Message;
        }

        var path = string.Join(' ', Path(parsed.CommandResult));
        return $"{path}: which verb? {string.Join(", ", command.Subcommands.Select(verb => verb.Name))}; '{path} --help' says more";
    }

    private static IEnumerable<string> Path(CommandResult command) =>
        command.Parent is CommandResult parent ? Path(parent).Append(command.Command.Name) : ["hverelay"];
}
