using static HveRelay.Tests.Corpus.CorpusMessage;

namespace HveRelay.Tests.Corpus;

/// <summary>Things with a cable: short texts, few fields, and rarely MIME.</summary>
internal static class DeviceShapes
{
    private static readonly (string Device, string Header)[] Devices =
    [
        ("apc", "From: device@contoso.com\nTo: you@contoso.com\nSubject: {0}\nX-Mailer: APC Network Management Card AOS"),
        ("apc-dated", "Date: 11/22/2026 03:12:00\nFrom: APC UPS <device@contoso.com>\nTo: you@contoso.com\nSubject: {0}\nMessage-ID: <0>"),
        ("idrac", "From: idrac-7XK2\nTo: you@contoso.com\nSubject: {0}\nDate: Sun, 22 Nov 2026 03:12:00 +0000\nMIME-Version: 1.0\nContent-Type: text/plain"),
        ("ilo", "To: you@contoso.com\nFrom: \"iLO: srv3\" <device@contoso.com>\nSubject: {0}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\nX-Priority: 1"),
        ("switch", "Subject:{0}\nFrom:device@contoso.com\nTo:you@contoso.com"),
        ("camera", "From: <device@contoso.com>\nTo: <you@contoso.com>\nSubject: {0}\nMIME-Version: 1.0\nContent-Type: text/plain;\n   charset=\"utf-8\"\nContent-Transfer-Encoding: 8bit"),
        ("thermometer", "Subject: {0}"),
        ("nas", "Date: Sun, 22 Nov 2026 04:12:00 +0100 (CET)\nTo: you@contoso.com\nFrom: =?UTF-8?B?TkFTIELDvHJv?= <device@contoso.com>\nSubject: {0}\nMessage-ID: <nas.1@localhost.localdomain>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit"),
        ("pbx", "FROM: Voice Mail <device@contoso.com>\nTO: you@contoso.com\nSUBJECT: {0}\nDATE: Sun, 22 Nov 2026 03:12:00 GMT\nMIME-VERSION: 1.0\nCONTENT-TYPE: TEXT/PLAIN; CHARSET=US-ASCII"),
    ];

    private static readonly (string Name, string Subject, string Body)[] Events =
    [
        ("on-battery", "UPS: On battery", "Name : UPS\nLocation : Rack 3\nContact : it\n\nhttp://10.20.3.9\nCode : 0x0109\n\nWarning - UPS: On battery power.\n"),
        ("empty", "Test", ""),
        ("umlaut", "Temperatur im Büro", "Grüße aus dem Büro: 41 °C\n"),
        ("dots", "...", ".\n..\n.leading dots\n\n\n.\n"),
    ];

    public static IEnumerable<CorpusMessage> All() =>
        from device in Devices
        from happening in Events
        select Of($"{device.Device}-{happening.Name}", string.Format(null, device.Header, happening.Subject), happening.Body);
}
