using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>What a message costs does not depend on how large it is.</summary>
[Trait("Category", "Long")]
[Collection(nameof(AloneCollection))]
public sealed class LargeMessageTests
{
    private const int Lines = 3_900_000;
    private static readonly byte[] Line = Encoding.ASCII.GetBytes(new string('x', 76) + "\r\n");

    [Fact]
    public async Task A_message_of_300_MB_is_accepted_and_relayed_within_250_MB()
    {
        const long Limit = 400_000_000;
        await using var story = ProgramStory.BeginWithoutHve(configuration => configuration["Hve"]!["MaxMessageBytes"] = Limit);
        await story.StartHveAsync(options => options with { MaxMessageBytes = Limit, KeepContent = false });
        var daemon = await story.StartAsync();
        var atRest = Memory.Now(daemon);

        await using var device = await RawSmtp.GreetAsync(story.SmtpPort);
        foreach (var command in new[] { "MAIL FROM:<scanner-3@contoso.com>", "RCPT TO:<you@contoso.com>", "DATA" })
        {
            await device.CommandAsync(command);
        }

        await device.SendAsync("Subject: scan\r\n\r\n");
        foreach (var piece in Body())
        {
            await device.SendAsync(piece);
        }

        Assert.StartsWith("250 2.0.0 OK queued as ", await device.CommandAsync("."), StringComparison.Ordinal);
        var accepted = Memory.Peak(daemon);
        await Until.True(() => story.Hve!.Messages.Count == 1);
        var figures = $"{atRest} MB at rest, peak {accepted} MB when it was accepted, {Memory.Peak(daemon)} MB when it was relayed";

        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        var message = story.Hve!.Messages[0];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(message.Header.Span);
        hash.AppendData("\r\n"u8);
        foreach (var piece in Body())
        {
            hash.AppendData(piece);
        }

        Assert.Equal(Convert.ToHexString(hash.GetHashAndReset()), message.Sha256, ignoreCase: true);
        Assert.True(Memory.Peak(daemon) < 250, figures);
    }

    /// <summary>304.2 MB in numbered lines, a thousand at once, in an array that is used again.</summary>
    private static IEnumerable<byte[]> Body()
    {
        var piece = new byte[Line.Length * 1000];
        for (var sent = 0; sent < Lines; sent += 1000)
        {
            for (var i = 0; i < 1000; i++)
            {
                Line.CopyTo(piece, i * Line.Length);
                (sent + i).TryFormat(piece.AsSpan(i * Line.Length), out _, "D9", CultureInfo.InvariantCulture);
            }

            yield return piece;
        }
    }
}
