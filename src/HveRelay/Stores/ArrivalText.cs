using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using HveRelay.Mail;

namespace HveRelay.Stores;

/// <summary>An arrival as one text, of which a million lie in the history: short names, and nothing that is not there.</summary>
internal static class ArrivalText
{
    private static readonly JsonSerializerOptions Options = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Without the Message-ID, which has a column of its own.</summary>
    public static string? Write(Arrival? arrival) => arrival is null ? null : JsonSerializer.Serialize(
        new Kept
        {
            Listener = arrival.Listener,
            ConnectedAt = arrival.ConnectedAt.UtcTicks,
            Network = arrival.Network,
            Quirks = arrival.Quirks.Count == 0 ? null : [.. arrival.Quirks],
            Refused = arrival.Refused.Count == 0 ? null : [.. arrival.Refused.Select(each => new KeptRefusal { To = each.To, Reason = each.Reason, Reply = each.Reply })],
            MoreRefused = arrival.MoreRefused,
        },
        Options);

    /// <summary>Null for null, and for what cannot be understood: history is not worth a verb that breaks.</summary>
    public static Arrival? Read(string? messageId, string? text)
    {
        try
        {
            return text is null || JsonSerializer.Deserialize<Kept>(text, Options) is not { } kept ? null : new Arrival(
                messageId,
                kept.Listener ?? string.Empty,
                new DateTimeOffset(kept.ConnectedAt, TimeSpan.Zero),
                kept.Network,
                kept.Quirks ?? [],
                [.. (kept.Refused ?? []).Select(each => new ArrivalRefusal(each.To, each.Reason ?? string.Empty, each.Reply ?? string.Empty))],
                kept.MoreRefused);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed class Kept
    {
        [JsonPropertyName("l")]
        public string? Listener { get; init; }

        [JsonPropertyName("at")]
        public long ConnectedAt { get; init; }

        [JsonPropertyName("net")]
        public string? Network { get; init; }

        [JsonPropertyName("q")]
        public string[]? Quirks { get; init; }

        [JsonPropertyName("ref")]
        public KeptRefusal[]? Refused { get; init; }

        [JsonPropertyName("more")]
        public int MoreRefused { get; init; }
    }

    private sealed class KeptRefusal
    {
        [JsonPropertyName("to")]
        public string? To { get; init; }

        [JsonPropertyName("why")]
        public string? Reason { get; init; }

        [JsonPropertyName("re")]
        public string? Reply { get; init; }
    }
}
