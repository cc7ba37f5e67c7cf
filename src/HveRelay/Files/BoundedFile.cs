namespace HveRelay.Files;

/// <summary>Reads what has to be small. A path may lead to a device without end or to a disk image, and memory is finite.</summary>
internal static class BoundedFile
{
    /// <summary>Of a secret.</summary>
    public const int Secret = 64 * 1024;

    /// <summary>Of a configuration, or of certificates with their chain.</summary>
    public const int Text = 4 * 1024 * 1024;

    /// <exception cref="TooLargeException">It has more octets than <paramref name="limit"/>.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] ReadAllBytes(string path, int limit)
    {
        if (IsEmpty(path))
        {
            return [];
        }

        // A device and a shell's pipe have no length to ask for.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1);
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            content.Write(buffer, 0, read);
            if (content.Length > limit)
            {
                throw new TooLargeException($"more than {limit / 1024} KiB; this is hardly the file that was meant");
            }
        }

        return content.ToArray();
    }

    /// <summary>As above, as text: UTF-8, or as a byte order mark says.</summary>
    public static string ReadAllText(string path, int limit)
    {
        using var reader = new StreamReader(new MemoryStream(ReadAllBytes(path, limit)));
        return reader.ReadToEnd();
    }

    /// <summary>
    /// Empty, or a pipe with a name: whoever opens that waits for a writer, and nothing ends the wait, not even the relay's stop. Below
    /// /dev are devices, which keep nobody, and what a shell hands over in <c>&lt;(…)</c>, which has its writer.
    /// </summary>
    private static bool IsEmpty(string path) =>
        !path.StartsWith("/dev/", StringComparison.Ordinal)
        && (File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path)) is FileInfo { Exists: true, Length: 0 };

    /// <summary>The message says how large it may be.</summary>
    public sealed class TooLargeException(string message) : IOException(message);
}
