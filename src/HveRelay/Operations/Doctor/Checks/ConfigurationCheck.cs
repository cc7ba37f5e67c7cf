namespace HveRelay.Operations.Doctor.Checks;

/// <summary>It has no errors, or nobody would have come this far; what it warns of is repeated here.</summary>
internal static class ConfigurationCheck
{
    public static Task<Finding> RunAsync(Examination examination, CancellationToken cancel)
    {
        var warnings = examination.Warnings;
        return Task.FromResult(Finding.Ok(warnings.Count == 0 ? "no error, no warning" : $"no error, {warnings.Count} to be looked at: see below") with
        {
            Notes = [.. warnings.Select(warning => warning.ToString())],
        });
    }
}
