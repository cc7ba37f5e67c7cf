using HveRelay.Mail;
using HveRelay.Operations.Verbs;

namespace HveRelay.Tests.Host.Operations.Verbs;

/// <summary>NEXT of mail that is due: two accounts, and one smarthost.</summary>
public sealed class WaitsTests
{
    private static readonly string[] Accounts = ["hve1@contoso.com", "HVE2@contoso.com"];

    [Theory]
    [InlineData("", "", false, "now")]
    [InlineData("", "hve1@contoso.com", false, "now")]
    [InlineData("", "hve1@contoso.com hve2@contoso.com", false, "paused")]
    [InlineData("", "hve1@contoso.com", true, "quota")]
    [InlineData("hve2@contoso.com", "hve2@contoso.com", true, "paused")]
    [InlineData("hve2@contoso.com", "hve1@contoso.com", false, "now")]
    [InlineData("smarthost:external", "hve1@contoso.com hve2@contoso.com", true, "now")]
    [InlineData("smarthost:external", "External", false, "paused")]
    public void What_a_lane_waits_for(string lane, string paused, bool isQuotaUsedUp, string word) =>
        Assert.Equal(word, new Waits(Accounts, Set(paused), isQuotaUsedUp).Of(new Lane(lane)));

    [Theory]
    [InlineData("", false, "now")]
    [InlineData("", true, "quota")]
    [InlineData("external", true, null)]
    public void Where_nobody_paused_anything_one_word_is_for_all(string paused, bool isQuotaUsedUp, string? word) =>
        Assert.Equal(word, new Waits(Accounts, Set(paused), isQuotaUsedUp).OfAll);

    private static HashSet<string> Set(string words) =>
        words.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.OrdinalIgnoreCase);
}
