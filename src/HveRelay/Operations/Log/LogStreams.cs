using System.Text;
using Serilog.Sinks.File;

namespace HveRelay.Operations.Log;

/// <summary>The files that lines go to. Each gathers a batch; <see cref="WriteOut"/> writes all of them out.</summary>
internal sealed class LogStreams : FileLifecycleHooks
{
    // One for each file by its extension: a new day's file takes the place of the old.
    private readonly Dictionary<string, GatheringStream> _streams = new(StringComparer.Ordinal);

    public override Stream OnFileOpened(string path, Stream underlyingStream, Encoding encoding)
    {
        var stream = _streams[Path.GetExtension(path)] = new GatheringStream(underlyingStream);
        if (EndsWithinLine(path))
        {
            stream.Write("\n"u8);
        }

        return stream;
    }

    /// <summary>Each is tried, and then the first failure told.</summary>
    /// <exception cref="IOException">Lines could not be written somewhere.</exception>
    public void WriteOut()
    {
        IOException? first = null;
        foreach (var stream in _streams.Values)
        {
            try
            {
                stream.WriteOut();
            }
            catch (IOException failure)
            {
                first ??= failure;
            }
        }

        if (first is not null)
        {
            throw new IOException(first.Message, first);
        }
    }

    /// <summary>A full disk or a kill cut the last line short: the first of ours would be its end, and nobody would find it.</summary>
    private static bool EndsWithinLine(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        return file.Length > 0 && file.Seek(-1, SeekOrigin.End) >= 0 && file.ReadByte() != '\n';
    }
}
