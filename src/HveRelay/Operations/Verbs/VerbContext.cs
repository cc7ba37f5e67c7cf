using System.CommandLine;
using System.Text.RegularExpressions;
using HveRelay.Operations.Configuration;
using HveRelay.Operations.Control;
using HveRelay.Stores;

namespace HveRelay.Operations.Verbs;

/// <summary>The exit statuses of the contract.</summary>
internal static class ExitStatus
{
    public const int Done = 0;

    /// <summary>A negative answer: not found, unhealthy, undelivered.</summary>
    public const int No = 1;

    /// <summary>Wrong usage or configuration.</summary>
    public const int Wrong = 2;

    /// <summary>It broke.</summary>
    public const int Broke = 3;
}

/// <summary>What the verbs share: the options of every verb, and how trouble becomes a line and a status.</summary>
internal static partial class Verb
{
    public static Option<string?> Config { get; } = new("--config")
    {
        Description = $"The configuration file; without it the first of {string.Join(", ", ConfigurationFile.Places)}",
        Recursive = true,
    };

    public static Option<bool> Json { get; } = new("--json") { Description = "Print JSON for programs" };

    /// <summary>In place of the configuration's.</summary>
    public static Option<string?> Language { get; } = Languages();

    /// <summary>What to type next: with the <c>--config</c> that was given, or it would be about another relay.</summary>
    public static string Typed(ParseResult parsed, string words) => parsed.GetValue(Config) is not { } path ? $"hverelay {words}"
        : $"hverelay {words} --config {(path.Contains(' ', StringComparison.Ordinal) ? $"'{path}'" : path)}";

    /// <summary>How many to list; one at least.</summary>
    public static Option<int> Limit(int most, string name = "--limit")
    {
        var limit = new Option<int>(name) { Description = "At most so many", DefaultValueFactory = _ => most };
        limit.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && number < 1)
            {
                result.AddError($"{name}: {token.Value} is less than 1");
            }
        });
        return limit;
    }

    /// <summary>The language that is asked for, else the configuration's.</summary>
    public static Wording.Language LanguageOf(ParseResult parsed, string configured) => Wording.Language.Of(parsed.GetValue(Language) ?? configured);

    /// <summary>Runs a verb that needs the configuration: every error of it on a line of its own, and status 2.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> WithConfiguration(
        Func<ParseResult, ConfigurationReading.Loaded, CancellationToken, Task<int>> run) => Guarded(async (parsed, cancel) =>
    {
        var reading = ConfigurationReader.Read(ConfigurationFile.Find(parsed.GetValue(Config)), EnvironmentKeys.OfThisProcess());
        if (reading is ConfigurationReading.Loaded loaded)
        {
            return await run(parsed, loaded, cancel);
        }

        foreach (var error in ((ConfigurationReading.Invalid)reading).Errors)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(error.ToString());
        }

        return ExitStatus.Wrong;
    });

    /// <summary>Expected trouble is one line on standard error, and status 3, or 2 where it is what was typed.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> Guarded(Func<ParseResult, CancellationToken, Task<int>> run) => async (parsed, cancel) =>
    {
        try
        {
            return await run(parsed, cancel);
        }
        catch (WrongUsageException wrong)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(wrong.Message.ReplaceLineEndings(" "));
            return ExitStatus.Wrong;
        }
        catch (Exception trouble) when (trouble is RelayStartException or StoreOpenException or Queue.StoreException or ControlException or IOException or UnauthorizedAccessException)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(
                Advice().Replace(trouble.Message.ReplaceLineEndings(" "), found => $"'{Typed(parsed, found.Groups["words"].Value)}'"));
            return ExitStatus.Broke;
        }
    };

    private static Option<string?> Languages()
    {
        string[] names = [.. Wording.Language.All.Select(language => language.Name)];
        var option = new Option<string?>("--language") { Description = $"Causes and remedies in {string.Join(" or ", names)}; without it as Language of the configuration has it" };
        option.AcceptOnlyFromAmong(names);
        return option;
    }

    /// <summary>A command of ours within a sentence.</summary>
    [GeneratedRegex("'hverelay (?<words>[a-z -]+)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Advice();
}
