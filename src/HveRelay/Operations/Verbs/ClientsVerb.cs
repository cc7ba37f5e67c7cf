using System.CommandLine;
using System.Net;
using HveRelay.Configuration;
using HveRelay.Queue;

namespace HveRelay.Operations.Verbs;

/// <summary><c>clients</c>: who was ever seen, whether the daemon runs or not, and what they were refused.</summary>
internal static class ClientsVerb
{
    public static Command Create()
    {
        var client = new Option<string?>("--client") { Description = "Part of the client's name" };
        var address = new Option<string?>("--address") { Description = "An address or a network: 10.20.3.7, 10.20.0.0/16" };
        var refused = new Option<bool>("--refused") { Description = "Those that were refused something" };
        var limit = Verb.Limit(1000);
        var command = new Command("clients", "Every device seen, the latest first") { client, address, refused, limit, Verb.Json, Show() };
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, cancel) =>
        {
            IPNetwork? addresses = null;
            if (parsed.GetValue(address) is { } text)
            {
                if (!NetworkText.TryRead(text, out var network, out var sentence))
                {
                    await parsed.InvocationConfiguration.Error.WriteLineAsync($"--address: {text} {sentence}");
                    return ExitStatus.Wrong;
                }

                addresses = network;
            }

            await using var queue = await QueueToRead.OpenAsync(loaded.Options);
            var clients = await queue.ClientsAsync(
                new ClientFilter(parsed.GetValue(client), addresses, parsed.GetValue(refused), parsed.GetValue(limit)), cancel);
            await parsed.InvocationConfiguration.Output.WriteAsync(
                parsed.GetValue(Verb.Json) ? JsonText.Of(clients) + Environment.NewLine : ClientsText.Of(clients));
            if (clients.Count == parsed.GetValue(limit))
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"the first {clients.Count}; more with --limit");
            }

            return ExitStatus.Done;
        }));
        return command;
    }

    private static Command Show()
    {
        var address = new Argument<string>("address") { Description = "The device's IP address" };
        var command = new Command("show", "One address: what was seen of it, and what it was refused lately") { address, Verb.Json };
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, cancel) =>
        {
            var text = parsed.GetValue(address)!;
            if (!NetworkText.IsIpAddress(text))
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"{text}: not an IP address");
                return ExitStatus.Wrong;
            }

            var single = IPAddress.Parse(text);
            var shown = (single.IsIPv4MappedToIPv6 ? single.MapToIPv4() : single).ToString();
            NetworkText.TryRead(shown, out var network, out _);
            await using var queue = await QueueToRead.OpenAsync(loaded.Options);
            var clients = await queue.ClientsAsync(new ClientFilter(Addresses: network), cancel);
            if (clients.Count == 0)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"{shown}: never seen");
                return ExitStatus.No;
            }

            var refusals = await queue.RefusalsAsync(shown, IQueueStore.RefusalsKept, cancel);
            await parsed.InvocationConfiguration.Output.WriteAsync(parsed.GetValue(Verb.Json)
                ? JsonText.Of(new { clients, refusals }) + Environment.NewLine
                : ClientsText.Of(clients, refusals));
            return ExitStatus.Done;
        }));
        return command;
    }
}
