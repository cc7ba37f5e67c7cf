using HveRelay.Mail;

namespace HveRelay.Queue;

// Promise 2: who fails is told about. The rules:
//   1. The transaction that fails a recipient also writes that somebody has to be told, and keeps the beginning of the message.
//   2. The transaction that enqueues the notice also takes that away: a crash between the two neither loses nor doubles a notice.
//   3. Of a notice nobody is told: Origin.IsNotice.

/// <summary>The half of the port that knows who has been told of failures and delays.</summary>
public interface INoticeStore
{
    /// <summary>Octets that are kept of the beginning of a message: its header, as far as a notice shows it.</summary>
    const int HeadOctets = 16 * 1024;

    /// <summary>
    /// Durable. Recipients that still wait, of messages received until then, have to be told as delayed; each message once, at most
    /// <paramref name="most"/> messages. Returns how many.
    /// </summary>
    ValueTask<int> MarkDelayedAsync(DateTimeOffset receivedUntil, DateTimeOffset now, int most, CancellationToken cancel);

    /// <summary>Whose failures and delays nobody has been told of, at most <paramref name="most"/>.</summary>
    ValueTask<IReadOnlyList<UntoldSource>> UntoldSourcesAsync(int most, CancellationToken cancel);

    /// <summary>What there is to tell of one source, the first <paramref name="most"/> recipients by name. Delays that are over are dropped.</summary>
    ValueTask<UntoldBatch> UntoldAsync(UntoldSource source, int most, CancellationToken cancel);

    /// <summary>When this receiver was told the last time, or null.</summary>
    ValueTask<DateTimeOffset?> LastToldAsync(string receiver, CancellationToken cancel);

    /// <summary>
    /// Durable. Enqueues the notice, where there is one, and with the same commit takes what it tells from what is untold. False, and
    /// nothing happened, where that is no longer the same: another node has told, or it went on.
    /// </summary>
    ValueTask<bool> TellAsync(Telling telling, IContentWriter? content, CancellationToken cancel);
}

/// <summary>The sender and the entry of <c>Clients</c> that decide who is told.</summary>
public sealed record UntoldSource(string ReversePath, string Client);

/// <summary>All that is untold of a source.</summary>
/// <param name="Through">Number of the latest: what comes later is not among it.</param>
/// <param name="Failed">Recipients that failed.</param>
/// <param name="Delayed">Recipients that wait for long.</param>
/// <param name="First">The first of them.</param>
public sealed record UntoldBatch(UntoldSource Source, long Through, int Failed, int Delayed, IReadOnlyList<UntoldRecipient> First)
{
    public int Count => Failed + Delayed;
}

/// <param name="Number">The recipient's number within its message, from 0.</param>
/// <param name="At">When it failed, or was found to be late.</param>
/// <param name="Head">The first octets of the message, at most <see cref="INoticeStore.HeadOctets"/>; may be empty.</param>
public sealed record UntoldRecipient(MessageId Message, int Number, bool IsDelayed, DateTimeOffset At, ReadOnlyMemory<byte> Head);

/// <summary>That somebody is told, or that nobody can be.</summary>
/// <param name="Receiver">Who is told, for <see cref="INoticeStore.LastToldAsync"/>.</param>
/// <param name="Notice">Null: nobody can be told, ever.</param>
public sealed record Telling(string Receiver, DateTimeOffset At, IReadOnlyList<UntoldBatch> Batches, NewMessage? Notice);
