using System.CommandLine;
using HveRelay.Mail;
using HveRelay.Operations.Configuration;
using HveRelay.Queue;

namespace HveRelay.Operations.Verbs;

/// <summary><c>queue hold|release|retry|remove|bounce</c>: by ids, or by filters, which ask before they change many.</summary>
internal sealed class QueueChangeVerb
{
    private const int Page = 1000;
    private const string NothingMeant = "no message in the queue is meant";
    private const string DefaultReason = "the administrator of the relay ended this message";

    private readonly ChangeKind _kind;
    private readonly QueueSelection _filter = new();

    private readonly Argument<string[]> _ids = new("id")
    {
        Description = "Queue ids, as in the reply and in the log; with --recipient or --state only such recipients of them",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _all = new("--all") { Description = "Every message that has not ended" };
    private readonly Option<bool> _yes = new("--yes") { Description = "Do not ask" };
    private readonly Option<string?> _reason = new("--reason") { Description = "For the log and the history" };

    private QueueChangeVerb(ChangeKind kind) => _kind = kind;

    public static Command Create(ChangeKind kind, string description) => new QueueChangeVerb(kind).Create(description);

    private Command Create(string description)
    {
        _ids.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !MessageId.TryParse(token.Value, out _)))
            {
                result.AddError($"{token.Value}: {QueueText.NoId}");
            }
        });
        _reason.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => token.Value.Length == 0 || token.Value.Any(char.IsControl)))
            {
                result.AddError("--reason: is one line of text");
            }
        });
        var command = new Command(QueueText.Word(_kind), description) { _ids, _all, _yes, _reason, Verb.Json };
        _filter.AddTo(command);
        command.SetAction(Verb.WithConfiguration(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, ConfigurationReading.Loaded loaded, CancellationToken cancel)
    {
        var error = parsed.InvocationConfiguration.Error;
        var output = parsed.InvocationConfiguration.Output;
        var now = TimeProvider.System.GetUtcNow();
        var filter = _filter.Of(parsed, now);
        MessageId[] ids = [.. (parsed.GetValue(_ids) ?? []).Select(MessageId.Parse).Distinct()];
        if (WrongUsage(ids.Length > 0, parsed.GetValue(_all), filter) is { } sentence)
        {
            await error.WriteLineAsync(sentence);
            return ExitStatus.Wrong;
        }

        await using var queue = await QueueToRead.OpenAsync(loaded.Options);
        var isChosen = ids.Length == 0;
        if (isChosen)
        {
            ids = await SelectAsync(queue, filter, cancel);
            if (ids.Length == 0)
            {
                await error.WriteLineAsync(NothingMeant);
                return ExitStatus.No;
            }

            if (!parsed.GetValue(_yes) && await AskAsync(ids.Length, error, cancel) is { } status)
            {
                return status;
            }
        }

        var reason = parsed.GetValue(_reason) ?? (_kind == ChangeKind.Bounce ? DefaultReason : null);
        var answers = await QueueDoor.ChangeAsync(
            loaded, new QueueChange(_kind, ids, now, string.Empty, reason, filter.Recipient, filter.State), cancel);
        if (isChosen)
        {
            // Its recipients matched one part of the filter each, and none all of it.
            answers = [.. answers.Where(answer => answer.Recipients.Count > 0)];
        }

        await output.WriteAsync(parsed.GetValue(Verb.Json)
            ? JsonText.Of(answers) + Environment.NewLine
            : await ChangeText.TableAsync(answers, queue, loaded.Options, TimeProvider.System, cancel));
        IReadOnlyList<string> complaints = answers.Count == 0 ? [NothingMeant] : ChangeText.Complaints(_kind, answers);
        foreach (var complaint in complaints)
        {
            await error.WriteLineAsync(complaint);
        }

        return complaints.Count == 0 && answers.Any(answer => answer.Changed > 0) ? ExitStatus.Done : ExitStatus.No;
    }

    private string? WrongUsage(bool hasIds, bool all, QueueFilter filter)
    {
        var verb = $"queue {QueueText.Word(_kind)}";
        var hasOthers = filter is { Client: not null } or { Sender: not null } or { ReceivedBefore: not null };
        var hasNarrowing = filter is { Recipient: not null } or { State: not null };
        return (hasIds, filter) switch
        {
            (_, { State: > RecipientState.Held }) => $"{verb}: what is {QueueText.Word(filter.State!.Value)} has ended, and cannot be changed",
            (_, { Sending: true }) => $"{verb}: what is being sent is not chosen by that; its attempt ends by itself",
            (true, _) when all || hasOthers => $"{verb}: either ids, or --all and filters",
            (false, _) when !all && !hasOthers && !hasNarrowing => $"{verb}: which messages? Name ids, filters or --all",
            _ => null,
        };
    }

    /// <summary>Everything that matches and has not ended, of any length.</summary>
    private async Task<MessageId[]> SelectAsync(IQueueReader queue, QueueFilter filter, CancellationToken cancel)
    {
        var fit = _kind switch
        {
            ChangeKind.Hold or ChangeKind.Retry => RecipientState.Queued,
            ChangeKind.Release => RecipientState.Held,
            _ => (RecipientState?)null,
        };
        var ids = new List<MessageId>();
        var next = filter with { State = filter.State ?? fit, Limit = Page, Ended = false };
        IReadOnlyList<QueueEntry> found;
        do
        {
            found = await queue.ListAsync(next, cancel);
            ids.AddRange(found.Select(entry => entry.Envelope.Id));
            next = next with { After = ids.LastOrDefault() };
        }
        while (found.Count == Page);
        return [.. ids];
    }

    /// <summary>Null where it may go on, else the status to end with.</summary>
    private async Task<int?> AskAsync(int count, TextWriter error, CancellationToken cancel)
    {
        var what = $"{QueueText.Word(_kind)} {count} {(count == 1 ? "message" : "messages")}";
        if (Console.IsInputRedirected)
        {
            await error.WriteLineAsync($"queue {what}: nobody is there to be asked; with --yes it is done unasked");
            return ExitStatus.Wrong;
        }

        await error.WriteAsync($"{what}? [y/N] ");
        var answer = await Console.In.ReadLineAsync(cancel);
        if (answer?.Trim() is "y" or "Y" or "yes")
        {
            return null;
        }

        await error.WriteLineAsync("nothing was changed");
        return ExitStatus.No;
    }
}
