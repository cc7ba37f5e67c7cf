using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Stores;

/// <summary>What every store has to do, by the port's words. A store's own tests derive from it and say how to open one.</summary>
public abstract partial class QueueStoreCompliance : IAsyncLifetime
{
    protected static readonly Lane[] AnyLane = [Lane.AnyAccount];
    private readonly MessageIdSource _ids;
    private IQueueStore? _store;

    protected QueueStoreCompliance() => _ids = new MessageIdSource(Clock, new Random(11));

    protected ManualClock Clock { get; } = new();

    protected DateTimeOffset Now => Clock.GetUtcNow();

    protected IQueueStore Store => _store!;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        await CleanUpAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the store of this test, the same each time.</summary>
    protected abstract Task<IQueueStore> OpenAsync();

    protected abstract ValueTask CleanUpAsync();

    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        _store = await OpenAsync();
    }

    protected NewMessage Message(
        string[]? recipients = null,
        string client = "scanners",
        Priority priority = Priority.Normal,
        Lane lane = default,
        DateTimeOffset? dueAt = null,
        int size = 3)
    {
        var envelope = new Envelope(
            _ids.Next(), "scanner@contoso.com", Now, Now.AddDays(2), size, priority, EightBit: true,
            new Origin(client, "10.20.3.7", "scanner-3", User: null, "TLSv1.3 TLS_AES_256_GCM_SHA384", "ESMTPS"));
        return new NewMessage(
            envelope, [new NewPart(1, 1, lane.Name is null ? Lane.AnyAccount : lane, recipients ?? ["a@contoso.com"], dueAt ?? Now)]);
    }

    protected async Task<MessageId> EnqueueAsync(NewMessage message, byte[]? octets = null)
    {
        await using var content = Store.CreateContent();
        await content.WriteAsync(octets ?? "hi\n"u8.ToArray(), Cancel);
        await Store.EnqueueAsync(message, content, Cancel);
        return message.Envelope.Id;
    }

    protected async Task<IReadOnlyList<DuePart>> TakeAsync(int most = 10, int mostRecipients = 50, params Lane[] lanes) =>
        await Store.TakeAsync(
            new TakeRequest(lanes.Length == 0 ? AnyLane : lanes, Now, Now.AddMinutes(10), most, mostRecipients), Cancel);

    protected async Task<DuePart> TakeOneAsync() => Assert.Single(await TakeAsync());

    protected async Task<AttemptGrant> BeginAsync(DuePart part, params QuotaRule[] rules) =>
        await Store.BeginAsync(
            new AttemptStart(part.Lease, "hve1@contoso.com", [.. part.Recipients.Select(each => each.Number)], rules, Now), Cancel);

    protected async Task<long> BegunAsync(DuePart part, params QuotaRule[] rules) =>
        Assert.IsType<AttemptGrant.Granted>(await BeginAsync(part, rules)).AttemptId;

    protected async Task<bool> CompleteAsync(DuePart part, long attempt, params RecipientEnd[] ends) =>
        await Store.CompleteAsync(new AttemptEnd(attempt, part.Lease, Now, ends), Cancel);

    protected static RecipientEnd Relayed(int number = 0) => new(number, Outcome.Relayed, "250 2.0.0 OK");

    protected async Task<byte[]> ReadAsync(MessageId id, long offset = 0)
    {
        using var read = new MemoryStream();
        await foreach (var chunk in Store.ReadContentAsync(id, offset, Cancel))
        {
            Assert.InRange(chunk.Length, 1, 256 * 1024);
            await read.WriteAsync(chunk, Cancel);
        }

        return read.ToArray();
    }

    protected async Task<MessageRecord> FindAsync(MessageId id)
    {
        var found = await Store.FindAsync(id, Cancel);
        Assert.NotNull(found);
        return found;
    }

    protected static byte[] Octets(int count, int seed = 5)
    {
        var octets = new byte[count];
        new Random(seed).NextBytes(octets);
        return octets;
    }
}
