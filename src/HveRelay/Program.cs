using System.CommandLine;
using HveRelay.Operations.Verbs;

var root = new RootCommand("HveRelay: an on-premises mail relay for Microsoft 365 High Volume Email")
{
    Verb.Config,
    RunVerb.Create(),
    DemoVerb.Create(),
    SimulateVerb.Create(),
    CheckVerb.Create(),
    QueueVerb.Create(),
    SendTestVerb.Create(),
    HealthVerb.Create(),
    UserVerb.Create(),
};

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        Console.Error.WriteLine(error.Message);
    }

    return ExitStatus.Wrong;
}

return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
