using HveRelay.Operations.Verbs;

namespace HveRelay.Tests.Host.Operations.Verbs;

public sealed class TextWidthTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("hve1@contoso.com", 16)]
    [InlineData("管理者", 6)]
    [InlineData("アカウント：", 12)]
    [InlineData("ｱｶｳﾝﾄ", 5)]
    [InlineData("か\u3099", 2)]
    [InlineData("Käse", 4)]
    [InlineData("𠮷野家", 6)]
    [InlineData("(日) 03:12", 10)]
    public void A_letter_of_East_Asia_takes_two_columns(string text, int columns) => Assert.Equal(columns, TextWidth.Of(text));

    [Fact]
    public void Columns_stay_aligned_where_letters_are_wide() => Assert.Equal(
        "WHO             WHY         LAST\n"
        + "hve1            HVE         250\n"
        + "テナント管理者  証明書です  x\n",
        PlainText.Table(["WHO", "WHY", "LAST"], [["hve1", "HVE", "250"], ["テナント管理者", "証明書です", "x"]]));
}
