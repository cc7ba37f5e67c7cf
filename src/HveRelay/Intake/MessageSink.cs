using System.Buffers;
using HveRelay.Mail;
using HveRelay.Policy;
using HveRelay.Queue;
using HveRelay.Smtp;
using HveRelay.Smtp.Message;
using HveRelay.Smtp.Server;

namespace HveRelay.Intake;

/// <summary>The envelope of a message whose content is on its way.</summary>
/// <param name="Arrival">What the session says of itself once the content has come; takes the Message-ID.</param>
internal sealed record Draft(
    string ReversePath, IReadOnlyList<(string Address, Lane Lane)> Recipients, Priority Priority, bool EightBit, Origin Origin,
    Func<string?, Arrival> Arrival)
{
    /// <summary>Lines over 998 octets.</summary>
    public bool RefusesLongLines { get; init; }

    /// <summary>The id it is to have in the queue; null: a new one.</summary>
    public MessageId? Id { get; init; }
}

/// <summary>Streams a message into the store and looks at its header as it passes. 250 only when the store has it.</summary>
internal sealed class MessageSink(IntakeContext context, Draft draft, Func<string, Reply, Reply> refuse, Action accepted) : IContentSink
{
    /// <summary>RFC 5321 section 6.3 wants a limit of at least 100 where hops are counted blindly; a relay behind devices sees few.</summary>
    private const int MaxHops = 50;

    private readonly IContentWriter _content = context.Store.CreateContent();
    private readonly HeaderScanner _scanner = new();
    private readonly LineLengths? _lines = draft.RefusesLongLines ? new LineLengths() : null;
    private ArrayBufferWriter<byte>? _header;
    private string? _messageId;
    private StoreException? _failure;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancel)
    {
        Inspect(octets);
        _lines?.Feed(octets.Span);
        if (_failure is not null || _scanner.IsTooLong)
        {
            return;
        }

        try
        {
            await _content.WriteAsync(octets, cancel);
        }
        catch (StoreException failure)
        {
            // The client is told after the final dot: nothing else may be said before.
            _failure = failure;
        }
    }

    public async ValueTask<Reply> CompleteAsync(CancellationToken cancel)
    {
        if (!_scanner.IsOver)
        {
            _scanner.Complete();
            ReadMessageId(_header?.WrittenMemory ?? default);
        }

        if (_scanner.IsTooLong)
        {
            return refuse("header size", IntakeReplies.HeaderTooLarge);
        }

        if (_scanner.ReceivedCount > MaxHops)
        {
            return refuse("loop", IntakeReplies.Loop);
        }

        if (_lines is { AreTooLong: true })
        {
            return refuse("long line", IntakeReplies.LineTooLong);
        }

        if (_failure is not null)
        {
            return Failed(_failure);
        }

        var now = context.Clock.GetUtcNow();
        var envelope = new Envelope(
            draft.Id ?? context.Ids.Next(), draft.ReversePath, now, now + context.Lifetime, _content.Length, draft.Priority, draft.EightBit, draft.Origin);
        var parts = PartPlan.Cut(
            [.. draft.Recipients.Select(each => (each.Address, context.Policy.LaneFor(each.Lane, _content.Length)))], context.Policy.RecipientsOf, now);
        try
        {
            // Not to be cancelled: a client that hangs up now must not leave us in doubt about what is in the queue.
            await context.Store.EnqueueAsync(new NewMessage(envelope, parts) { Arrival = draft.Arrival(_messageId) }, _content, CancellationToken.None);
        }
        catch (StoreException failure)
        {
            return Failed(failure);
        }

        context.Meter.Received(envelope.Origin.Client);
        context.Log.Queued(envelope, draft.Recipients.Count, _messageId);
        if (parts.Count > 1)
        {
            context.Log.Split(envelope, draft.Recipients.Count, parts.Count);
        }

        context.Signal.Pulse();
        accepted();
        return IntakeReplies.Queued(envelope.Id.ToString());
    }

    public ValueTask DisposeAsync() => _content.DisposeAsync();

    private void Inspect(ReadOnlyMemory<byte> octets)
    {
        if (_scanner.IsOver || _scanner.IsTooLong)
        {
            return;
        }

        var isOver = _scanner.Feed(octets.Span);
        if (isOver && _header is null)
        {
            // The header of nearly every message comes in one piece.
            ReadMessageId(octets);
            return;
        }

        _header ??= new ArrayBufferWriter<byte>(octets.Length);
        _header.Write(octets.Span);
        if (isOver || _scanner.IsTooLong)
        {
            ReadMessageId(_header.WrittenMemory);
            _header = null;
        }
    }

    /// <summary>What the client calls the message, for the log: people search by it.</summary>
    private void ReadMessageId(ReadOnlyMemory<byte> header)
    {
        foreach (var field in HeaderBlock.Parse(header).Fields)
        {
            if (field.Is("Message-ID"))
            {
                _messageId = field.Decode().Trim();
                break;
            }
        }
    }

    private Reply Failed(StoreException failure)
    {
        context.Alarm.Raise(failure);
        return refuse("store", IntakeReplies.Of(failure.Fault));
    }
}
