using System.CommandLine;
using HveRelay.Delivery;

namespace HveRelay.Operations.Verbs.Why;

/// <summary>
/// <c>why</c>: what happened to a message and why, and what happens next; or what an address or a client sent, got, and was refused.
/// Whether the daemon runs or not.
/// </summary>
internal static class WhyVerb
{
    public static Command Create()
    {
        var what = new Argument<string>("what")
        {
            Description = "A queue id; the Message-ID of a message; the address of a sender or recipient; an IP address, a name in EHLO, a login, an entry of Clients",
        };
        var last = Verb.Limit(20, "--last");
        var command = new Command("why", "What happened to a message, a device or an address, and what happens next") { what, last, Verb.Json, Verb.Language };
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, cancel) =>
        {
            await using var queue = await QueueToRead.OpenAsync(loaded.Options);
            var search = new WhySearch(queue, loaded.Options, parsed.GetValue(last));
            var found = await search.FindAsync(parsed.GetValue(what)!, cancel);
            var language = Verb.LanguageOf(parsed, loaded.Options.Language);
            var (output, isJson) = (parsed.InvocationConfiguration, parsed.GetValue(Verb.Json));
            switch (found)
            {
                case WhyFound.Message { Record: var record }:
                    var (clock, replies) = (TimeProvider.System, ReplyTables.From(loaded.Options));
                    var relay = await RelayNow.ReadAsync(loaded.Options, queue, clock, cancel);
                    await output.Output.WriteAsync(isJson
                        ? JsonText.Of(WhyJson.Of(record, replies, relay, clock.GetUtcNow())) + Environment.NewLine
                        : WhyText.Of(record, replies, relay, clock.GetUtcNow(), language));
                    return ExitStatus.Done;
                case WhyFound.Several { Clients: var clients, Traces: var traces, IsCut: var isCut }:
                    await output.Output.WriteAsync(
                        isJson
                            ? JsonText.Of(new { clients, timeline = traces }) + Environment.NewLine
                            : TracesText.Of(clients, traces, id => Verb.Typed(parsed, $"why {id}"), language));
                    if (isCut)
                    {
                        await output.Error.WriteLineAsync($"the latest {traces.Count}; more with --last");
                    }

                    return ExitStatus.Done;
                default:
                    await output.Error.WriteLineAsync(((WhyFound.Nothing)found).Sentence);
                    return ExitStatus.No;
            }
        }));
        return command;
    }
}
