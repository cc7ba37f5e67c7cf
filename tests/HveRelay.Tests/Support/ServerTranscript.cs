using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using HveRelay.Smtp;
using HveRelay.Smtp.Server;

namespace HveRelay.Tests.Support;

/// <summary>
/// A transcript for the server, in three parts with a line of dashes between: what the service is told, the dialogue, and what the
/// service heard and how the session ended.
/// <code>
/// C: text     sends the line, with \xNN for an octet nobody can see; lines in a row are sent together
/// C~ text     sends the line with a bare LF        C- text  sends the text without a line end
/// S: text     the next line from the server must be this one
/// C: [tls]    a handshake      C: [close]  the client is done talking, and listens      S: [close]  the server must hang up
/// @ wait 00:05:00     the session waits, and so much time passes      @ stop  the session is asked to stop
/// </code>
/// Behind the last line the client is done talking, and the server must say no more.
/// </summary>
public sealed record ServerTranscript(
    string Name, ILookup<string, string> Told, IReadOnlyList<ScriptLine> Dialogue, IReadOnlyList<string> Outcome)
{
    private static readonly SelfMadeAuthority _authority = new("Transcript authority");

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Transcripts", "Server");

    public static X509Certificate2 Certificate { get; } = _authority.Issue("relay.example");

    public static SmtpSessionOptions Options(TlsPolicy tls) => new()
    {
        HostName = "relay.example",
        Tls = tls,
        TlsOptions = tls == TlsPolicy.None ? null : () => new SslServerAuthenticationOptions { ServerCertificate = Certificate },
    };

    /// <summary>For a client that trusts <see cref="Certificate"/>.</summary>
    public static SslClientAuthenticationOptions ClientOptions() => new()
    {
        TargetHost = "relay.example",
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { _authority.Certificate },
            RevocationMode = X509RevocationMode.NoCheck,
            VerificationTime = new ManualClock().GetUtcNow().UtcDateTime,
        },
    };

    public static ServerTranscript Read(string name)
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, name + ".txt"))
            .Select((text, at) => new ScriptLine(at + 1, text.TrimEnd('\r')))
            .Where(line => line.Text.Length > 0 && line.Text[0] != '#')
            .ToList();
        var first = lines.FindIndex(line => line.Text.StartsWith("---", StringComparison.Ordinal));
        var second = lines.FindIndex(first + 1, line => line.Text.StartsWith("---", StringComparison.Ordinal));
        return new ServerTranscript(
            name,
            lines[..first].Select(line => line.Text.Split(' ', 2)).ToLookup(pair => pair[0], pair => pair.ElementAtOrDefault(1) ?? string.Empty),
            lines[(first + 1)..second],
            [.. lines[(second + 1)..].Select(line => line.Text)]);
    }

    /// <summary>Plays the dialogue to its end and returns what came of it, in the words of the third part.</summary>
    public async Task<IReadOnlyList<string>> PlayAsync(Arrival arrival)
    {
        var clock = new ManualClock();
        var (client, server) = DuplexPipe.Pair(arrival);
        var service = Service();
        var info = new SessionInfo(IPAddress.Parse("192.0.2.7"), 50_000, "test");
        var session = new SmtpSession(info, server, SessionOptions(), service, clock);
        var running = RunAsync(session, server);
        await new Player(Name, client, server, session, clock).PlayAsync(Dialogue).WaitAsync(TimeSpan.FromSeconds(60), CancellationToken.None);
        var end = await running.WaitAsync(TimeSpan.FromSeconds(60), CancellationToken.None);
        return [.. service.Heard, .. info.Quirks == Quirks.None ? Array.Empty<string>() : [$"quirks {info.Quirks}"], $"end {end}"];
    }

    private static async Task<SessionEnd> RunAsync(SmtpSession session, DuplexPipe server)
    {
        try
        {
            await using (session)
            {
                return await session.RunAsync(CancellationToken.None);
            }
        }
        catch (InvalidTimeZoneException)
        {
            return SessionEnd.Broken; // the service was told to break
        }
        finally
        {
            server.Close();
        }
    }

    private SmtpSessionOptions SessionOptions()
    {
        var options = Options(Enum.Parse<TlsPolicy>(One("tls") ?? "None"));
        return options with
        {
            MaxErrors = int.Parse(One("errors") ?? $"{options.MaxErrors}"),
            MaxIdleCommands = int.Parse(One("commands") ?? $"{options.MaxIdleCommands}"),
            MaxCommandLine = int.Parse(One("line") ?? $"{options.MaxCommandLine}"),
        };
    }

    private ScriptedService Service() => new()
    {
        Greeting = ReplyOf(One("greeting")) ?? Reply.Plain(220, "relay.example ready"),
        MaxMessageBytes = long.Parse(One("max") ?? "0"),
        NewlineMode = Enum.Parse<NewlineMode>(One("newlines") ?? "Normalize"),
        Login = One("auth")?.Split(' ') is [var user, var password, ..] ? (user, password) : null,
        LoginNeedsTls = One("auth")?.EndsWith(" tls", StringComparison.Ordinal) ?? false,
        Refusals = Told["refuse"].Select(line => line.Split(' ', 2)).ToDictionary(pair => pair[0], pair => ReplyOf(pair[1])!),
        NoData = ReplyOf(One("nodata")),
        Done = ReplyOf(One("done")) ?? Reply.Of(250, "2.0.0", "OK queued"),
        Breaks = One("breaks") is null ? null : new InvalidTimeZoneException("told to"),
    };

    private string? One(string key) => Told[key].SingleOrDefault();

    private static Reply? ReplyOf(string? text) => text is not null && Reply.TryParse(text, out var reply) ? reply : null;

    private sealed class Player(string name, DuplexPipe client, DuplexPipe server, SmtpSession session, ManualClock clock)
    {
        private readonly byte[] _buffer = new byte[64 * 1024];
        private Stream _stream = new DuplexPipeStream(client);
        private int _start;
        private int _end;

        public async Task PlayAsync(IReadOnlyList<ScriptLine> script)
        {
            var outgoing = new MemoryStream();
            foreach (var line in script)
            {
                var (kind, text) = (line.Text[..2], line.Text.Length > 3 ? line.Text[3..] : string.Empty);
                if (kind[0] == 'C' && text is not ("[tls]" or "[close]"))
                {
                    outgoing.Write(Encoding.Latin1.GetBytes(Regex.Unescape(text) + kind[1] switch { '~' => "\n", '-' => "", _ => "\r\n" }));
                    continue;
                }

                await SendAsync(outgoing);
                switch (kind, text)
                {
                    case ("C:", "[tls]"):
                        await HandshakeAsync();
                        break;
                    case ("C:", "[close]"):
                        await client.Output.CompleteAsync();
                        break;
                    case ("S:", "[close]"):
                        Expect(line, await ReadLineAsync() ?? "[close]", "[close]");
                        break;
                    case ("S:", _):
                        Expect(line, await ReadLineAsync() ?? "[close]", text);
                        break;
                    case ("@ ", _) when line.Text == "@ stop":
                        session.Stop();
                        break;
                    default:
                        await Until.True(() => ((TricklingReader)server.Input).IsWaitedFor && clock.Waiting > 0);
                        clock.Advance(TimeSpan.Parse(text.Split(' ')[^1]));
                        break;
                }
            }

            await SendAsync(outgoing);
            await client.Output.CompleteAsync();
            Expect(script[^1], await ReadLineAsync() ?? "[close]", "[close]");
        }

        private async Task SendAsync(MemoryStream outgoing)
        {
            if (outgoing.Length > 0)
            {
                await _stream.WriteAsync(outgoing.ToArray());
                await _stream.FlushAsync();
                outgoing.SetLength(0);
            }
        }

        private async Task HandshakeAsync()
        {
            var tls = new SslStream(_stream);
            await tls.AuthenticateAsClientAsync(ClientOptions());
            _stream = tls;
        }

        private void Expect(ScriptLine line, string actual, string expected)
        {
            if (!string.Equals(actual, expected, StringComparison.Ordinal))
            {
                throw new InvalidDataException($"{name}:{line.Number}: the server should have said \"{expected}\" and said \"{actual}\"");
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

                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
                var count = await _stream.ReadAsync(_buffer.AsMemory(_end));
                if (count == 0)
                {
                    return _end > 0 ? Encoding.UTF8.GetString(_buffer, 0, _end) : null;
                }

                _end += count;
            }
        }
    }
}
