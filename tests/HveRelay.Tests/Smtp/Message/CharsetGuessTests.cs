using System.Text;
using HveRelay.Smtp.Message;

namespace HveRelay.Tests.Smtp.Message;

public sealed class CharsetGuessTests
{
    /// <summary>What text in a set is guessed to be.</summary>
    public static TheoryData<string, string, string?> Texts => new()
    {
        { "us-ascii", "Toner low in tray 2", null },
        { "utf-8", "Grüße", "utf-8" },
        { "utf-8", "検収書を添付します。", "utf-8" },
        { "utf-8", "toner 😀", "utf-8" },
        { "shift_jis", "検収書を添付します。よろしくお願いします。", "shift_jis" },
        { "shift_jis", "ソフト", "shift_jis" },
        { "shift_jis", "ﾌﾟﾘﾝﾀｶﾞﾄﾏﾘﾏｼﾀ ｺｰﾄﾞ 3", "shift_jis" },
        { "euc-jp", "検収書を添付します。よろしくお願いします。", "euc-jp" },
        { "iso-2022-jp", "検収書を添付します。", "iso-2022-jp" },
        { "windows-1252", "Büro", "windows-1252" },
        { "windows-1252", "GRÖßE", "windows-1252" },
        { "windows-1252", "it’s “here” – 5 €", "windows-1252" },
        { "iso-8859-1", "L'imprimante est arrêtée, réessayez à l'étage", "windows-1252" },
        { "koi8-r", "Привет из офиса", CharsetGuess.Unknown },
        { "windows-1251", "Привет из офиса, кончилась бумага", CharsetGuess.Unknown },
        { "ks_c_5601-1987", "안녕하세요 가나다라마바사", CharsetGuess.Unknown },
        { "gb18030", "打印机缺纸", CharsetGuess.Unknown },
        { "windows-874", "เครื่องพิมพ์กระดาษหมด", CharsetGuess.Unknown },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_is_known_by_its_octets_wherever_they_are_cut(string charset, string text, string? expected)
    {
        var octets = Charsets.Find(charset)!.GetBytes(text + "\r\n");
        Assert.Equal(text + "\r\n", Charsets.Find(charset)!.GetString(octets));

        for (var piece = 1; piece <= octets.Length; piece++)
        {
            var guess = new CharsetGuess();
            foreach (var cut in octets.Chunk(piece))
            {
                guess.Feed(cut);
            }

            Assert.Equal(expected, guess.Charset);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xC0, 0xAF })]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xE0, 0x80, 0x80 })]
    public void What_is_no_UTF_8_is_not_called_so(byte[] octets)
    {
        var guess = new CharsetGuess();
        guess.Feed(octets);

        Assert.NotEqual("utf-8", guess.Charset);
    }

    [Fact]
    public void Every_set_that_NET_knows_is_found_by_its_name()
    {
        var names = CodePagesEncodingProvider.Instance.GetEncodings().Concat(Encoding.GetEncodings()).Select(each => each.Name)
            .Where(name => name != "utf-7"); // .NET refuses it, and so do we

        Assert.All(names, name => Assert.True(Charsets.IsKnown(name), name));
    }

    [Theory]
    [InlineData("Windows-31J", "shift_jis")]
    [InlineData("cp932", "shift_jis")]
    [InlineData("GBK", "gb18030")]
    [InlineData("CP1252", "windows-1252")]
    [InlineData("utf8", "utf-8")]
    [InlineData("UTF-32BE", "utf-32BE")]
    public void Old_mailers_names_are_known(string name, string known) => Assert.Equal(known, Charsets.Find(name)!.WebName);

    [Theory]
    [InlineData("")]
    [InlineData("shift-jiss")]
    [InlineData("utf-7")]
    public void An_unknown_name_is_none(string name) => Assert.False(Charsets.IsKnown(name));

    [Theory]
    [InlineData("shift_jis")]
    [InlineData("euc-jp")]
    [InlineData("iso-2022-jp")]
    [InlineData("gb2312")]
    [InlineData("big5")]
    [InlineData("euc-kr")]
    [InlineData("koi8-r")]
    [InlineData("windows-1252")]
    [InlineData("utf-16be")]
    public void Encoded_words_of_the_set_are_read_in_B_and_Q(string charset)
    {
        var text = charset switch { "euc-kr" => "안녕", "koi8-r" => "Привет", "windows-1252" => "Grüße", "gb2312" or "big5" => "中文", _ => "検収ソ" };
        var octets = Charsets.Find(charset)!.GetBytes(text);
        var q = string.Concat(octets.Select(octet => $"={octet:X2}"));
        var value = $"=?{charset}?B?{Convert.ToBase64String(octets)}?= =?{charset.ToUpperInvariant()}?q?{q}?=";

        Assert.Equal(text + text, HeaderBlock.Parse(Encoding.ASCII.GetBytes($"Subject: {value}\r\n")).Fields[0].Decode());
    }
}
