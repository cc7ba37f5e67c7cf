using HveRelay.Smtp.Message;

namespace HveRelay.Rewriting;

/// <summary>Our line of the trace (RFC 5321 section 4.4).</summary>
internal static class ReceivedField
{
    public static HeaderField Make(RewriteContext context)
    {
        var envelope = context.Envelope;
        var origin = envelope.Origin;
        var literal = TraceText.AddressLiteral(origin.Address);
        var name = TraceText.HelloName(origin.HelloName);

        var from = $"from {(name.Length > 0 ? name : literal ?? "unknown")}{(literal is null ? "" : $" ({literal})")}";
        var by = $"by {TraceText.Domain(context.HostName)} (HveRelay) with {TraceText.Domain(origin.Protocol)} id {envelope.Id}";
        var date = InternetDate.Format(envelope.ReceivedAt);
        return context.OnlyRecipient is { } recipient && new NamedMailbox(string.Empty, recipient).IsUsable
            ? HeaderField.Structured("Received", from, Tls(origin.Tls), by, $"for <{recipient}>;", date)
            : HeaderField.Structured("Received", from, Tls(origin.Tls), $"{by};", date);
    }

    /// <summary>As a comment, in the words that Postfix has taught everybody's log readers.</summary>
    private static string Tls(string? tls)
    {
        var parts = TraceText.Comment(tls ?? string.Empty).Split(' ', 2);
        return parts is [var version, var cipher] ? $"(using {version} with cipher {cipher})"
            : parts[0].Length > 0 ? $"(using {parts[0]})"
            : string.Empty;
    }
}
