using System.Text;
using HveRelay.Configuration;
using HveRelay.Tests.Program;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Scenarios;

/// <summary>S/MIME (RFC 8551) made and checked by openssl: the relay changes nothing that is signed, whatever its clients want.</summary>
public sealed class SignedMailStories
{
    /// <summary>Long lines, white space at line ends, lines that begin with a dot or From, eight bits.</summary>
    private static readonly string Letter =
        $"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n.dot\r\n..\r\nFrom here \t\r\n{new string('x', 1500)}\r\nGrüße\r\n\r\n";

    public static TheoryData<string, LongLines> Ways { get; } =
        [.. from way in new[] { "signed", "opaque", "encrypted" } from lines in new[] { LongLines.Pass, LongLines.Reencode } select (way, lines)];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task It_verifies_after_the_relay(string way, LongLines longLines)
    {
        using var directory = new TemporaryDirectory();
        await OpensslAsync(directory, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=erp@contoso.com", "-days", "2",
            "-addext", "keyUsage=digitalSignature,keyEncipherment", "-addext", "extendedKeyUsage=emailProtection", "-keyout", "key.pem", "-out", "cert.pem");
        await File.WriteAllBytesAsync(Path.Combine(directory.Path, "letter.txt"), Encoding.UTF8.GetBytes(Letter));
        string[] common = ["-in", "letter.txt", "-out", "sent.eml", "-from", "ERP <erp@contoso.com>", "-to", "you@contoso.com", "-subject", "invoice"];
        await OpensslAsync(directory, way switch
        {
            "signed" => ["smime", "-sign", "-crlfeol", "-signer", "cert.pem", "-inkey", "key.pem", .. common],
            "opaque" => ["smime", "-sign", "-nodetach", "-binary", "-signer", "cert.pem", "-inkey", "key.pem", .. common],
            _ => ["smime", "-encrypt", "-aes256", "-binary", .. common, "cert.pem"],
        });
        await using var story = await RelayStory.BeginAsync(options => options.Clients![0].LongLines = longLines);
        var sent = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Combine(directory.Path, "sent.eml"))).ReplaceLineEndings("\r\n");
        Assert.EndsWith("\r\n", sent, StringComparison.Ordinal);

        Assert.StartsWith("250", await story.SendAsync(["you@contoso.com"], sent.Replace("\r\n.", "\r\n.."), "erp@contoso.com"), StringComparison.Ordinal);
        await story.LogsAsync("relayed");

        var relayed = story.Simulator.Messages.Single();
        Assert.Contains("From: ERP <hve1@contoso.com>", Encoding.ASCII.GetString(relayed.Header.Span), StringComparison.Ordinal);
        await File.WriteAllBytesAsync(Path.Combine(directory.Path, "relayed.eml"), relayed.Content.ToArray());
        await OpensslAsync(directory, way == "encrypted"
            ? ["smime", "-decrypt", "-in", "relayed.eml", "-recip", "cert.pem", "-inkey", "key.pem", "-out", "read.txt"]
            : ["smime", "-verify", "-in", "relayed.eml", "-CAfile", "cert.pem", "-out", "read.txt"]);
        Assert.Equal(Letter, Encoding.UTF8.GetString(await File.ReadAllBytesAsync(Path.Combine(directory.Path, "read.txt"))));
    }

    [Fact]
    public async Task A_changed_octet_would_be_noticed()
    {
        using var directory = new TemporaryDirectory();
        await OpensslAsync(directory, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=erp", "-keyout", "key.pem", "-out", "cert.pem");
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "letter.txt"), Letter);
        await OpensslAsync(directory, "smime", "-sign", "-crlfeol", "-signer", "cert.pem", "-inkey", "key.pem", "-in", "letter.txt", "-out", "sent.eml");
        var changed = (await File.ReadAllTextAsync(Path.Combine(directory.Path, "sent.eml"))).Replace("From here \t", "From here");
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "sent.eml"), changed);

        var ended = await ChildProcess.RunAsync(
            Tool.Require("openssl"), ["smime", "-verify", "-in", "sent.eml", "-CAfile", "cert.pem", "-out", "read.txt"], directory.Path);

        Assert.NotEqual(0, ended.Status);
    }

    private static Task OpensslAsync(TemporaryDirectory directory, params string[] arguments) => Tool.RunAsync("openssl", directory.Path, arguments);
}
