using System.Text;
using HveRelay.Smtp.Message;
using HveRelay.Smtp.Server;

namespace HveRelay.Tests.Smtp.Message;

/// <summary>Who a message in a file is from and to, by its header alone.</summary>
public sealed class HeaderEnvelopeTests
{
    [Theory]
    [InlineData("From: Ann <ann@contoso.com>\nTo: b@contoso.com, Bob <bob@contoso.com>\nCc: c@contoso.com\nBcc: d@contoso.com\n", "ann@contoso.com", "b@contoso.com bob@contoso.com c@contoso.com d@contoso.com")]
    [InlineData("X-Sender: scan@contoso.com\nX-Receiver: a@contoso.com\nX-Receiver: <b@contoso.com>\nFrom: x@contoso.com\nTo: y@contoso.com\n", "scan@contoso.com", "a@contoso.com b@contoso.com")]
    [InlineData("x-sender:\nX-RECEIVER: a@contoso.com\n", "", "a@contoso.com")]
    [InlineData("X-Sender: <>\nTo: a@contoso.com\n", "", "a@contoso.com")]
    [InlineData("X-Sender: a b c\nTo: a@contoso.com\n", "a b c", "a@contoso.com")]
    [InlineData("Sender: boss@contoso.com\nFrom: a@contoso.com, b@contoso.com\nTo: team: c@contoso.com, d@contoso.com;\n", "boss@contoso.com", "c@contoso.com d@contoso.com")]
    [InlineData("X-Sender: a@contoso.com\nX-Receiver: a b c\nX-Receiver: <>\nX-Receiver: d@contoso.com\n", "a@contoso.com", "a b c <> d@contoso.com")]
    [InlineData("From: The Scanner\nTo: ,, a@contoso.com, foo bar baz,\nCc: undisclosed-recipients:;\n", null, "a@contoso.com foo bar baz")]
    [InlineData("From: root (Cron Daemon)\nTo: root\n", "root", "root")]
    [InlineData("Subject: nobody\n", null, "")]
    public void The_envelope_stands_in_the_header(string header, string? sender, string recipients)
    {
        var envelope = HeaderEnvelope.Read(HeaderBlock.Parse(Encoding.UTF8.GetBytes(header + "\nX-Receiver: no@contoso.com\n")));

        Assert.Equal((sender, recipients), (envelope.Sender, string.Join(' ', envelope.Recipients)));
        Assert.DoesNotContain("X-Receiver", Encoding.UTF8.GetString(envelope.Header), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("X-Sender", Encoding.UTF8.GetString(envelope.Header), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("X-Sender: a@b.c\nSubject: x\n\nline\n.\nend", "Subject: x\r\n\r\nline\r\n.\r\nend\r\n")]
    [InlineData("Subject: x\r\n\r\n..\r\n", "Subject: x\r\n\r\n..\r\n")]
    [InlineData("Subject: no body", "Subject: no body\r\n\r\n")]
    [InlineData("From mbox Sun Nov 22\nSubject: x\n\nb\n", "Subject: x\r\n\r\nb\r\n")]
    [InlineData("\u00EF\u00BB\u00BFSubject: x\n\nb\n", "Subject: x\r\n\r\nb\r\n")]
    [InlineData("\u00EF\u00BBSubject: x\n", "\r\n\u00EF\u00BBSubject: x\r\n")]
    [InlineData("no header at all\n", "\r\nno header at all\r\n")]
    [InlineData("", "\r\n")]
    public async Task A_file_is_read_with_any_line_ends(string content, string read)
    {
        using var file = new MemoryStream(Encoding.Latin1.GetBytes(content));
        var mail = (await MailFile.OpenAsync(file, default))!;

        var octets = new List<byte>();
        await foreach (var piece in mail.ReadAsync(default))
        {
            octets.AddRange(piece.Span);
        }

        Assert.Equal(read, Encoding.Latin1.GetString([.. octets]));
        Assert.Equal(octets.Count, mail.Size);
    }

    [Fact]
    public async Task A_large_one_comes_in_pieces_and_a_header_without_end_is_none()
    {
        using var large = new MemoryStream([.. "Subject: é\n\n"u8, .. Enumerable.Repeat("0123456789\n"u8.ToArray(), 50_000).SelectMany(line => line)]);
        var mail = (await MailFile.OpenAsync(large, default))!;
        var (pieces, size) = (0, 0L);
        await foreach (var piece in mail.ReadAsync(default))
        {
            (pieces, size) = (pieces + 1, size + piece.Length);
        }

        Assert.True(mail.EightBit);
        Assert.Equal(mail.Size, size);
        Assert.InRange(pieces, 8, 100);
        using var endless = new MemoryStream([.. Enumerable.Repeat("X-A: b\n"u8.ToArray(), 50_000).SelectMany(line => line)]);
        Assert.Null(await MailFile.OpenAsync(endless, default));
    }
}
