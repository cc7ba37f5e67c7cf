using static HveRelay.Tests.Corpus.CorpusMessage;

namespace HveRelay.Tests.Corpus;

/// <summary>Programs on servers: reports, alerts, and what libraries make of them.</summary>
internal static class ApplicationShapes
{
    private static readonly (string Application, string From, string Header)[] Applications =
    [
        ("sap", "sap@contoso.com",
            "Date: Sun, 22 Nov 2026 04:12:00 +0100\nFrom: SAP WORKFLOW <sap@contoso.com>\nTo: <you@contoso.com>\nMessage-ID: <0894EF1A2B3C1EDBB1C2@contoso.com>\nSubject: {0}\nMIME-Version: 1.0\nX-Mailer: SAP NetWeaver 7.50\nSensitivity: Company-Confidential"),
        ("ssrs", "reports@contoso.com",
            "MIME-Version: 1.0\nFrom: \"SQL Reports\" <reports@contoso.com>\nTo: you@contoso.com\nCc: ann@contoso.com\nBcc: hidden@contoso.com\nDate: 22 Nov 2026 04:12:00 +0100\nSubject: {0}\nX-MS-Reporting: 1"),
        ("cron", "root@srv3.contoso.com",
            "From: root@srv3.contoso.com (Cron Daemon)\nTo: root@srv3.contoso.com\nSubject: Cron <root@srv3> {0}\nX-Cron-Env: <SHELL=/bin/sh>\nX-Cron-Env: <HOME=/root>\nX-Cron-Env: <PATH=/usr/bin:/bin>\nAuto-Submitted: auto-generated\nMessage-Id: <20261122031200.1A2B3C@srv3.contoso.com>\nDate: Sun, 22 Nov 2026 03:12:00 +0000 (UTC)"),
        ("php", "www-data@web.contoso.com",
            "To: you@contoso.com\nSubject: {0}\nX-PHP-Originating-Script: 1000:contact.php\nFrom: webmaster@contoso.com\nReply-To: visitor@contoso.com\nX-Mailer: PHP/8.3"),
        ("net-pickup", "app@contoso.com",
            "X-Sender: app@contoso.com\nX-Receiver: you@contoso.com\nX-Receiver: ann@contoso.com\nMIME-Version: 1.0\nFrom: \"Contoso App\" <app@contoso.com>\nTo: you@contoso.com, ann@contoso.com\nReply-To: desk@contoso.com\nDate: 22 Nov 2026 03:12:00 +0000\nSubject: {0}"),
        ("java", "app@contoso.com",
            "Date: Sun, 22 Nov 2026 04:12:00 +0100 (MEZ)\nFrom: app@contoso.com\nSender: batch@contoso.com\nTo: you@contoso.com\nMessage-ID: <1234567.1.1700000000000.JavaMail.app@srv3>\nSubject: {0}\nMIME-Version: 1.0"),
    ];

    /// <summary>The rest of the header, and the body.</summary>
    private static readonly (string Name, string Subject, string Header, string Body)[] Contents =
    [
        ("plain", "Job done", "", "All 42 items were posted.\n\n-- \nBatch\n"),
        ("utf8", Word("Lieferung überfällig"), "\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit", "Die Lieferung ist überfällig: 3 €\n"),
        ("utf8-undeclared", "Monatsübersicht", "", "Übersicht für März\n"),
        ("latin1-html", Word("Übersicht", "iso-8859-1", 'Q'), "\nContent-Type: text/html; charset=\"iso-8859-1\"\nContent-Transfer-Encoding: quoted-printable",
            "<html><body><p style=3D\"color:red\">=DCbersicht f=FCr M=E4rz</p>=\n</body></html>\n"),
        ("html-that-names-its-set", "Report", "\nContent-Type: text/html", "<html><head><meta charset=utf-8></head><body>Übersicht</body></html>\n"),
        ("alternative", "Report", "\nContent-Type: multipart/alternative;\n boundary=--boundary_0_5d0ee32b-3a5e-4d3c-8a3f-0f8f1d2c3b4a",
            "\n----boundary_0_5d0ee32b-3a5e-4d3c-8a3f-0f8f1d2c3b4a\nContent-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: quoted-printable\n\nplain =\ntext\n----boundary_0_5d0ee32b-3a5e-4d3c-8a3f-0f8f1d2c3b4a\nContent-Type: multipart/related; type=\"text/html\"; boundary=inner\n\n--inner\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\nPGI+cmVwb3J0PC9iPg==\n--inner\nContent-Type: image/png\nContent-ID: <logo>\nContent-Transfer-Encoding: base64\n\n"
            + File(9, 500) + "\n--inner--\n\n----boundary_0_5d0ee32b-3a5e-4d3c-8a3f-0f8f1d2c3b4a--\n"),
        ("attached-message", "Fwd: Report", "\nContent-Type: multipart/mixed; boundary=\"b(1)\"",
            "--b(1)\n\nsee below\n--b(1)\nContent-Type: message/rfc822\n\nFrom: other@contoso.com\nTo: app@contoso.com\nSubject: inner\nDate: Sun, 22 Nov 2026 01:00:00 +0000\nMessage-ID: <inner@contoso.com>\n\ninner body\n--b(1)--\n"),
        ("long-lines", "Log", "\nContent-Type: text/plain; charset=us-ascii", new string('=', 1200) + "\n" + string.Join(' ', Enumerable.Range(0, 400)) + "\n"),
    ];

    public static IEnumerable<CorpusMessage> All() =>
        from application in Applications
        from content in Contents
        select Of(
            $"{application.Application}-{content.Name}", string.Format(null, application.Header, content.Subject) + content.Header, content.Body, "utf-8", application.From);
}
