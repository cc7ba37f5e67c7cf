using static HveRelay.Tests.Corpus.CorpusMessage;

namespace HveRelay.Tests.Corpus;

/// <summary>What no RFC allows and arrives all the same.</summary>
internal static class MalformedShapes
{
    private const string Rest = "\nTo: you@contoso.com\nSubject: x\nDate: Sun, 22 Nov 2026 03:12:00 +0000\nMessage-ID: <1@x>";

    /// <summary>The value of From alone.</summary>
    private static readonly string[] Froms =
    [
        "", " ", "device", "<>", "@", "device@contoso.com <device@contoso.com>", "Dr. No: 3rd <device@contoso.com>", "Floor [3] (left <device@contoso.com>",
        "\"Scanner <device@contoso.com>", "Scanner\" <device@contoso.com>", "<device@contoso.com", "device@contoso.com>", "<<device@contoso.com>>",
        "<mailto:device@contoso.com>", "a@contoso.com; b@contoso.com", "a@contoso.com b@contoso.com", "Scanner, 3rd floor <device@contoso.com>",
        "=?utf-8?Q?open <device@contoso.com>", "=?x-none?B?eA==?= <device@contoso.com>", "=?utf-8?B?8J+YgA?= <device@contoso.com>",
        "\"=?utf-8?B?QsO8cm8=?=\" <device@contoso.com>", "Büro <device@contoso.com>", "device@contoso..com", "de vice@contoso.com", "device@@contoso.com",
        "undisclosed-sender:;", "Team: a@contoso.com, b@contoso.com;", "<@a,@b:device@contoso.com>", "Scanner\\ <device@contoso.com>",
        "hve1@contoso.com", "\"hve1@contoso.com\" <attacker@fabrikam.com>", "a@contoso.com\n , b@contoso.com", "\n device@contoso.com", new string('x', 600) + " <device@contoso.com>",
    ];

    public static IEnumerable<CorpusMessage> All() =>
    [
        .. Froms.Select((from, i) => Of($"from-{i:D2}", $"From: {from}{Rest}", "body\n")),
        .. Whole(),
    ];

    private static IEnumerable<CorpusMessage> Whole()
    {
        const string Good = "From: device@contoso.com" + Rest;
        yield return Of("no-from", Rest.TrimStart(), "body\n");
        yield return Of("three-froms", $"From: a@contoso.com\nFrom: b@contoso.com\n{Good}", "body\n");
        yield return Of("everything-twice", $"{Good}\n{Good}", "body\n");
        yield return Of("space-before-the-colon", Good.Replace(":", " \t:", StringComparison.Ordinal), "body\n");
        yield return Of("mbox-line", $"From device@contoso.com Sun Nov 22 03:12:00 2026\n{Good}", "body\n");
        yield return Of("resent", $"Resent-From: ann@contoso.com\nResent-To: you@contoso.com\nResent-Bcc: hidden@contoso.com\nResent-Date: Sun, 22 Nov 2026 03:12:00 +0000\n{Good}", "body\n");
        yield return Of("sender-and-return-path", $"Return-Path: <other@contoso.com>\nSender: Sec <sec@contoso.com>\n{Good}", "body\n");
        yield return Of("signed", $"DKIM-Signature: v=1; a=rsa-sha256; d=contoso.com; s=x;\n h=from:to:subject; bh=x; b=y\n{Good}", "body\n");
        yield return Of("fold-of-white-space", $"X-Fold: a\n \t\n b\n{Good}", "body\n");
        yield return Of("very-long-field", $"X-Long: {new string('x', 20_000)}\n{Good}", "body\n");
        yield return Of("many-fields", string.Concat(Enumerable.Range(0, 1000).Select(i => $"X-Field-{i}: {i}\n")) + Good, "body\n");
        yield return Of("forty-hops", string.Concat(Enumerable.Range(0, 40).Select(i => $"Received: from a{i} by b; Sun, 22 Nov 2026 03:12:00 +0000\n")) + Good, "body\n");
        yield return Of("nul-in-the-header", $"X-Nul: a\0b\n{Good}", "body\n");
        yield return Of("raw-latin1", $"X-Raw: Büro\n{Good}", "Grüße\n", "iso-8859-1");
        yield return Of("controls", $"X-Controls: \a\b\v\f\x7F\n{Good}", "\a\b\v\f\x7F\n");
        yield return Of("boundary-missing", $"{Good}\nMIME-Version: 1.0\nContent-Type: multipart/mixed", "--b\n\ntext\n--b--\n");
        yield return Of("boundary-never-comes", $"{Good}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b", "no part\n");
        yield return Of("boundary-never-closed", $"{Good}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b", "--b\n\ntext\n");
        yield return Of("two-content-types", $"{Good}\nContent-Type: text/plain\nContent-Type: text/html; charset=utf-8", "Grüße\n");
        yield return Of("content-type-of-rfc-1049", $"{Good}\nContent-Type: text", "Grüße\n");
        yield return Of("content-type-cut-off", $"{Good}\nContent-Type: text/plain; name=\"x", "Grüße\n");
        yield return Of("encoding-unknown", $"{Good}\nMIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: x-none", "Grüße\n");
        yield return Of("base64-broken", $"{Good}\nMIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: base64", "!!!\nQQ=\n");
        yield return Of("octets-of-all-kinds", Good, "x", "iso-8859-1") with { Body = [.. Enumerable.Range(0, 256).Where(octet => octet is not (10 or 13)).Select(octet => (byte)octet), 13, 10] };
        yield return Of("folded-first-line", Good, "body\n") with { Header = [], Gap = "", Body = Octets($" folded from the start\n{Good}\n\nbody\n") };
        yield return Of("no-empty-line", Good, "this line is no field\nand this neither\n") with { Gap = "" };
        yield return Of("no-header-at-all", "", "just text\n") with { Header = [], Gap = "" };
        yield return Of("only-an-empty-line", "", "text\n") with { Header = [] };
        yield return Of("no-body", Good, "") with { Body = [] };
        yield return Of("nothing", "", "") with { Header = [], Gap = "", Body = [] };
    }
}
