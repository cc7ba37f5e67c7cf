using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using HveRelay.Configuration;

namespace HveRelay.Files;

/// <summary>A secret in a file of its own, as Docker, Kubernetes and systemd hand it over.</summary>
internal static class SecretFile
{
    /// <summary>Where containers and systemd mount secrets: whoever is in there is the relay, whatever the modes say.</summary>
    private const string Mounted = "/run/";

    /// <summary>Any user of this machine may read it: its own mode says so, and no directory above is in the way. Not asked on Windows.</summary>
    private static bool IsOpenToAll(string path)
    {
        if (OperatingSystem.IsWindows() || path.StartsWith(Mounted, StringComparison.Ordinal) || !Has(path, UnixFileMode.OtherRead))
        {
            return false;
        }

        for (var above = Path.GetDirectoryName(path); above is not null; above = Path.GetDirectoryName(above))
        {
            if (!Has(above, UnixFileMode.OtherExecute))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A warning where every user of this machine may read it; null where not, or where there is none.</summary>
    public static ConfigurationWarning? OpenToAll(string key, string? path) => !string.IsNullOrEmpty(path) && IsOpenToAll(path)
        ? new ConfigurationWarning(key, $"{path} can be read by every user of this machine: chmod o-r")
        : null;

    /// <summary>The text without its last line end: editors and <c>echo</c> leave one.</summary>
    public static bool TryRead(string path, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? sentence)
    {
        text = null;
        sentence = null;
        try
        {
            var content = BoundedFile.ReadAllText(path, BoundedFile.Secret);
            text = content.EndsWith("\r\n", StringComparison.Ordinal) ? content[..^2]
                : content.EndsWith('\n') ? content[..^1]
                : content;
            sentence = text.Length == 0 ? $"{path} is empty" : null;
        }
        catch (Exception fault) when (FileFault.Sentence(path, fault) is { } wrong)
        {
            sentence = wrong;
        }

        return sentence is null;
    }

    [UnsupportedOSPlatform("windows")]
    private static bool Has(string path, UnixFileMode right)
    {
        try
        {
            return File.GetUnixFileMode(path).HasFlag(right);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
