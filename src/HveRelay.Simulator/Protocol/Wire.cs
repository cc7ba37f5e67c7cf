using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace HveRelay.Simulator;

internal enum LineFlaw
{
    None,
    BareNewline,
    NotAscii,
    TooLong,
}

/// <param name="Text">Without its line end.</param>
internal readonly record struct CommandLine(string Text, LineFlaw Flaw);

/// <summary>
/// The octets of one connection. Replies gather until the session has nothing left to read, so that pipelined commands are
/// answered in one write (RFC 2920 section 3.2).
/// </summary>
internal sealed class Wire(Socket socket, TimeProvider clock, CancellationToken stopped) : IAsyncDisposable
{
    private const int Size = 64 * 1024;

    private readonly byte[] _in = new byte[Size];
    private readonly ArrayBufferWriter<byte> _out = new(1024);
    private Stream _stream = new NetworkStream(socket, ownsSocket: false);
    private int _start;
    private int _end;
    private int _scanned;
    private Task<int>? _reading;

    /// <summary>Set: what is written next goes out an octet at a time, this far apart.</summary>
    public TimeSpan? Pace { get; set; }

    public ReadOnlySpan<byte> Buffered => _in.AsSpan(_start, _end - _start);

    public SslStream? Tls => _stream as SslStream;

    public void Consume(int octets)
    {
        _start += octets;
        _scanned = 0;
    }

    public void Write(string text) => Encoding.Latin1.GetBytes(text, _out);

    public void Write(ReadOnlySpan<byte> octets) => _out.Write(octets);

    public async ValueTask FlushAsync()
    {
        if (_out.WrittenCount == 0)
        {
            return;
        }

        if (Pace is { } pause)
        {
            Pace = null;
            for (var i = 0; i < _out.WrittenCount; i++)
            {
                await _stream.WriteAsync(_out.WrittenMemory.Slice(i, 1), stopped);
                await Task.Delay(pause, clock, stopped);
            }
        }
        else
        {
            await _stream.WriteAsync(_out.WrittenMemory, stopped);
        }

        _out.ResetWrittenCount();
    }

    /// <summary>Sends what waits, and reads more. False: the client has closed its side, or the buffer is full.</summary>
    public async ValueTask<bool> FillAsync()
    {
        await FlushAsync();
        if (_reading is not null)
        {
            return await FinishReadAsync();
        }

        if (!MakeRoom())
        {
            return false;
        }

        var read = await _stream.ReadAsync(_in.AsMemory(_end), stopped);
        _end += read;
        return read > 0;
    }

    /// <summary>Null: the client has closed its side.</summary>
    public async ValueTask<CommandLine?> ReadLineAsync()
    {
        var tooLong = false;
        while (true)
        {
            var feed = Buffered[_scanned..].IndexOf((byte)'\n');
            if (feed >= 0)
            {
                feed += _scanned;
                var line = tooLong ? new CommandLine("", LineFlaw.TooLong) : Line(Buffered[..feed]);
                Consume(feed + 1);
                return line;
            }

            _scanned = Buffered.Length;
            if (_scanned == Size)
            {
                tooLong = true;
                Consume(Size);
            }

            if (!await FillAsync())
            {
                return null;
            }
        }
    }

    /// <summary>
    /// Waits for the release, and watches the client meanwhile: what it says is kept, up to a buffer full, after which its
    /// leaving is not noticed. False: the client has left.
    /// </summary>
    public async ValueTask<bool> HoldAsync(Task release)
    {
        while (!release.IsCompleted && MakeRoom())
        {
            _reading ??= ReadAsync();
            await Task.WhenAny(release, _reading);
            if (_reading.IsCompleted && !await FinishReadAsync())
            {
                return false;
            }
        }

        await release.WaitAsync(stopped);
        return true;
    }

    /// <summary>Ends when the client speaks or leaves, and takes nothing from the socket: for the moment before a handshake.</summary>
    public async Task ClientStirsAsync() => await socket.ReceiveAsync(new byte[1], SocketFlags.Peek, stopped);

    public async ValueTask StartTlsAsync(SslServerAuthenticationOptions options)
    {
        var tls = new SslStream(_stream, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsServerAsync(options, stopped);
        _stream = tls;
    }

    /// <summary>Says goodbye, and reads until the client does, so that no unread octet turns the goodbye into a reset.</summary>
    public async ValueTask CloseAsync()
    {
        const int enough = 64 * 1024 * 1024;

        await FlushAsync();
        if (Tls is { } tls)
        {
            await tls.ShutdownAsync();
        }

        socket.Shutdown(SocketShutdown.Send);
        for (var drained = 0; drained < enough; drained += Size)
        {
            Consume(Buffered.Length);
            if (!await FillAsync())
            {
                return;
            }
        }
    }

    public void Reset()
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
    }

    public async ValueTask DisposeAsync()
    {
        socket.Dispose();
        if (_reading is { } reading)
        {
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _stream.DisposeAsync();
    }

    private Task<int> ReadAsync() => _stream.ReadAsync(_in.AsMemory(_end), stopped).AsTask();

    /// <summary>A read that a stall has begun counts only here, so that the buffer never changes under the session.</summary>
    private async ValueTask<bool> FinishReadAsync()
    {
        var read = await _reading!;
        _reading = null;
        _end += read;
        return read > 0;
    }

    /// <summary>False: the buffer is full. Moves nothing while a read is under way.</summary>
    private bool MakeRoom()
    {
        if (_reading is not null)
        {
            return true;
        }

        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }
        else if (_end == Size && _start > 0)
        {
            Buffered.CopyTo(_in);
            (_start, _end) = (0, _end - _start);
        }

        return _end < Size;
    }

    private static CommandLine Line(ReadOnlySpan<byte> octets)
    {
        var crlf = octets.EndsWith("\r"u8);
        var text = crlf ? octets[..^1] : octets;
        return new CommandLine(
            Encoding.Latin1.GetString(text),
            !crlf || text.Contains((byte)'\r') ? LineFlaw.BareNewline
                : text.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? LineFlaw.NotAscii
                : LineFlaw.None);
    }
}
