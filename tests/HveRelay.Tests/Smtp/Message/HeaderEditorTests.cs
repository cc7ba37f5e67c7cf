using System.Text;
using FsCheck.Fluent;
using HveRelay.Smtp.Message;

namespace HveRelay.Tests.Smtp.Message;

public sealed class HeaderEditorTests
{
    [Fact]
    public void What_is_not_touched_comes_out_octet_for_octet() =>
        Prop.ForAll(Octets.LikeMail, message =>
        {
            var block = HeaderBlock.Parse(message);

            var written = new HeaderEditor(block).ToMemory().ToArray();

            // Line ends are the one thing that is put right, and the empty line the one that is added.
            var header = Encoding.Latin1.GetString(message, 0, block.Length).ReplaceBareLineEnds();
            header += header.Length > 0 && !header.EndsWith("\r\n", StringComparison.Ordinal) ? "\r\n" : "";
            Assert.Equal(header + (block.End == HeaderEnd.EmptyLine ? "" : "\r\n"), Encoding.Latin1.GetString(written));
        }).Hold();

    [Fact]
    public void No_edit_lets_a_bare_line_end_out_or_ends_the_block_early() =>
        Prop.ForAll(Octets.LikeMail, Octets.Text, (message, text) =>
        {
            var editor = new HeaderEditor(HeaderBlock.Parse(message));
            editor.DropMboxLine();
            var before = editor.Fields.Count;
            editor.Rename("X-A", "X-Original-A");
            editor.Prepend(HeaderField.Text("X-First", text));
            editor.Append(HeaderField.Structured("X-Last", text));

            var written = editor.ToMemory().ToArray();

            var lines = Encoding.Latin1.GetString(written).Split("\r\n");
            Assert.All(lines, line => Assert.DoesNotContain(line, octet => octet is '\r' or '\n'));
            var again = HeaderBlock.Parse((byte[])[.. written, .. "body"u8]);
            Assert.Equal((written.Length, before + 2), (again.Length, again.Fields.Count));
        }).Hold();

    [Fact]
    public void A_text_reads_back_as_it_was_written() =>
        Prop.ForAll(Octets.Text, text =>
        {
            var field = HeaderField.Text("X-Value", text);

            Assert.Equal(Octets.Harmless(text), field.Decode());
            Assert.All(Encoding.Latin1.GetString(field.Raw.Span).Split("\r\n"), line => Assert.True(line.Length <= 998));
        }).Hold();

    [Fact]
    public void Lines_of_a_value_stay_within_998_octets_and_mostly_within_78()
    {
        var words = string.Join(' ', Enumerable.Range(0, 200).Select(i => $"word{i}"));
        var field = HeaderField.Structured("X-Long", words, new string('w', 3000), new string('é', 1500), new string(' ', 3000), "end");

        var lines = Encoding.Latin1.GetString(field.Raw.Span).Split("\r\n");

        Assert.All(lines, line => Assert.True(line.Length <= 998));
        Assert.All(lines.Where(line => line.Contains("word", StringComparison.Ordinal)), line => Assert.True(line.Length <= 78));
        Assert.All(lines[..^1], line => Assert.NotEqual("", line.Trim()));
        Assert.True(System.Text.Unicode.Utf8.IsValid(Encoding.Latin1.GetBytes(lines[^3])));
    }

    [Fact]
    public void Encoded_words_have_at_most_75_characters_and_whole_characters()
    {
        var field = HeaderField.Text("Subject", string.Concat(Enumerable.Repeat("aé漢😀", 40)));

        var words = Encoding.ASCII.GetString(field.Unfold()).Split(' ');

        Assert.All(words, word => Assert.InRange(word.Length, 13, 75));
        Assert.All(words, word => Assert.True(System.Text.Unicode.Utf8.IsValid(Convert.FromBase64String(word[10..^2]))));
    }

    [Theory]
    [InlineData("Subject: a\r\nTo: b\r\nSUBJECT : c\r\n", "Subject: new\r\nTo: b\r\n")]
    [InlineData("To: b\r\n", "To: b\r\nSubject: new\r\n")]
    public void Replacing_leaves_one_field_where_the_first_stood(string before, string after)
    {
        var editor = new HeaderEditor(HeaderBlock.Parse(Encoding.ASCII.GetBytes(before)));

        editor.Replace(HeaderField.Text("Subject", "new"));

        Assert.Equal(after + "\r\n", Encoding.ASCII.GetString(editor.ToMemory().ToArray()));
    }

    [Fact]
    public void A_longer_name_does_not_push_a_line_over_the_limit()
    {
        var value = new string('a', 985);
        var block = HeaderBlock.Parse(Encoding.ASCII.GetBytes($"From: {value}\r\n\r\n"));
        var editor = new HeaderEditor(block);

        Assert.Equal(1, editor.Rename("from", "X-Original-From"));

        Assert.Equal($"X-Original-From:\r\n {value}\r\n\r\n", Encoding.ASCII.GetString(editor.ToMemory().ToArray()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a:b")]
    [InlineData("a b")]
    [InlineData("a\r\nb")]
    [InlineData("é")]
    public void A_name_that_is_none_is_a_bug(string name) => Assert.Throws<ArgumentException>(() => HeaderField.Text(name, "x"));

    [Theory]
    [InlineData("=?utf-8?Q?=C3?= =?UTF-8?Q?=A9?=", "é")]
    [InlineData("=?iso-8859-1?q?=E9_?= x =?windows-1252?B?gA==?=", "é  x €")]
    [InlineData("=?utf-8*de?Q?B=C3=BCro?=", "Büro")]
    [InlineData("=?gb2312?B?1tDOxA==?=", "中文")]
    [InlineData("=?x-unknown?Q?a?= =?utf-8?Q?b?=", "=?x-unknown?Q?a?= b")]
    [InlineData("=?utf-8?B?YQ?=", "a")]
    [InlineData("=?utf-8?Q?Toner_low, tray 2?=", "Toner low, tray 2")]
    [InlineData("=?utf-8?Q?open", "=?utf-8?Q?open")]
    [InlineData("=?utf-8?Q?=ZZ=4?=", "=ZZ=4")]
    [InlineData("a =?? b", "a =?? b")]
    public void Encoded_words_of_others_are_read(string value, string text) =>
        Assert.Equal(text, HeaderBlock.Parse(Encoding.ASCII.GetBytes($"Subject: {value}\r\n")).Fields[0].Decode());
}

file static class LineEnds
{
    public static string ReplaceBareLineEnds(this string text) =>
        text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Replace("\n", "\r\n", StringComparison.Ordinal);
}
