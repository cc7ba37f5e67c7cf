using HveRelay.Delivery;
using HveRelay.Smtp;

namespace HveRelay.Operations.Doctor;

internal enum CheckResult
{
    Ok,
    Wrong,

    /// <summary>Something before it is wrong, or there is nothing to look at yet.</summary>
    NotReached,
}

/// <summary>What one check saw.</summary>
/// <param name="Words">One line of facts.</param>
/// <param name="Cause">What is wrong, as a sentence; null where nothing is.</param>
/// <param name="Who">Who mends it.</param>
/// <param name="How">How it is mended.</param>
internal sealed record Finding(CheckResult Result, string Words, string? Cause = null, string? Who = null, string? How = null)
{
    public const string Administrator = "Administrator";

    /// <summary>What works, and hardly as it was meant: each with what would be right.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public static Finding Ok(string words) => new(CheckResult.Ok, words);

    public static Finding NotReached(string words) => new(CheckResult.NotReached, words);

    /// <summary>To be mended by who runs the relay.</summary>
    public static Finding Wrong(string words, string cause, string how) => new(CheckResult.Wrong, words, cause, Administrator, how);

    /// <summary>In the words of the table of replies, as in the log, the notices and <c>explain</c>.</summary>
    public static Finding Of(ReplyTable replies, SmtpFailure failure, string prefix = "") => Of(replies.Classify(failure), prefix + failure.Words);

    public static Finding Of(ReplyVerdict verdict, string words) => new(
        CheckResult.Wrong,
        words,
        verdict.Cause,
        verdict.Remedy.Length == 0 ? "nobody" : verdict.Who.Length == 0 ? Administrator : verdict.Who,
        verdict.Remedy.Length == 0 ? "the relay tries again by itself" : verdict.How);
}

/// <summary>One line of the diagnosis.</summary>
internal sealed record CheckedLine(string Name, Finding Finding);

internal sealed record Diagnosis(IReadOnlyList<CheckedLine> Lines)
{
    /// <summary>The first that is wrong: what comes behind it may only follow from it.</summary>
    public CheckedLine? First => Lines.FirstOrDefault(line => line.Finding.Result == CheckResult.Wrong);
}
