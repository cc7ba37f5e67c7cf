using HveRelay.Stores.Postgres;

namespace HveRelay.Tests.Host.Stores;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a\0b\0\0")]
    [InlineData("\uE0F0")]
    [InlineData("\uE0F00\uE0F01\0")]
    [InlineData("550 5.1.1 \u6F22 \uD83D\uDE00")]
    public void What_is_written_has_no_NUL_and_reads_back(string text)
    {
        Assert.DoesNotContain('\0', PlainText.Write(text));
        Assert.Equal(text, PlainText.Read(PlainText.Write(text)));
    }

    [Fact]
    public void Half_a_character_becomes_the_one_that_says_so() => Assert.Equal("a\uFFFDb", PlainText.Write("a" + '\uD83D' + "b"));
}
