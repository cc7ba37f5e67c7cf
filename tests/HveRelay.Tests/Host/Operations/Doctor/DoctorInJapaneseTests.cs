using System.Text.RegularExpressions;
using HveRelay.Operations.Doctor;
using HveRelay.Operations.Verbs;
using HveRelay.Tests.House;
using HveRelay.Wording;

namespace HveRelay.Tests.Host.Operations.Doctor;

/// <summary>The first fault is told in Japanese: cause, who, how.</summary>
public sealed partial class DoctorInJapaneseTests
{
    [Fact]
    public void The_first_fault_is_told_in_Japanese()
    {
        var fault = Finding.Wrong("seen", "The queue cannot be read", "the database, and Queue.ConnectionString");
        var diagnosis = new Diagnosis([new CheckedLine("disk", Finding.Ok("room")), new CheckedLine("queue", fault)]);

        Assert.EndsWith(
            """

            最初の問題：queue
              原因   キューを読み取れません。
              担当   管理者
              対処   データベースと Queue.ConnectionString を確認してください。

            """,
            DoctorText.Of(diagnosis, Language.Japanese).ReplaceLineEndings("\n"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody: the relay tries again by itself")]
    [InlineData("nobody: it is tried again by itself; if the relay has an older configuration than this one, restart it")]
    [InlineData("nobody: it is tried again by itself, not before 2026-11-22 03:12:00Z; if the relay has an older configuration than this one, restart it")]
    [InlineData("nobody: it goes on by itself, hverelay quota says when; where the tenant has another limit, set RecipientsPerDay and restart")]
    [InlineData("The daily limit of recipients is reached: mail waits for room")]
    [InlineData("The login failed when the relay tried last, and works now: HVE does not accept the password")]
    public void What_mends_itself_is_said_too(string sentence) => Assert.EndsWith("。", Language.Japanese.Say(sentence), StringComparison.Ordinal);

    /// <summary>Read from the checks themselves, so that one that is added wants its Japanese.</summary>
    [Fact]
    public void Every_fault_of_the_checks_has_its_sentences()
    {
        var calls = SourceFile.Under("src/HveRelay/Operations/Doctor/Checks").SelectMany(file => WrongCalls(file.Text)).ToList();

        Assert.True(calls.Count > 12, "the reader of the checks sees them");
        Assert.All(calls, call =>
        {
            Assert.Equal(3, call.Count);
            Assert.All(Sentences(call[1]), cause => Assert.NotEqual(cause, Language.Japanese.Say(cause)));
            Assert.All(Sentences(call[2]), how => Assert.NotEqual("Administrator: " + how, Language.Japanese.Say("Administrator: " + how)));
        });
    }

    /// <summary>The arguments of each call of Finding.Wrong.</summary>
    private static IEnumerable<List<string>> WrongCalls(string source)
    {
        foreach (Match call in Call().Matches(source))
        {
            var (arguments, from, depth, quoted) = (new List<string>(), call.Index + call.Length, 0, false);
            for (var at = from; depth >= 0; at++)
            {
                quoted ^= source[at] == '"' && depth == 0;
                depth += quoted ? 0 : source[at] switch { '(' or '{' => 1, ')' or '}' => -1, _ => 0 };
                if (!quoted && (depth < 0 || (depth == 0 && source[at] == ',')))
                {
                    arguments.Add(source[from..at]);
                    from = at + 1;
                }
            }

            yield return arguments;
        }
    }

    /// <summary>What is in quotation marks, something in each blank.</summary>
    private static IEnumerable<string> Sentences(string argument) => Quoted().Matches(argument).Select(match => Blank().Replace(match.Groups["text"].Value, "x1"));

    [GeneratedRegex(@"Finding\.Wrong\(", RegexOptions.None, 1000)]
    private static partial Regex Call();

    [GeneratedRegex("\"(?<text>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Blank();
}
