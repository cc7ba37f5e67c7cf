using System.Security.Authentication;

namespace HveRelay.Simulator;

/// <summary>What becomes of a message at its final dot.</summary>
internal sealed partial class Session
{
    private async ValueTask FinishAsync(Transaction transaction, ContentSink content)
    {
        _transaction = null;
        _stage = "dot";
        var sha256 = content.Finish();
        if (await FaultedAsync(FaultStage.Dot, transaction.Recipients))
        {
            return;
        }

        var from = HeaderCheck.From(content.Header.Span, transaction.Notes);
        if (RefusalForLimit(content) is { } limit)
        {
            await RefuseForLimitAsync(limit, string.Join(',', transaction.Recipients));
            return;
        }

        if (Refusal(transaction, content, from) is { } refusal)
        {
            await RefuseAsync(refusal, string.Join(',', transaction.Recipients));
            return;
        }

        // What is not refused counts for the day, so this is asked last.
        if (!_server.Quota.TryTake(transaction.Recipients.Count))
        {
            await RefuseForLimitAsync(HveReplies.QuotaExceeded, string.Join(',', transaction.Recipients));
            return;
        }

        var fault = _server.Faults.Take(FaultStage.AfterDot, _account, transaction.Recipients);
        var message = Record(transaction, content, from!, sha256, answered: fault?.Action is null or FaultAction.Slow or FaultAction.Stall);
        if (!await ActAsync(fault))
        {
            Say($"{HveReplies.Ok} {message.Id} [Hostname={_options.HostName}]");
        }
    }

    private string? RefusalForLimit(ContentSink content) =>
        content.IsTooLarge ? HveReplies.TooLarge
        : _options.MaxConnections > 0 && _server.Tally.OlderThan(Number) >= _options.MaxConnections ? HveReplies.TooManyConnections
        : null;

    private string? Refusal(Transaction transaction, ContentSink content, IReadOnlyList<string>? from) =>
        content.HasBareNewline ? HveReplies.BareNewlineInContent
        : from is null ? HveReplies.NoValidFrom
        : !_options.IsSmarthost && from.Any(address => !address.Equals(transaction.Account, StringComparison.OrdinalIgnoreCase)) ? HveReplies.FromNotAccount
        : null;

    private RecordedMessage Record(Transaction transaction, ContentSink content, IReadOnlyList<string> from, string sha256, bool answered)
    {
        AddNotes(transaction, content);
        var number = _server.Tally.Message(transaction.Recipients.Count);
        var message = new RecordedMessage
        {
            Id = $"sim-{number:D6}",
            Account = transaction.Account,
            ReversePath = transaction.ReversePath,
            Recipients = transaction.Recipients,
            HeaderFrom = from,
            Header = content.Header,
            Body = content.Body,
            Content = content.Content,
            Length = content.Length,
            Sha256 = sha256,
            Tls = _wire.Tls?.SslProtocol ?? SslProtocols.None,
            Connection = Number,
            EhloName = _ehloName!,
            BodyParameter = transaction.BodyParameter,
            DeclaredSize = transaction.DeclaredSize,
            BegunAt = transaction.BegunAt,
            ReceivedAt = _server.Clock.GetUtcNow(),
            Answered = answered,
            Notes = transaction.Notes,
        };
        _server.Messages.Add(message);
        _server.Options.Received?.Invoke(message);
        _server.Report.Accepted(message);
        _server.Pulse.Beat();
        return message;
    }

    private static void AddNotes(Transaction transaction, ContentSink content)
    {
        (bool Is, string Sentence)[] flaws =
        [
            (content.HeaderLength is null, "No empty line ends the header block"),
            (content.HasLongLine, "A line is longer than 998 octets"),
            (content.HasNul, "The content has a NUL octet"),
            (content.HasEightBit && transaction.BodyParameter is not "8BITMIME", "The content has octets over 127, and BODY=8BITMIME was not said"),
            (transaction.DeclaredSize is { } size && size < content.Length, "The content is longer than SIZE said"),
        ];
        transaction.Notes.AddRange(flaws.Where(flaw => flaw.Is).Select(flaw => flaw.Sentence));
    }

    private sealed class Transaction(string account, string reversePath, DateTimeOffset begunAt)
    {
        public string Account => account;

        public string ReversePath => reversePath;

        public DateTimeOffset BegunAt => begunAt;

        public List<string> Recipients { get; } = [];

        public List<string> Notes { get; } = [];

        public long? DeclaredSize { get; set; }

        public string? BodyParameter { get; set; }

        public ContentSink? Content { get; set; }
    }
}
