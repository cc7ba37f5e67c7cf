using System.Globalization;
using System.Text;
using HveRelay.Queue;
using HveRelay.Wording;
using static HveRelay.Operations.Verbs.Why.MessageTimeline;

namespace HveRelay.Operations.Verbs.Why;

/// <summary>The timeline of an address or a client for people.</summary>
internal static class TracesText
{
    /// <param name="typed">What to type for one message whole.</param>
    public static string Of(
        IReadOnlyList<ClientSighting> clients, IReadOnlyList<Trace> traces, Func<string, string> typed, Language language)
    {
        var text = new StringBuilder();
        foreach (var client in clients)
        {
            text.Append(CultureInfo.InvariantCulture, $"{client.Address} ({(client.Client.Length == 0 ? "no entry of Clients" : client.Client)}): ");
            text.AppendJoin(", ", Count(client.Sessions, "session"), Count(client.Messages, "message"), Count(client.Refusals, "refusal"));
            text.Append(CultureInfo.InvariantCulture, $", from {PlainText.Time(client.FirstSeen)} to {PlainText.Time(client.LastSeen)}\n");
        }

        if (traces.Count == 0)
        {
            return text.Append("no messages, and no refusals in the history\n").ToString();
        }

        text.Append(PlainText.Table(
            ["TIME", "WHAT", "ID", "CLIENT", "IP", "FROM", "TO", "REPLY"],
            traces.Select(trace => new[]
            {
                PlainText.Time(trace.At),
                trace.State,
                trace.Id ?? "-",
                trace.Client.Length == 0 ? "-" : trace.Client,
                trace.Address,
                trace.From switch
                {
                    null => "-",
                    "" => "<>",
                    _ => trace.From,
                },
                trace.To ?? "-",
                string.Concat(trace.Words ?? "-", trace.Reason is null ? string.Empty : $" ({trace.Reason})"),
            })));
        foreach (var reason in traces.Select(trace => trace.Reason).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            text.Append(RefusalRemedies.Of(reason) is { } remedy ? language.Say($"refused, {reason}: {remedy}") + "\n" : string.Empty);
        }

        if (traces.FirstOrDefault(trace => trace.Id is not null) is { } message)
        {
            text.Append(CultureInfo.InvariantCulture, $"one message whole: {typed(message.Id!)}\n");
        }

        return text.ToString();
    }
}
