namespace HveRelay.Files;

/// <summary>A new file that only its owner may read: mail, or a key. So from its first moment, and not only once its rights were changed.</summary>
internal static class PrivateFile
{
    /// <exception cref="IOException">It is there already, or cannot be written.</exception>
    public static FileStream Create(string path, FileOptions how = FileOptions.None, FileAccess access = FileAccess.Write)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = access, Share = FileShare.None, Options = how };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
