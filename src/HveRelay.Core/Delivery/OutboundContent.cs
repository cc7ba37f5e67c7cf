using System.Buffers;
using System.Runtime.CompilerServices;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Rewriting;
using HveRelay.Smtp;
using HveRelay.Smtp.Message;
using HveRelay.Smtp.Message.Mime;

namespace HveRelay.Delivery;

/// <summary>
/// Makes of what is stored what leaves: the header rewritten, the body streamed through from the store, as it is unless its client
/// wants long lines encoded.
/// </summary>
internal static class OutboundContent
{
    /// <exception cref="StoreException">The content cannot be read.</exception>
    public static async ValueTask<(MailTransaction Transaction, IReadOnlyList<string> Rewriting)> OpenAsync(
        DeliveryContext context, SenderPlan plan, DuePart part, int recipients, CancellationToken cancel)
    {
        var envelope = part.Envelope;
        var head = await HeadAsync(context.Store, envelope.Id, cancel);
        var account = plan.Smarthost is { } smarthost ? smarthost.Address : plan.Account;
        var header = HeaderBlock.Parse(head);
        var wishes = context.Wishes.Of(envelope.Origin);
        var look = await BodyLook.TakeAsync(header, wishes, () => BodyAsync(context.Store, envelope.Id, head, header.Length, cancel));
        var rewritten = HeaderRewriter.Rewrite(
            header, new RewriteContext(envelope, context.HostName, context.Rewrite, account, OnlyRecipient(part)) { Client = wishes, Body = look.Facts });
        IAsyncEnumerable<ReadOnlyMemory<byte>> Body(CancellationToken token)
        {
            var stored = BodyAsync(context.Store, envelope.Id, head, header.Length, token);
            return look.Edits.Count == 0 ? stored : ReencodedAsync(stored, header.Length, look.Edits);
        }

        // From and MAIL FROM go together: who keeps the one keeps the other.
        var transaction = new MailTransaction(
            context.Rewrite == RewriteMode.Keep ? envelope.ReversePath : account!,
            [.. part.Recipients.Take(recipients).Select(recipient => recipient.Address)],
            rewritten.Header.Length + (look.Edits.Count == 0 ? envelope.Size - header.Length : await LengthAsync(Body(cancel))),
            envelope.EightBit || look.Facts is { IsEightBit: true, Encoding: null },
            rewritten.Header,
            Body);
        return (transaction, rewritten.Notes);
    }

    /// <summary>The message's only recipient. At a later attempt others may have been relayed, and nobody here knows.</summary>
    private static string? OnlyRecipient(DuePart part) => part is { Of: 1, Attempt: 1, Recipients: [var only] } ? only.Address : null;

    /// <summary>The content as far as its header block goes at least; a small message as a whole.</summary>
    private static async ValueTask<ReadOnlyMemory<byte>> HeadAsync(IQueueReader store, MessageId id, CancellationToken cancel)
    {
        var head = new ArrayBufferWriter<byte>();
        var scanner = new HeaderScanner();
        await foreach (var chunk in store.ReadContentAsync(id, 0, cancel))
        {
            head.Write(chunk.Span);
            if (scanner.Feed(chunk.Span))
            {
                break;
            }
        }

        return head.WrittenMemory;
    }

    private static async ValueTask<long> LengthAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> body)
    {
        var length = 0L;
        await foreach (var piece in body)
        {
            length += piece.Length;
        }

        return length;
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReencodedAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> body, int start, IReadOnlyList<PartEdit> edits)
    {
        var reencoded = new ReencodedBody(start, edits);
        var output = new ArrayBufferWriter<byte>();
        await foreach (var piece in body)
        {
            output.ResetWrittenCount();
            reencoded.Write(piece.Span, output);
            yield return output.WrittenMemory;
        }

        output.ResetWrittenCount();
        reencoded.Finish(output);
        yield return output.WrittenMemory;
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> BodyAsync(
        IQueueReader store, MessageId id, ReadOnlyMemory<byte> head, int bodyStart, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (head.Length > bodyStart)
        {
            yield return head[bodyStart..];
        }

        await foreach (var chunk in store.ReadContentAsync(id, head.Length, cancel))
        {
            yield return chunk;
        }
    }
}
