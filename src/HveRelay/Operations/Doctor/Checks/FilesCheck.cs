using HveRelay.Files;
using HveRelay.Operations.Configuration;

namespace HveRelay.Operations.Doctor.Checks;

/// <summary>Directories and files of the configuration, and the rights to them, as the user who asks has them.</summary>
internal static class FilesCheck
{
    public static Task<Finding> RunAsync(Examination examination, CancellationToken cancel)
    {
        var report = FileChecks.Check(examination.Options, examination.Clock);
        var errors = report.Errors.Where(error => !CertificateCheck.Concerns(error.Key)).ToList();
        return Task.FromResult(errors is [var first, ..]
            ? Finding.Wrong($"{first}{(errors.Count == 1 ? string.Empty : $"; and {errors.Count - 1} more: hverelay check")}", first.Sentence, $"{first.Key}, or the file and its rights")
            : Finding.Ok($"{examination.Options.DataDirectory} and all other files can be used by {CurrentUser.Name}") with
            {
                Notes = [.. report.Warnings.Where(warning => !CertificateCheck.Concerns(warning.Key)).Select(warning => warning.ToString())],
            });
    }
}
