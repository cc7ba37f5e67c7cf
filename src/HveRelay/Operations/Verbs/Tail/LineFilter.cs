using HveRelay.Mail;

namespace HveRelay.Operations.Verbs.Tail;

/// <summary>Which lines to show: as the queue is filtered, by parts of names and addresses, ignoring case. What is null does not filter.</summary>
/// <param name="Id">Lines of this message, and of notices that tell of it.</param>
internal sealed record LineFilter(MessageId? Id, string? Client, string? Sender, string? Recipient)
{
    public bool Matches(string line)
    {
        if (this == new LineFilter(null, null, null, null))
        {
            return true;
        }

        var fields = LogLine.Fields(line);
        return (Id is not { } id || fields.GetValueOrDefault("id") == id.ToString() || Has(fields, "messages", id.ToString()))
            && Has(fields, "client", Client) && Has(fields, "from", Sender) && Has(fields, "to", Recipient);
    }

    private static bool Has(IReadOnlyDictionary<string, string> fields, string key, string? part) =>
        part is null || (fields.TryGetValue(key, out var value) && value.Contains(part, StringComparison.OrdinalIgnoreCase));
}
