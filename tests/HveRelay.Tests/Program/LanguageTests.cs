using System.Text;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary><c>Language</c>: what people read follows it, what programs read does not.</summary>
public sealed class LanguageTests
{
    private const string NotKnown = "550 5.1.10 Recipient not found";

    [Fact]
    public async Task From_the_change_on_people_are_told_in_Japanese()
    {
        await using var story = await ProgramStory.BeginAsync();
        story.Hve!.Faults.Add(Fault.Reply(FaultStage.Rcpt, NotKnown) with { To = "nobody@*" });
        var daemon = await story.StartAsync();
        story.Configure(configuration => configuration["Language"] = "ja");
        daemon.HangUp();
        await daemon.SaysAsync(line => line.Contains(" INF config key=Language ", StringComparison.Ordinal));

        var id = (await story.SendAsync(["nobody@contoso.com"]))[^13..];
        var failed = await daemon.SaysAsync(line => line.Contains(" failed ", StringComparison.Ordinal) && line.Contains(id, StringComparison.Ordinal));
        await Until.True(() => story.Hve.Messages.Any(message => Encoding.ASCII.GetString(message.Header.Span).Contains("Auto-Submitted", StringComparison.Ordinal)));

        var notice = story.Hve.Messages.Single(message => Encoding.ASCII.GetString(message.Header.Span).Contains("Auto-Submitted", StringComparison.Ordinal));
        Assert.Contains("Subject: =?utf-8?B?" + Convert.ToBase64String(Encoding.UTF8.GetBytes("配信不能："))[..12], Encoding.ASCII.GetString(notice.Header.Span), StringComparison.Ordinal);
        Assert.Contains($"Diagnostic-Code: smtp; {NotKnown}\r\n", Encoding.ASCII.GetString(notice.Body.Span), StringComparison.Ordinal);
        Assert.Contains("The recipient is unknown", failed, StringComparison.Ordinal);
        Assert.Contains("    原因       受信者が見つかりません。\n", Spaced((await story.RunAsync("why", id)).Output), StringComparison.Ordinal);
        Assert.Contains("      受信者が見つかりません。送信者：アドレスを修正してください。\n", (await story.RunAsync("queue", "show", id)).Output, StringComparison.Ordinal);
        Assert.Contains("The recipient is unknown. Sender: correct the address", (await story.RunAsync("queue", "show", id, "--language", "en")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("受信者", (await story.RunAsync("why", id, "--json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verb_may_be_asked_in_another_language_than_the_configuration_has()
    {
        await using var story = await ProgramStory.BeginAsync();
        await story.StartAsync();

        var (status, output, _) = await story.RunAsync("explain", "535 5.7.3 Authentication unsuccessful", "--language", "ja");
        await story.RunAsync("accounts", "pause", "hve1@contoso.com", "--reason", "until Monday");
        var accounts = await story.RunAsync("accounts", "--language", "ja");

        Assert.Equal(0, status);
        Assert.Contains("  原因   HVE でパスワードが受け入れられません。(credentials)\n  担当   管理者\n  対処   パスワードを修正してください。", output, StringComparison.Ordinal);
        Assert.Contains(" が一時停止しました。理由：until Monday  管理者：hverelay accounts resume hve1@contoso.com を実行すると再開します。", accounts.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await story.RunAsync("accounts", "--language", "fr")).Status);
        Assert.Contains("HVE does not accept the password", (await story.RunAsync("explain", "535 5.7.3 no")).Output, StringComparison.Ordinal);
    }

    /// <summary>From the details on: the columns before them are of the timeline.</summary>
    private static string Spaced(string timeline) => timeline.Replace(new string(' ', 20), "  ", StringComparison.Ordinal);
}
