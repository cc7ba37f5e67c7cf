using static HveRelay.Tests.Corpus.CorpusMessage;

namespace HveRelay.Tests.Corpus;

/// <summary>Multifunction printers: a scan as an attachment. What differs is the order of the fields, the boundary, and the manners.</summary>
internal static class ScannerShapes
{
    /// <summary>Header with {0} for the subject and {1} for the boundary, the text part's header, and the file part's with {2} for its name.</summary>
    private static readonly (string Maker, string Boundary, string Header, string Text, string File)[] Makers =
    [
        ("ricoh", "DC_BOUND_PRE_<1163737372.0026736a>",
            "Date: Sun, 22 Nov 2026 12:12:00 +0900\nFrom: <device@contoso.com>\nTo: you@contoso.com\nSubject: {0}\nMessage-Id: <20261122121200DC.DCSML-S000010000.002673@10.20.3.7>\nMIME-Version: 1.0\nX-Mailer: RICOH IM C4500\nContent-Type: multipart/mixed;\n\tboundary=\"{1}\"",
            "Content-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: 7bit\n",
            "Content-Type: application/pdf; name=\"{2}\"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=\"{2}\"\n"),
        ("canon", "----=_imageRUNNER_0",
            "From: \"iR-ADV C5535\" <device@contoso.com>\nTo: <you@contoso.com>\nDate: Sun, 22 Nov 2026 03:12:00 -0000\nSubject: {0}\nMIME-Version: 1.0\nContent-Type: Multipart/Mixed; boundary=\"{1}\"\nX-Mailer: Canon iFAX",
            "Content-Type: Text/Plain; charset=\"iso-8859-1\"\nContent-Transfer-Encoding: 8bit\n",
            "Content-Type: Image/tiff; application=faxbw\nContent-Transfer-Encoding: BASE64\nContent-Disposition: attachment; filename={2}\n"),
        ("hp", "_NextPart_000_0000",
            "MIME-Version: 1.0\nFrom: HP LaserJet MFP <device@contoso.com>\nReply-To: device@contoso.com\nTo: you@contoso.com\nSubject: {0}\nX-Mailer: HP Digital Sending\nContent-Type: multipart/mixed; boundary={1}",
            "Content-Type: text/plain; charset=\"UTF-8\"\nContent-Transfer-Encoding: base64\n",
            "Content-Type: application/octet-stream;\n name=\"{2}\"\nContent-Transfer-Encoding: base64\nContent-Disposition: inline;\n filename=\"{2}\"\n"),
        ("konica-minolta", "KONICA_MINOLTA_bizhub_C368_0123456789",
            "Received: from KM by 10.20.3.7; Sun, 22 Nov 2026 12:12:00 +0900\nDate: Sun, 22 Nov 2026 12:12:00 +0900 (JST)\nFrom: device@contoso.com <device@contoso.com>\nTo: you@contoso.com\nSubject: {0}\nMessage-ID: <5BF61A00.001.0206B7AF1234.device@contoso.com>\nMime-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"{1}\"\nX-Mailer: KONICA MINOLTA bizhub C368",
            "Content-Type: text/plain; charset=\"UTF-8\"\nContent-Transfer-Encoding: 8bit\n",
            "Content-Type: application/pdf;\n\tname=\"{2}\"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment;\n\tfilename=\"{2}\"\n"),
        ("kyocera", "==boundary-kyocera==",
            "To: you@contoso.com\nFrom: device@contoso.com (TASKalfa 3253ci)\nSubject: {0}\nDate: Sun, 22 Nov 26 12:12:00 +0900\nContent-Type: multipart/mixed;boundary=\"{1}\"",
            "Content-Type: text/plain\n",
            "Content-Type: application/pdf;name=\"{2}\"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment;filename=\"{2}\"\n"),
        ("xerox", "--=_Xerox_WorkCentre_7855",
            "Message-ID: <0@xerox.contoso.com>\nFrom: Xerox WorkCentre 7855 <device@contoso.com>\nTo: you@contoso.com, \n\tann@contoso.com\nX-Priority: 3\nSubject: {0}\nMIME-Version: 1.0 (Xerox)\nContent-Type: multipart/mixed;\n\tcharset=\"utf-8\";\n\tboundary=\"{1}\"\nDisposition-Notification-To: device@contoso.com",
            "Content-Type: text/plain; charset=utf-8; format=flowed\nContent-Transfer-Encoding: quoted-printable\n",
            "Content-Type: application/pdf; name={2}\nContent-Transfer-Encoding: base64\nContent-ID: <scan1>\n"),
    ];

    private static readonly (string Name, string Subject)[] Subjects =
    [
        ("ascii", "Scanned from MFP 3"),
        ("umlaut-q", Word("Scan aus dem Büro", "iso-8859-1", 'Q')),
        ("japanese-b", Word("スキャン", "iso-2022-jp") + "\n " + Word("文書.pdf", "iso-2022-jp")),
        ("split-character", "=?utf-8?B?44K544Kt44Oj4w==?=\n =?utf-8?B?g7M=?="),
        ("raw-utf8", "Numérisé à l'étage"),
    ];

    private static readonly (string Name, string Text, int Files, int Size, int Line)[] Contents =
    [
        ("one-file", "Please open the attached document.\n.\n..dots\nFrom here on\n", 1, 3000, 76),
        ("two-files", "", 2, 700, 72),
        ("one-long-line", "Scan.\n", 1, 2400, 0),
    ];

    public static IEnumerable<CorpusMessage> All() =>
        from maker in Makers
        from subject in Subjects
        from content in Contents
        select Of(
            $"{maker.Maker}-{subject.Name}-{content.Name}",
            string.Format(null, maker.Header, subject.Subject, maker.Boundary),
            Body(maker, content));

    private static string Body(
        (string Maker, string Boundary, string Header, string Text, string File) maker, (string Name, string Text, int Files, int Size, int Line) content)
    {
        var text = maker.Text.Contains("base64", StringComparison.Ordinal)
            ? Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(content.Text)) + "\n"
            : content.Text;
        var files = Enumerable.Range(1, content.Files)
            .Select(i => $"--{maker.Boundary}\n{string.Format(null, maker.File, null, null, $"scan-{i}.pdf")}\n{File(i, content.Size, content.Line)}\n");
        return $"This is a multi-part message in MIME format.\n--{maker.Boundary}\n{maker.Text}\n{text}{string.Concat(files)}--{maker.Boundary}--\n";
    }
}
