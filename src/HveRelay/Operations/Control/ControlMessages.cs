using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Operations.Control;

/// <summary>What a verb asks of the running relay.</summary>
/// <param name="Ids">As people write them.</param>
/// <param name="User">Who asks, where the system does not tell.</param>
/// <param name="Sudo">Whom sudo let ask under that name, or null.</param>
internal sealed record ChangeOrder(
    ChangeKind Kind, IReadOnlyList<string> Ids, string User, string? Sudo, string? Reason, string? Recipient, RecipientState? State);

/// <summary>What became of one message: the JSON of the control socket and of <c>--json</c>.</summary>
/// <param name="Changed">Recipients that were changed.</param>
internal sealed record ChangeAnswer(string Id, bool Found, int Changed, IReadOnlyList<RecipientAnswer> Recipients)
{
    public static ChangeAnswer Of(ChangeResult result) => new(
        result.Message.ToString(),
        result.Envelope is not null,
        result.Changed,
        [.. result.Recipients.Select(each => new RecipientAnswer(each.Number, each.Address, each.State, each.Effect))]);
}

internal sealed record RecipientAnswer(int Number, string To, RecipientState State, ChangeEffect Effect);

/// <summary>What the relay could not do.</summary>
internal sealed record ControlTrouble(string Error);

internal static class ControlJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}
