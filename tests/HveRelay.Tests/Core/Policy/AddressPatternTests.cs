using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using HveRelay.Policy;

namespace HveRelay.Tests.Core.Policy;

public sealed class AddressPatternTests
{
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("*", "a@contoso.com", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("a@contoso.com", "A@Contoso.COM", true)]
    [InlineData("a@contoso.com", "a@contoso.com.evil.example", false)]
    [InlineData("*@contoso.com", "a@contoso.com", true)]
    [InlineData("*@contoso.com", "a@sub.contoso.com", false)]
    [InlineData("*@contoso.com", "a@evilcontoso.com", false)]
    [InlineData("*@contoso.com", "\"a@contoso.com\"@evil.example", false)]
    [InlineData("*@*.contoso.com", "a@sub.contoso.com", true)]
    [InlineData("*@*.contoso.com", "a@contoso.com", false)]
    [InlineData("scan-*@contoso.com", "scan-3@contoso.com", true)]
    [InlineData("scan-*@contoso.com", "scan@contoso.com", false)]
    [InlineData("*a*b*", "xxaxxbxx", true)]
    [InlineData("*a*b*", "xxbxxaxx", false)]
    [InlineData("a.c", "abc", false)]
    [InlineData("**", "a", true)]
    public void A_star_is_any_run_and_the_rest_is_itself(string pattern, string address, bool matches) =>
        Assert.Equal(matches, new AddressPattern(pattern).Matches(address));

    [Fact]
    public void It_is_the_regular_expression_that_people_mean()
    {
        var text = Gen.Elements("a", "B", "@", ".", "aa", "contoso.com").ListOf().Select(string.Concat);
        var pattern = Gen.Elements("a", "b", "*", "@", ".", "*@", "contoso.com").ListOf().Select(string.Concat);
        Prop.ForAll(pattern.Zip(text).ToArbitrary(), pair =>
        {
            var regex = "^" + Regex.Escape(pair.Item1).Replace(@"\*", ".*", StringComparison.Ordinal) + "$";
            return new AddressPattern(pair.Item1).Matches(pair.Item2) == Regex.IsMatch(pair.Item2, regex, RegexOptions.IgnoreCase, TimeSpan.FromSeconds(10));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void Many_stars_do_not_take_for_ever()
    {
        var pattern = new AddressPattern(string.Concat(Enumerable.Repeat("a*", 60)) + "b");

        Assert.False(pattern.Matches(new string('a', 250)));
    }

    [Fact]
    public void No_patterns_allow_everything()
    {
        Assert.True(AddressPattern.Allow([], "a@contoso.com"));
        Assert.False(AddressPattern.Allow([new AddressPattern("b@*"), new AddressPattern("c@*")], "a@contoso.com"));
        Assert.True(AddressPattern.Allow([new AddressPattern("b@*"), new AddressPattern("a@*")], "a@contoso.com"));
    }
}
