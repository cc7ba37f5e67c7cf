using System.CommandLine;
using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Operations.Verbs;

/// <summary>The filters that the queue's verbs share.</summary>
internal sealed class QueueSelection
{
    private const string Sending = "sending";

    private static readonly Dictionary<string, RecipientState?> States = new(StringComparer.OrdinalIgnoreCase)
    {
        ["queued"] = RecipientState.Queued,
        ["held"] = RecipientState.Held,
        [Sending] = null,
        ["relayed"] = RecipientState.Relayed,
        ["failed"] = RecipientState.Failed,
        ["removed"] = RecipientState.Removed,
    };

    private readonly Option<string?> _state = new("--state") { Description = string.Join(", ", States.Keys) };
    private readonly Option<string?> _client = new("--client") { Description = "Part of the client's name" };
    private readonly Option<string?> _sender = new("--sender") { Description = "Part of the sender's address" };
    private readonly Option<string?> _recipient = new("--recipient") { Description = "Part of a recipient's address" };

    private readonly Option<TimeSpan> _older = AgeText.Option("--older-than", "Received so long ago or longer");

    public QueueSelection() => _state.Validators.Add(result =>
    {
        if (!States.ContainsKey(result.Tokens[0].Value))
        {
            result.AddError($"--state: {result.Tokens[0].Value} is no state; there are {string.Join(", ", States.Keys)}");
        }
    });

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _state, _client, _sender, _recipient, _older })
        {
            command.Options.Add(option);
        }
    }

    public QueueFilter Of(ParseResult parsed, DateTimeOffset now) => new(
        State(parsed),
        parsed.GetValue(_client),
        parsed.GetValue(_sender),
        parsed.GetValue(_recipient),
        parsed.GetResult(_older) is null ? null : now - parsed.GetValue(_older),
        Sending: string.Equals(parsed.GetValue(_state), Sending, StringComparison.OrdinalIgnoreCase));

    private RecipientState? State(ParseResult parsed) => parsed.GetValue(_state) is { } word ? States[word] : null;
}
