using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace HveRelay.Operations.Verbs;

/// <summary>Help, which offers <c>--config</c> where it means something. It is heard everywhere, so that a script can give it to every verb.</summary>
internal sealed class VerbHelp(HelpAction help) : SynchronousCommandLineAction
{
    private static readonly string[] WithoutConfiguration = ["demo", "simulate", "hash"];

    public override bool ClearsParseErrors => true;

    public static void AddTo(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            option.Action = new VerbHelp((HelpAction)option.Action!);
        }
    }

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        var before = command.TreatUnmatchedTokensAsErrors;
        Verb.Config.Hidden = WithoutConfiguration.Contains(command.Name);

        // Or the library writes of "additional arguments passed to the application that is being run".
        command.TreatUnmatchedTokensAsErrors = true;
        try
        {
            return help.Invoke(parseResult);
        }
        finally
        {
            Verb.Config.Hidden = false;
            command.TreatUnmatchedTokensAsErrors = before;
        }
    }
}
