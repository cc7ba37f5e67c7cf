using static HveRelay.Tests.Corpus.CorpusMessage;

namespace HveRelay.Tests.Corpus;

/// <summary>Japanese mail of old systems: an ERP of fifteen years, an AS/400, groupware, in three character sets, declared or not.</summary>
internal static class JapaneseShapes
{
    private const string Text = "検収書を添付します。\nよろしくお願いします。\nソフト表示能力①\n";
    private const string HalfWidth = "ﾌﾟﾘﾝﾀ ｶﾞ ﾄﾏﾘﾏｼﾀ\nｺｰﾄﾞ 3\n";

    private static readonly (string Name, string Charset, string Body)[] Sets =
    [
        ("shift-jis", "shift_jis", Text),
        ("euc", "euc-jp", Text.Replace("①", "(1)", StringComparison.Ordinal)),
        ("jis", "iso-2022-jp", Text.Replace("①", "(1)", StringComparison.Ordinal)),
        ("utf8", "utf-8", Text),
        ("half-width", "shift_jis", HalfWidth),
    ];

    /// <summary>With {0} for the name of the set and {1} for an encoded subject.</summary>
    private static readonly (string Name, string Header)[] Headers =
    [
        ("erp-raw", "From: 基幹システム <device@contoso.com>\nTo: you@contoso.com\nSubject: 検収書ソ\nDate: Sun, 22 Nov 2026 12:12:00 +0900"),
        ("erp-declared", "From: ERP <device@contoso.com>\nTo: you@contoso.com\nSubject: {1}\nDate: Sun, 22 Nov 2026 12:12:00 +0900\nMessage-ID: <1@erp.contoso.com>\nMIME-Version: 1.0\nContent-Type: text/plain; charset={0}\nContent-Transfer-Encoding: 8bit"),
        ("as400", "FROM: QTMSSNDM <device@contoso.com>\nTO: you@contoso.com\nSUBJECT: {1}\nMIME-Version: 1.0\nContent-Type: text/plain\nX-Mailer: AS/400 SNDDST"),
        ("groupware", "From: \"{1}\" <device@contoso.com>\nTo: 総務部: you@contoso.com, ann@contoso.com;\nSubject: {1}\nDate: Sun, 22 Nov 2026 12:12:00 JST"),
    ];

    public static IEnumerable<CorpusMessage> All() =>
        from set in Sets
        from header in Headers
        select Of($"{header.Name}-{set.Name}", string.Format(null, header.Header, set.Charset, Word("検収書のご案内", set.Charset)), set.Body, set.Charset);
}
