using System.CommandLine;
using HveRelay.Operations.Verbs;

var parsed = CommandLine.Create().Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        Console.Error.WriteLine(CommandLine.Sentence(parsed, error));
    }

    return ExitStatus.Wrong;
}

return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
