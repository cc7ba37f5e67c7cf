using System.CommandLine;
using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Operations.Control;
using HveRelay.Wording;
using static HveRelay.Operations.Verbs.PlainText;

namespace HveRelay.Operations.Verbs;

/// <summary><c>accounts</c>: how each HVE account and smarthost does and what to do about it; and the operator's way to let one send nothing.</summary>
internal static class AccountsVerb
{
    public static Command Create()
    {
        var command = new Command("accounts", "Each HVE account and smarthost: state, since when, why, what to do")
        {
            Verb.Json,
            Verb.Language,
            Change("pause", "Lets accounts send nothing until they are resumed, over restarts too; their mail waits", pause: true),
            Change("resume", "Lets accounts send again", pause: false),
        };
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, cancel) =>
        {
            var asked = await AccountsDoor.AskAsync(loaded.Options.DataDirectory, cancel);
            var accounts = asked ?? await AccountsDoor.ReadAsync(loaded, cancel);
            await parsed.InvocationConfiguration.Output.WriteAsync(
                parsed.GetValue(Verb.Json) ? JsonText.Of(accounts) + Environment.NewLine : Text(accounts, TimeProvider.System.GetUtcNow(), Verb.LanguageOf(parsed, loaded.Options.Language)));
            if (asked is null)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(
                    "no relay answers: this is what the queue knows, and LAST REPLY that of the latest attempt");
            }

            return ExitStatus.Done;
        }));
        return command;
    }

    private static Command Change(string name, string description, bool pause)
    {
        var addresses = new Argument<string[]>("address") { Description = "The account's address, or the smarthost's name", Arity = ArgumentArity.OneOrMore };
        var reason = new Option<string?>("--reason") { Description = "For the log and for 'accounts'" };
        var command = new Command(name, description) { addresses, Verb.Json };
        if (pause)
        {
            command.Options.Add(reason);
        }

        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, cancel) =>
        {
            var known = $"there are {string.Join(", ", loaded.Options.Senders())}";
            var wrong = parsed.GetValue(addresses)!.Where(address => !AddressText.IsAddress(address) && !loaded.Options.Senders().Contains(address, StringComparer.OrdinalIgnoreCase)).ToList();
            foreach (var address in wrong)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"{address}: no account or smarthost; {known}");
            }

            if (wrong.Count > 0)
            {
                return ExitStatus.Wrong;
            }

            var changes = await AccountsDoor.ChangeAsync(
                loaded, parsed.GetValue(addresses)!, pause, pause ? parsed.GetValue(reason) : null, cancel);
            await parsed.InvocationConfiguration.Output.WriteAsync(parsed.GetValue(Verb.Json)
                ? JsonText.Of(changes) + Environment.NewLine
                : string.Concat(changes.Where(each => each.Changed).Select(each => $"{each.Account}: {name}d\n")));
            foreach (var change in changes.Where(each => !each.Changed))
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(
                    $"{change.Account}: {(!change.Found ? $"no account of Hve.Accounts; {known}" : pause ? "is paused already" : "is not paused")}");
            }

            return changes.All(each => each.Changed) ? ExitStatus.Done : ExitStatus.No;
        }));
        return command;
    }

    private static string Text(IReadOnlyList<AccountAnswer> accounts, DateTimeOffset now, Language language) => accounts.Count == 0
        ? "no accounts\n"
        : Table(
            ["ACCOUNT", "STATE", "KIND", "SINCE", "CONNECTIONS", "NEXT TRY", "WHY", "WHAT TO DO", "LAST REPLY"],
            accounts.Select(account => new[]
            {
                account.Account,
                account.State is { } state ? QueueText.Word(state) : "-",
                account.Kind is { } kind ? FaultWords.Of(kind) : "-",
                account.Since is { } since ? Time(since) : "-",
                account.Connections is { } connections ? Number(connections) + (account.Allowed is { } allowed ? "/" + Number(allowed) : string.Empty) : "-",
                QueueText.Next(account.NextTry, now),
                account.Cause is { } cause ? language.Say(cause) : "-",
                account.Remedy is { } remedy ? language.Say(remedy) : "-",
                account.Reply is null ? "-" : account.Attempted is { } at ? $"{Time(at)} {account.Reply}" : account.Reply,
            }));
}
