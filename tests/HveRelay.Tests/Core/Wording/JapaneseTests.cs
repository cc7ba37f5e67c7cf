using System.Text.RegularExpressions;
using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Operations.Verbs;
using HveRelay.Operations.Verbs.Why;
using HveRelay.Queue;
using HveRelay.Smtp;
using HveRelay.Wording;

namespace HveRelay.Tests.Core.Wording;

/// <summary>Whatever the relay says to people it says in Japanese too.</summary>
public sealed partial class JapaneseTests
{
    private static readonly Language Japanese = Language.Japanese;

    private static readonly ReplyTable[] Tables =
    [
        ReplyTable.BuiltIn, ReplyTable.OfAnySmarthost, ReplyTable.From(new SmarthostOptions { Name = "external", Rewrite = RewriteFrom.Keep }),
        ReplyTable.OfHve(new RelayOptions { Rewrite = { From = RewriteFrom.Keep } }),
    ];

    [Fact]
    public void Every_row_of_the_tables_has_its_sentences() => AssertSaid(
        Tables.SelectMany(table => table.Rows).SelectMany(row => new[] { row.Cause, row.Remedy })
            .Concat(TokenTable.Rows.SelectMany(row => new[] { row.Cause, row.Remedy }))
            .Concat(ReplyConduct.Table.Values)
            .Concat(RefusalRemedies.Table.Values)
            .Append(LoggedLine.RefusedHere));

    [Fact]
    public void So_has_what_no_row_knows() => AssertSaid(
        from table in Tables
        from verdict in ReplyExplanation.Stages.SelectMany(stage => new[] { Unlisted(table, stage, "499 never"), Unlisted(table, stage, "599 never") })
            .Concat(Enum.GetValues<Breakage>().Select(breakage => table.Classify(new SmtpFailure(Stage.Connect, null, breakage, "words"))))
        from sentence in new[] { verdict.Cause, verdict.Remedy }
        select sentence);

    [Fact]
    public void So_have_the_states_of_accounts()
    {
        var clock = TimeProvider.System;
        var board = new AccountBoard(clock, new MailLog(clock, _ => { }));
        var said = new List<string>();
        foreach (var scope in new[] { string.Empty, "hve1@contoso.com", "external" })
        {
            foreach (var urgentGoes in new[] { true, false })
            {
                board.Exhausted("hve1@contoso.com", scope, clock.GetUtcNow(), urgentGoes);
                said.Add(board.Of("hve1@contoso.com").Cause);
            }
        }

        foreach (var reason in new[] { null, "until Monday" })
        {
            board = new AccountBoard(clock, new MailLog(clock, _ => { }));
            board.Add("hve1@contoso.com");
            board.Pause(new AccountPause("hve1@contoso.com", clock.GetUtcNow(), "ann", reason));
            said.AddRange([board.Of("hve1@contoso.com").Cause, board.Of("hve1@contoso.com").Remedy]);
        }

        AssertSaid(said);
        Assert.Equal("ann が一時停止しました。理由：until Monday", Japanese.Say(board.Of("hve1@contoso.com").Cause));
    }

    [Fact]
    public void The_blanks_of_both_agree() =>
        Assert.All(Japanese.Sentences, row => Assert.Equal(SentenceForm.BlanksOf(row.English), SentenceForm.BlanksOf(row.Own)));

    [Fact]
    public void No_sentence_has_stayed_English() => Assert.All(Japanese.Sentences, row => AssertJapanese(row.Own));

    /// <summary>A remedy names who acts in both, and both have it before a colon.</summary>
    [Fact]
    public void Who_acts_is_said_where_English_says_it()
    {
        var remedies = Tables.SelectMany(table => table.Rows.Select(row => row.Verdict)).Where(verdict => verdict.Who.Length > 0);

        Assert.All(remedies, verdict => Assert.Contains(
            verdict.In(Japanese).Who, new[] { "管理者", "テナント管理者", "ネットワーク管理者", "送信者", "受信者", "リレーの開発者" }));
    }

    [Fact]
    public void The_words_of_notices_are_all_in_both()
    {
        foreach (var property in typeof(NoticeWords).GetProperties().Where(property => property.PropertyType == typeof(string) && property.Name != nameof(NoticeWords.How)))
        {
            var (english, own) = ((string)property.GetValue(NoticeWords.English)!, (string)property.GetValue(Japanese.Notice)!);

            Assert.Equal(SentenceForm.BlanksOf(english), SentenceForm.BlanksOf(own));
            AssertJapanese(property.Name == nameof(NoticeWords.Origin) ? own.Replace("{0} ({1})", string.Empty, StringComparison.Ordinal) : own);
        }
    }

    [Fact]
    public void What_others_say_stays_as_it_is()
    {
        Assert.Equal("550 5.1.10 no", Japanese.Say("550 5.1.10 no"));
        Assert.Equal("Our own words. Ask Ann", Japanese.Say("Our own words", "Ask Ann"));
        Assert.Equal("受信者が見つかりません。送信者：アドレスを修正してください。", Japanese.Say("The recipient is unknown", "Sender: correct the address"));
        Assert.Equal("The recipient is unknown. Sender: correct the address", Language.English.Say("The recipient is unknown", "Sender: correct the address"));
    }

    private static ReplyVerdict Unlisted(ReplyTable table, Stage stage, string line) =>
        table.Classify(stage, Reply.TryParse(line, out var reply) ? reply! : throw new InvalidOperationException(line));

    private static void AssertSaid(IEnumerable<string> sentences) =>
        Assert.Empty(sentences.Where(sentence => sentence.Length > 0 && Japanese.Say(sentence) == sentence).Distinct());

    private static void AssertJapanese(string text)
    {
        Assert.Matches(Kana(), text);
        Assert.DoesNotMatch(EnglishWords(), text);
    }

    [GeneratedRegex(@"[\p{IsHiragana}\p{IsKatakana}\p{IsCJKUnifiedIdeographs}]|^：|^\{0\}、", RegexOptions.None, 1000)]
    private static partial Regex Kana();

    /// <summary>Three small words in a row, but for commands.</summary>
    [GeneratedRegex(@"(?<!hverelay )\b(?!hverelay)[a-z]+ [a-z]+ [a-z]+\b", RegexOptions.None, 1000)]
    private static partial Regex EnglishWords();
}
