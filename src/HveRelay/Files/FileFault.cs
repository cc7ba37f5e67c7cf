namespace HveRelay.Files;

/// <summary>Why a file could not be read, in words that say whose task it is.</summary>
internal static class FileFault
{
    /// <summary>Null for what is no fault of the file.</summary>
    public static string? Sentence(string path, Exception fault) => fault switch
    {
        _ when Directory.Exists(path) => $"{path} is a directory, not a file",
        FileNotFoundException or DirectoryNotFoundException => $"there is no file {path}",
        UnauthorizedAccessException => $"{path} may not be read by {CurrentUser.Name}",
        BoundedFile.TooLargeException => $"{path} has {fault.Message}",
        IOException => $"{path} cannot be read: {fault.Message}",
        _ => null,
    };
}
