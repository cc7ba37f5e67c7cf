using System.Text;

namespace HveRelay.Operations.Verbs.Tail;

/// <summary>A file that another program adds lines to. A line counts when its end is written.</summary>
internal sealed class FollowedFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly MemoryStream _rest = new();

    /// <exception cref="IOException">It is gone, or cannot be read.</exception>
    public FollowedFile(string path)
    {
        Path = path;
        _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }

    public string Path { get; }

    /// <summary>The lines that were added since the last call.</summary>
    public IEnumerable<string> Added()
    {
        if (_stream.Length < _stream.Position)
        {
            // Somebody has emptied it.
            _stream.Position = 0;
            _rest.SetLength(0);
        }

        while (_stream.Read(_buffer) is var read and > 0)
        {
            var from = 0;
            for (var end = Array.IndexOf(_buffer, (byte)'\n', 0, read); end >= 0; end = Array.IndexOf(_buffer, (byte)'\n', from, read - from))
            {
                _rest.Write(_buffer, from, end - from);
                yield return Encoding.UTF8.GetString(_rest.GetBuffer(), 0, (int)_rest.Length).TrimEnd('\r');
                _rest.SetLength(0);
                from = end + 1;
            }

            _rest.Write(_buffer, from, read - from);
        }
    }

    public void Dispose() => _stream.Dispose();
}
