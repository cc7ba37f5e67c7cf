using System.Text;
using HveRelay.Bounce;
using HveRelay.Mail;
using HveRelay.Tests.Program;
using HveRelay.Tests.Support;
using HveRelay.Wording;

namespace HveRelay.Tests.Core.Bounce;

/// <summary>
/// Golden/Notices/NAME.eml is what a notice looks like. With HVERELAY_UPDATE_GOLDEN=1 the test writes what came out into the source
/// folder, to be read in the diff.
/// </summary>
public sealed class NoticeGoldenTests
{
    private const string Updates = "HVERELAY_UPDATE_GOLDEN";
    private static readonly DateTimeOffset Accepted = new(2026, 11, 22, 3, 12, 0, TimeSpan.Zero);
    private static readonly ReplyWords Unknown = new("The recipient is unknown", "Sender: correct the address");

    private static readonly Dictionary<string, Notice> Notices = new()
    {
        ["refused"] = Notice(1, 0, Recipient("bob@contoso.com", NoticeKind.Refused, "550 5.1.10 RESOLVER.ADR.RecipientNotFound", Unknown)),
        ["expired"] = Notice(1, 0, Recipient("bob@contoso.com", NoticeKind.Expired, "The next hop cannot be reached", null)),
        ["delayed"] = Notice(0, 2,
            Recipient("ann@contoso.com", NoticeKind.Delayed, "450 4.7.3 Organization queue quota exceeded", new ReplyWords("The organization's queue at HVE is full", "")),
            Recipient("bob@contoso.com", NoticeKind.Held, null, null)),
        ["bounced"] = Notice(1, 0, Recipient("bob@contoso.com", NoticeKind.Bounced, "sent by mistake", null)),
        ["several"] = Notice(998, 1,
            Recipient("ann@contoso.com", NoticeKind.Refused, "550 5.1.10 no", Unknown),
            Recipient("bob@contoso.com", NoticeKind.Delayed, "450 4.2.1 busy", null, number: 2)),
        ["umlauts"] = Notice(1, 0, Recipient(
            "bob@contoso.com", NoticeKind.Refused, "550 5.1.10 nö", Unknown, "Subject: =?utf-8?B?UsOkY2hudW5n?= 7\r\nX-Raw: Käse\r\nBcc: boss@contoso.com\r\n\r\n")),
        ["hostile"] = Notice(1, 0, Recipient(
            "bob@contoso.com", NoticeKind.Refused, "550 5.1.10 no\r\n\r\n--=_\r\nAction: relayed", Unknown,
            "Subject: a\r\n b\r\nMessage-ID: <a b>\r\n--=_0000000000001_0: x\r\n\r\n", "x\r\nBcc: all@contoso.com")),
    };

    static NoticeGoldenTests()
    {
        foreach (var name in new[] { "refused", "expired", "delayed", "bounced", "several" })
        {
            Notices.Add($"{name}-ja", Notices[name] with { Language = Language.Japanese });
        }
    }

