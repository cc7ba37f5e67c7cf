using System.Buffers;
using System.Runtime.CompilerServices;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Rewriting;
using HveRelay.Smtp.Message;
using HveRelay.Smtp;

namespace HveRelay.Delivery;

/// <summary>Makes of what is stored what leaves: the header rewritten, the body streamed through from the store as it is.</summary>
internal static class OutboundContent
{
    /// <exception cref="StoreException">The content cannot be read.</exception>
    public static async ValueTask<(MailTransaction Transaction, IReadOnlyList<string> Rewriting)> OpenAsync(
        DeliveryContext context, SenderPlan plan, DuePart part, int recipients, CancellationToken cancel)
    {
        var envelope = part.Envelope;
        var head = await HeadAsync(context.Store, envelope.Id, cancel);
        var account = plan.Smarthost is { } smarthost ? smarthost.Address : plan.Account;
        var rewritten = HeaderRewriter.Rewrite(
            head, new RewriteContext(envelope, context.HostName, context.Rewrite, account, OnlyRecipient(part)));

        // From and MAIL FROM go together: who keeps the one keeps the other.
        var transaction = new MailTransaction(
            context.Rewrite == RewriteMode.Keep ? envelope.ReversePath : account!,
            [.. part.Recipients.Take(recipients).Select(recipient => recipient.Address)],
            rewritten.Header.Length + envelope.Size - rewritten.BodyStart,
            envelope.EightBit,
            rewritten.Header,
            token => BodyAsync(context.Store, envelope.Id, head, rewritten.BodyStart, token));
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
