using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;

namespace HveRelay.Tests.Support;

/// <summary>A line of a transcript and where it stands.</summary>
public sealed record ScriptLine(int Number, string Text);

/// <summary>
/// Plays the server of a transcript:
/// <code>
/// S: text     sends the line, with \xNN for an octet nobody can see; lines in a row leave together
/// S! text     sends the line although the client is still talking
/// S~ text     sends the line with a bare LF
/// C: text     the next line from the client must be this one
/// S: [tls]    a handshake      S: [close]  hangs up      S: [silence]  says no more
/// C: [close]  the client must hang up, and say nothing before
/// </code>
/// Before a server's line the client must not have said more than its lines so far: that is how a transcript tells
/// pipelining from waiting. A mismatch names the line.
/// </summary>
public sealed class ScriptedServer(
    Stream stream, string name, IReadOnlyList<ScriptLine> script, X509Certificate2? certificate = null, X509Certificate2? intermediate = null)
{
    private readonly TaskCompletionSource _silent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private Stream _stream = stream;
    private int _start;
    private int _end;

    /// <summary>[silence] is reached.</summary>
    public Task Silent => _silent.Task;

    public async Task RunAsync()
    {
        try
        {
            await PlayAsync();
        }
        finally
        {
            await _stream.DisposeAsync();
        }
    }

    private async Task PlayAsync()
    {
        var outgoing = new StringBuilder();
        foreach (var line in script)
        {
            var (kind, text) = (line.Text[..2], line.Text.Length > 3 ? line.Text[3..] : string.Empty);
            if (kind is "S:" && text is not ['[', .., ']'])
            {
                outgoing.Append(Regex.Unescape(text)).Append("\r\n");
                continue;
            }

            if (kind is "S!")
            {
                await _stream.WriteAsync(Encoding.UTF8.GetBytes(text + "\r\n"));
                continue;
            }

            if (kind is "S~")
            {
                outgoing.Append(text).Append('\n');
                continue;
            }

            await SendAsync(line, outgoing);
            switch (kind, text)
            {
                case ("S:", "[close]"):
                    return;
                case ("S:", "[silence]"):
                    _silent.SetResult();
                    await ReadToEndAsync();
                    return;
                case ("S:", "[tls]"):
                    var tls = new SslStream(_stream);
                    await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                    {
                        ServerCertificateContext = SslStreamCertificateContext.Create(
                            certificate!, intermediate is null ? [] : [intermediate], offline: true),
                    });
                    _stream = tls;
                    break;
                case ("C:", "[close]"):
                    Expect(line, await ReadLineAsync() is not { } more ? "[close]" : more, "[close]");
                    return;
                case ("C:", _):
                    Expect(line, await ReadLineAsync() ?? "[close]", text);
                    break;
                default:
                    throw new InvalidDataException($"{name}:{line.Number}: no such line: {line.Text}");
            }
        }

        await SendAsync(script[^1], outgoing);
    }

    private async Task SendAsync(ScriptLine line, StringBuilder outgoing)
    {
        if (outgoing.Length == 0)
        {
            return;
        }

        Expect(line, Encoding.UTF8.GetString(_buffer, _start, _end - _start), string.Empty);
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(outgoing.ToString()));
        await _stream.FlushAsync();
        outgoing.Clear();
    }

    private void Expect(ScriptLine line, string actual, string expected)
    {
        if (!string.Equals(actual, expected, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{name}:{line.Number}: the client should have said \"{expected}\" and said \"{actual}\"");
        }
    }

    /// <summary>A line without its CRLF, null at the end.</summary>
    private async Task<string?> ReadLineAsync()
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                var line = Encoding.UTF8.GetString(_buffer, _start, length);
                _start += length + 2;
                return line;
            }

            if (!await ReadMoreAsync())
            {
                return _end > _start ? Encoding.UTF8.GetString(_buffer, _start, _end - _start) : null;
            }
        }
    }

    private async Task ReadToEndAsync()
    {
        do
        {
            (_start, _end) = (0, 0);
        }
        while (await ReadMoreAsync());
    }

    private async Task<bool> ReadMoreAsync()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        try
        {
            var count = await _stream.ReadAsync(_buffer.AsMemory(_end));
            _end += count;
            return count > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
