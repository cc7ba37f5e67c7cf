namespace HveRelay.Upstream;

/// <summary>A password in a file of its own, read at each login: whoever changes it need not restart the relay.</summary>
internal static class PasswordFile
{
    private const long MostOctets = 64 * 1024;

    /// <summary>Null where there is no file, or it says nothing now: then the password that was read at the start stands.</summary>
    public static string? Read(string? path)
    {
        try
        {
            if (string.IsNullOrEmpty(path) || new FileInfo(path).Length is 0 or > MostOctets)
            {
                return null;
            }

            // Editors and echo leave a line end.
            var text = File.ReadAllText(path);
            var password = text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
            return password.Length == 0 ? null : password;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
