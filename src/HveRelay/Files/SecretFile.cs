using System.Diagnostics.CodeAnalysis;

namespace HveRelay.Files;

/// <summary>A secret in a file of its own, as Docker, Kubernetes and systemd hand it over.</summary>
internal static class SecretFile
{
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
}
