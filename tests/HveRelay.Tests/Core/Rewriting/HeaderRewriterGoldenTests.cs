using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using HveRelay.Mail;
using HveRelay.Rewriting;
using HveRelay.Smtp.Message;

namespace HveRelay.Tests.Core.Rewriting;

/// <summary>
/// Golden/Rewriting/NAME.in.eml, with NAME.json where the context differs from the usual one, gives NAME.out.eml and
/// NAME.notes. With HVERELAY_UPDATE_GOLDEN=1 the test writes what came out into the source folder, to be read in the diff.
/// </summary>
public sealed class HeaderRewriterGoldenTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Golden", "Rewriting");
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNameCaseInsensitive = true,
        Converters = { new JsonStringEnumConverter() },
    };

    public static TheoryData<string> Names =>
    [
        .. Directory.GetFiles(Folder, "*.in.eml").Select(file => Path.GetFileName(file)[..^".in.eml".Length]).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_header_comes_out_as_it_is_written_down(string name)
    {
        var message = File.ReadAllBytes(Path.Combine(Folder, name + ".in.eml"));
        var settings = File.Exists(Path.Combine(Folder, name + ".json"))
            ? JsonSerializer.Deserialize<Settings>(File.ReadAllText(Path.Combine(Folder, name + ".json")), Json)!
            : new Settings();

        var header = HeaderBlock.Parse(message);
        var result = HeaderRewriter.Rewrite(header, settings.ToContext() with { Body = LookAt(header, message.AsSpan(header.Length)) });

        byte[] rewritten = [.. result.Header.Span, .. message.AsSpan(result.BodyStart)];
        var notes = string.Concat(result.Notes.Select(note => note + "\n"));
        if (Environment.GetEnvironmentVariable("HVERELAY_UPDATE_GOLDEN") == "1")
        {
            var source = SourceFolder();
            File.WriteAllBytes(Path.Combine(source, name + ".out.eml"), rewritten);
            File.WriteAllText(Path.Combine(source, name + ".notes"), notes);
            return;
        }

        SameLines(name + ".out.eml", rewritten);
        SameLines(name + ".notes", Encoding.UTF8.GetBytes(notes));
    }

    /// <summary>What is seen of a body before its header is written.</summary>
    private static BodyFacts? LookAt(HeaderBlock header, ReadOnlySpan<byte> body)
    {
        var guess = new CharsetGuess();
        guess.Feed(body);
        return MimeFields.LackCharset(header) ? new BodyFacts(guess.Charset, guess.IsEightBit) : null;
    }

    private static void SameLines(string file, byte[] actual)
    {
        // Latin-1 shows each octet as a character, so that no difference hides behind a decoder.
        var expectedLines = Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(Folder, file))).Split('\n');
        var actualLines = Encoding.Latin1.GetString(actual).Split('\n');
        for (var i = 0; i < Math.Max(expectedLines.Length, actualLines.Length); i++)
        {
            var expectedLine = i < expectedLines.Length ? expectedLines[i] : "(no such line)";
            var actualLine = i < actualLines.Length ? actualLines[i] : "(no such line)";
            Assert.True(expectedLine == actualLine, $"{file} line {i + 1}\nexpected: {expectedLine}\nactual:   {actualLine}");
        }
    }

    private static string SourceFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "HveRelay.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("the tests do not run inside the source tree");
        }

        return Path.Combine(folder.FullName, "tests", "HveRelay.Tests", "Golden", "Rewriting");
    }

    private sealed record Settings(
        RewriteMode Mode = RewriteMode.Account,
        string Account = "hve1@contoso.com",
        string ReversePath = "scanner-3@contoso.com",
        string? Recipient = "ann@contoso.com",
        string Helo = "scanner-3.contoso.com",
        string Ip = "10.20.3.7",
        string? Tls = null,
        string Protocol = "ESMTP",
        ClientWishes? Client = null)
    {
        public RewriteContext ToContext()
        {
            var at = new DateTimeOffset(2026, 11, 22, 3, 12, 0, TimeSpan.Zero);
            var origin = new Origin("scanners", Ip, Helo, null, Tls, Protocol);
            var id = new MessageId(456_789_012_345_678_901);
            var envelope = new Envelope(id, ReversePath, at, at.AddDays(2), 1, Priority.Normal, false, origin);
            return new RewriteContext(envelope, "relay.contoso.com", Mode, Mode == RewriteMode.Keep ? null : Account, Recipient)
            {
                Client = Client ?? ClientWishes.None,
            };
        }
    }
}
