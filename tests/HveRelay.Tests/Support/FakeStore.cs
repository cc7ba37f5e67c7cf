using System.Runtime.CompilerServices;
using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Tests.Support;

/// <summary>The half of a queue that takes mail in: keeps it in memory, or fails as it was told.</summary>
public sealed class FakeStore : IQueueStore
{
    private readonly List<(NewMessage Message, byte[] Content)> _messages = [];

    /// <summary>Contents begun and not yet let go.</summary>
    public int OpenContents { get; private set; }

    public StoreException? FailsWriting { get; set; }

    public StoreException? FailsEnqueueing { get; set; }

    public StoreException? FailsSeeing { get; set; }

    public List<ClientSighting> SeenClients { get; } = [];

    public List<Refusal> SeenRefusals { get; } = [];

    /// <summary>Contents are counted and not kept.</summary>
    public bool Discards { get; set; }

    public IReadOnlyList<(NewMessage Message, byte[] Content)> Messages => _messages;

    public bool HasRoom { get; set; } = true;

    public IContentWriter CreateContent()
    {
        OpenContents++;
        return new Content(this);
    }

    public ValueTask EnqueueAsync(NewMessage message, IContentWriter content, CancellationToken cancel)
    {
        if (FailsEnqueueing is not null)
        {
            throw FailsEnqueueing;
        }

        _messages.Add((message, ((Content)content).Octets));
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<DuePart>> TakeAsync(TakeRequest request, CancellationToken cancel) => throw NotIntake();

    public ValueTask<AttemptGrant> BeginAsync(AttemptStart start, CancellationToken cancel) => throw NotIntake();

    public ValueTask<bool> CompleteAsync(AttemptEnd end, CancellationToken cancel) => throw NotIntake();

    public ValueTask ReleaseAsync(IReadOnlyList<Lease> leases, DateTimeOffset? dueAt, CancellationToken cancel) => throw NotIntake();

    public ValueTask<DateTimeOffset?> NextDueAsync(IReadOnlyList<Lane> lanes, CancellationToken cancel) => throw NotIntake();

    public ValueTask<IReadOnlyList<ExpiredRecipient>> ExpireAsync(
        IReadOnlyList<Lane> lanes, DateTimeOffset now, int most, CancellationToken cancel) => throw NotIntake();

    public ValueTask<IReadOnlyList<ChangeResult>> ChangeAsync(QueueChange change, CancellationToken cancel) => throw NotIntake();

    public ValueTask RecoverAsync(
        IReadOnlyList<Lane>? configured, DateTimeOffset now, DateTimeOffset? dueAt, Action<IReadOnlyList<RecoveredAttempt>> tell, CancellationToken cancel) =>
        throw NotIntake();

    public ValueTask<int> BringForwardAsync(DateTimeOffset now, DateTimeOffset latest, CancellationToken cancel) => throw NotIntake();

    public ValueTask<int> MarkDelayedAsync(DateTimeOffset receivedUntil, DateTimeOffset now, int most, CancellationToken cancel) => throw NotIntake();

    public ValueTask<IReadOnlyList<UntoldSource>> UntoldSourcesAsync(int most, CancellationToken cancel) => throw NotIntake();

    public ValueTask<UntoldBatch> UntoldAsync(UntoldSource source, int most, CancellationToken cancel) => throw NotIntake();

    public ValueTask<DateTimeOffset?> LastToldAsync(string receiver, CancellationToken cancel) => throw NotIntake();

    public ValueTask<bool> TellAsync(Telling telling, IContentWriter? content, CancellationToken cancel) => throw NotIntake();

    public ValueTask<IReadOnlyList<UnservedLane>> UnservedAsync(IReadOnlyList<Lane> served, CancellationToken cancel) => throw NotIntake();

    public ValueTask<int> PurgeAsync(DateTimeOffset before, int most, CancellationToken cancel) => throw NotIntake();

    /// <summary>What a probe comes to; null: nobody is to ask for one.</summary>
    public Func<Task<TimeSpan>>? Probe { get; set; }

    public ValueTask<TimeSpan> ProbeAsync(CancellationToken cancel) => Probe is { } probe ? new(probe()) : throw NotIntake();

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(MessageId id, long offset, CancellationToken cancel) => throw NotIntake();

    public ValueTask<IReadOnlyList<QueueEntry>> ListAsync(QueueFilter filter, CancellationToken cancel) => throw NotIntake();

    public ValueTask<MessageRecord?> FindAsync(MessageId id, CancellationToken cancel) => new(
        _messages.Where(stored => stored.Message.Envelope.Id == id).Select(stored => new MessageRecord(stored.Message.Envelope, null, [], [], [])).FirstOrDefault());

    public ValueTask<IReadOnlyList<MessageId>> NamedAsync(string name, int most, CancellationToken cancel) => throw NotIntake();

    public ValueTask<Traces> TracesAsync(string of, int most, CancellationToken cancel) => throw NotIntake();

    /// <summary>Null: nobody is to ask for totals.</summary>
    public StoreException? FailsTotals { get; set; }

    public ValueTask<QueueTotals> TotalsAsync(CancellationToken cancel) => throw (Exception?)FailsTotals ?? NotIntake();

    public ValueTask<long> UsedAsync(string scope, DateTimeOffset since, CancellationToken cancel) => throw NotIntake();

    public ValueTask<IReadOnlyList<LedgerMinute>> LedgerAsync(DateTimeOffset since, CancellationToken cancel) => throw NotIntake();

    public ValueTask<IReadOnlyDictionary<string, long>> RelayedToAsync(
        IReadOnlyList<string> addresses, DateTimeOffset since, CancellationToken cancel) => throw NotIntake();

    public ValueTask<IReadOnlyList<AccountPause>> PausesAsync(CancellationToken cancel) => throw NotIntake();

    public ValueTask<IReadOnlyList<LastAttempt>> LastAttemptsAsync(CancellationToken cancel) => throw NotIntake();

    public ValueTask PauseAsync(string account, AccountPause? pause, CancellationToken cancel) => throw NotIntake();

    public ValueTask SeenAsync(IReadOnlyList<ClientSighting> clients, IReadOnlyList<Refusal> refusals, CancellationToken cancel)
    {
        if (FailsSeeing is not null)
        {
            throw FailsSeeing;
        }

        SeenClients.AddRange(clients);
        SeenRefusals.AddRange(refusals);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<ClientSighting>> ClientsAsync(ClientFilter filter, CancellationToken cancel) => throw NotIntake();

    public ValueTask<IReadOnlyList<Refusal>> RefusalsAsync(string address, int most, CancellationToken cancel) => throw NotIntake();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Whoever asks for more than Intake needs has the wrong store.</summary>
    private static InvalidOperationException NotIntake([CallerMemberName] string call = "") =>
        new($"The fake store only takes mail in; {call} is not for it");

    private sealed class Content(FakeStore store) : IContentWriter
    {
        private readonly MemoryStream _octets = new();

        public long Length { get; private set; }

        public byte[] Octets => _octets.ToArray();

        public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancel)
        {
            cancel.ThrowIfCancellationRequested();
            if (store.FailsWriting is not null)
            {
                throw store.FailsWriting;
            }

            Length += octets.Length;
            if (!store.Discards)
            {
                _octets.Write(octets.Span);
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            store.OpenContents--;
            return ValueTask.CompletedTask;
        }
    }
}
