using System.CommandLine;
using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Operations.Configuration;
using HveRelay.Smtp;
using HveRelay.Wording;

namespace HveRelay.Operations.Verbs;

/// <summary>
/// <c>explain</c>: what a reply of HVE, or of a smarthost, means. Works without a configuration; where there is one, its <c>Replies</c> count.
/// </summary>
internal static class ExplainVerb
{
    public static Command Create()
    {
        var words = new Argument<string[]>("reply")
        {
            Description = "The reply, \"550 5.7.62 …\", also of several lines; or a line of the log",
            Arity = ArgumentArity.OneOrMore,
        };
        var stage = new Option<string?>("--stage") { Description = $"The command that was answered: {string.Join(", ", ReplyExplanation.Stages)}", HelpName = "stage" };
        stage.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !ReplyExplanation.Stages.Any(each => each.ToString().Equals(token.Value, StringComparison.OrdinalIgnoreCase)))
            {
                result.AddError($"--stage: {token.Value} is no stage; there are {string.Join(", ", ReplyExplanation.Stages)}");
            }
        });
        stage.CompletionSources.Add([.. ReplyExplanation.Stages.Select(each => each.ToString())]);
        var smarthost = new Option<string?>("--smarthost") { Description = "The smarthost that said it, by its name; without it High Volume Email did" };
        var command = new Command("explain", "What a reply of High Volume Email means, who mends it, and what the relay does") { words, stage, smarthost, Verb.Json, Verb.Language };
        command.SetAction(Verb.Guarded(async (parsed, _) =>
        {
            var output = parsed.InvocationConfiguration;
            var (replies, configured, errors) = Replies(parsed.GetValue(Verb.Config), parsed.GetValue(smarthost));
            foreach (var error in errors)
            {
                await output.Error.WriteLineAsync(error.ToString());
            }

            if (errors.Count > 0)
            {
                return ExitStatus.Wrong;
            }

            var pasted = string.Join(' ', parsed.GetValue(words)!);
            var language = Verb.LanguageOf(parsed, configured);
            var line = LoggedLine.Find(pasted);
            if (line?.OwnRefusal is { } own)
            {
                await output.Output.WriteAsync(parsed.GetValue(Verb.Json)
                    ? JsonText.Of(new { line.Reply, known = true, meanings = new[] { new { own.Cause, own.Remedy } } }) + Environment.NewLine
                    : ExplainText.Of(line.Reply, own.Cause, own.Remedy, language));
                return ExitStatus.Done;
            }

            if (PastedReply.Find(pasted) is not { } reply)
            {
                if (line?.Verdict(replies) is { } verdict)
                {
                    await output.Output.WriteAsync(parsed.GetValue(Verb.Json)
                        ? JsonText.Of(new { line.Reply, known = true, meanings = new[] { ExplainText.Json(new ReplyMeaning([], verdict)) } }) + Environment.NewLine
                        : ExplainText.Of(line.Reply, verdict, language));
                    return ExitStatus.Done;
                }

                await output.Error.WriteLineAsync("no SMTP reply: it begins with a code of three digits, as in \"550 5.7.62 …\"");
                return ExitStatus.Wrong;
            }

            var at = parsed.GetValue(stage) is { } name ? Enum.Parse<Stage>(name, ignoreCase: true) : (Stage?)null;
            var explanation = ReplyExplanation.Of(replies, reply, at);
            await output.Output.WriteAsync(
                parsed.GetValue(Verb.Json) ? JsonText.Of(ExplainText.Json(explanation)) + Environment.NewLine : ExplainText.Of(explanation, language));
            return explanation.IsKnown || explanation.Meanings.Count == 0 ? ExitStatus.Done : ExitStatus.No;
        }));
        return command;
    }

    private static (ReplyTable Replies, string Language, IReadOnlyList<ConfigurationError> Errors) Replies(string? named, string? smarthost)
    {
        if (ConfigurationFile.Find(named) is not { } path)
        {
            return (BuiltIn(smarthost), Language.English.Name, []);
        }

        // Of somebody who asks what a reply means the rest of the file is not demanded: a secret that he may not read, for one.
        var (options, _, report) = ConfigurationReader.ReadAll(path, EnvironmentKeys.OfThisProcess());
        var errors = report.Errors.Where(error => options is null || error.Key.Contains("Replies", StringComparison.Ordinal)).ToList();
        if (options is not null && smarthost is not null && !options.Smarthosts.Exists(each => string.Equals(each.Name, smarthost, StringComparison.OrdinalIgnoreCase)))
        {
            errors.Add(new ConfigurationError("--smarthost", $"there is no {smarthost} among Smarthosts"));
        }

        return (
            options is null || errors.Count > 0 ? BuiltIn(smarthost) : ReplyTables.From(options).Of(smarthost ?? string.Empty),
            options?.Language ?? Language.English.Name,
            errors);
    }

    private static ReplyTable BuiltIn(string? smarthost) => smarthost is null ? ReplyTable.BuiltIn : ReplyTable.OfAnySmarthost;
}