    public static TheoryData<string> Names => [.. Notices.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_notice_reads_as_it_is_written_down(string name)
    {
        var written = Encoding.Latin1.GetString(Notices[name].Write());
        if (Environment.GetEnvironmentVariable(Updates) == "1")
        {
            File.WriteAllText(RepositoryFiles.PathOf($"tests/HveRelay.Tests/Golden/Notices/{name}.eml"), written, Encoding.Latin1);
            return;
        }

        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "Notices", name + ".eml"), Encoding.Latin1), written);
    }

    [Fact]
    public async Task Another_program_reads_every_notice_without_a_defect()
    {
        using var directory = new TemporaryDirectory();
        foreach (var (name, notice) in Notices)
        {
            await File.WriteAllBytesAsync(Path.Combine(directory.Path, name + ".eml"), notice.Write(), TestContext.Current.CancellationToken);
        }

        await Tool.RunAsync("python3", directory.Path, ["-c", """
            import glob, email, email.policy
            files = sorted(glob.glob('*.eml'))
            assert len(files) == 12, files
            for name in files:
                m = email.message_from_bytes(open(name, 'rb').read(), policy=email.policy.SMTP)
                assert m.get_content_type() == 'multipart/report' and m.get_param('report-type') == 'delivery-status', name
                assert m['Auto-Submitted'] == 'auto-replied' and m['To'].addresses[0].addr_spec == 'scanner-3@contoso.com', name
                for part in m.walk():
                    assert not part.defects, (name, part.get_content_type(), part.defects)
                parts = list(m.iter_parts())
                assert [p.get_content_type() for p in parts][:2] == ['text/plain', 'message/delivery-status'], name
                blocks = parts[1].get_payload()
                assert blocks[0]['Reporting-MTA'] == 'dns; relay.contoso.com', name
                assert all(b['Action'] in ('failed', 'delayed') and b['Final-Recipient'] and b['Status'] for b in blocks[1:] if b.keys()), name
                assert len(parts) == (2 if name.startswith('several') else 3), name
                japanese = '-ja' in name
                assert ('受信者' if japanese else 'recipient') in parts[0].get_content(), name
                assert m['Subject'].startswith(('配信不能：', '配信遅延：') if japanese else ('Not delivered: ', 'Delayed: ')), (name, m['Subject'])
                assert m['From'].addresses[0].display_name == ('メール リレー' if japanese else 'Mail relay') + ' relay.contoso.com', name
            """]);
    }

    [Fact]
    public void No_value_adds_a_field_or_a_part()
    {
        string[] evil = ["\r\nBcc: x@example.com", "\n\nbody", "\r", "\0", "\r\n\r\n--=_0000000000001_0--", "=?utf-8?B?DQpCY2M6IHg=?=", "\u2028", "ü", new string('x', 5000), "a@b>, <c@d"];
        var plain = Shape(Notices["refused"].Write());

        foreach (var a in evil)
        {
            foreach (var b in evil)
            {
                var notice = Notice(1, 0, Recipient(a + b, NoticeKind.Refused, "550 5.1.1 " + b + a, new ReplyWords(a, b), $"Subject: {Folded(a)}\r\n\r\n{b}", b)) with
                {
                    Postmaster = a + "@contoso.com" + b,
                    HostName = "relay" + b,
                };
                var shape = Shape(notice.Write());

                Assert.Equal(plain.Fields, shape.Fields.Where(field => field is not ("In-Reply-To" or "References")));
                Assert.Equal(plain.Parts, shape.Parts);
            }
        }
    }

    private static string Folded(string value) => value.Replace("\r", string.Empty, StringComparison.Ordinal).Replace("\n", string.Empty, StringComparison.Ordinal);

    /// <summary>The names of the header's fields, and how many parts begin or end.</summary>
    private static (IReadOnlyList<string> Fields, int Parts) Shape(byte[] message)
    {
        var text = Encoding.Latin1.GetString(message);
        Assert.DoesNotContain(text.Replace("\r\n", string.Empty, StringComparison.Ordinal), character => character is '\r' or '\n' or '\0' or > '~');
        Assert.All(text.Split("\r\n"), line => Assert.InRange(line.Length, 0, 998));
        var header = text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
        var boundary = header[(header.IndexOf("boundary=\"", StringComparison.Ordinal) + 10)..^1];
        return (
            [.. header.Split("\r\n").Where(line => line[0] is not (' ' or '\t')).Select(line => line.Split(':')[0]).Where(field => field is not ("Reply-To" or "In-Reply-To" or "References"))],
            text.Split("\r\n").Count(line => line.StartsWith("--" + boundary, StringComparison.Ordinal)));
    }

    private static Notice Notice(int failed, int delayed, params NoticedRecipient[] recipients) => new(
        new MessageId(1), Accepted.AddHours(5), "relay.contoso.com", "hve1@contoso.com", "it@contoso.com", ["scanner-3@contoso.com"], failed, delayed, recipients, Language.English);

    private static NoticedRecipient Recipient(
        string address,
        NoticeKind kind,
        string? reply,
        ReplyWords? words,
        string head = "From: Scanner <scanner-3@contoso.com>\r\nSubject: Invoice 4711\r\nMessage-ID: <1@scanner-3>\r\n\r\nbody",
        string hello = "scanner-3.contoso.com",
        int number = 1) => new(
        new Envelope(
            new MessageId(1000 + number), "scanner-3@contoso.com", Accepted, Accepted.AddDays(2), 300, Priority.Normal, true,
            new Origin("scanners", "10.20.3.7", hello, null, null, "ESMTP")),
        OriginalMessage.Of(Encoding.Latin1.GetBytes(head), 16 * 1024), address, kind, reply, words, reply is null ? null : Accepted.AddHours(4));
}
