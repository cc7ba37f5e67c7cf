using System.Text;
using HveRelay.Smtp.Message.Mime;

namespace HveRelay.Tests.Smtp.Message.Mime;

public sealed class ContentTypeTests
{
    /// <summary>Value, then type/subtype and the parameters in order of name.</summary>
    [Theory]
    [InlineData("text/plain", "text/plain")]
    [InlineData(" TEXT / Plain ; Charset = US-ASCII", "text/plain charset=US-ASCII")]
    [InlineData("multipart/mixed;\r\n\tboundary=\"a b; \\\"c\\\"\"", "multipart/mixed boundary=a b; \"c\"")]
    [InlineData("text/plain (a (nested; \\)) comment); charset=utf-8 (really)", "text/plain charset=utf-8")]
    [InlineData("multipart/mixed; boundary=----=_Part_0/1:2", "multipart/mixed boundary=----=_Part_0/1:2")]
    [InlineData("text/plain;", "text/plain")]
    [InlineData("text/plain;; charset=x;", "text/plain charset=x")]
    [InlineData("text/plain; charset=x; charset=y", "text/plain charset=x")]
    [InlineData("text/plain; nonsense; charset=x", "text/plain charset=x ?")]
    [InlineData("text/plain charset=x", "text/plain ?")]
    [InlineData("text/plain; name=\"open", "text/plain ?")]
    [InlineData("text/plain (open", "text/plain ?")]
    public void A_value_gives_its_parts_and_tells_what_was_passed_over(string value, string expected)
    {
        var type = ContentType.Parse(Encoding.ASCII.GetBytes(value))!;

        Assert.Equal(
            expected,
            string.Join(' ', new[] { $"{type.Type}/{type.Subtype}" }
                .Concat(type.Parameters.OrderBy(each => each.Key).Select(each => $"{each.Key.ToLowerInvariant()}={each.Value}"))
                .Concat(type.IsWhole ? [] : ["?"])));
    }

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    [InlineData("text; charset=x")]
    [InlineData("/plain")]
    [InlineData("(text/plain)")]
    [InlineData("\xFF/\xFF")]
    public void What_is_no_type_is_none(string value) => Assert.Null(ContentType.Parse(Encoding.Latin1.GetBytes(value)));

    [Theory]
    [InlineData("(")]
    [InlineData(";")]
    [InlineData("; a=b")]
    [InlineData("; \"")]
    [InlineData(";=")]
    [InlineData("\\(")]
    public void A_quarter_of_a_megabyte_of_anything_takes_linear_time(string piece)
    {
        var value = Encoding.ASCII.GetBytes("text/plain" + string.Concat(Enumerable.Repeat(piece, 250_000 / piece.Length)));
        var start = TimeProvider.System.GetTimestamp();

        ContentType.Parse(value);

        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(2));
    }
}
