using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Stores.Sqlite;
using HveRelay.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace HveRelay.Tests.Host.Stores;

/// <summary>A queue in a directory of its own, and the simplest of messages.</summary>
internal sealed class SqliteFixture(ManualClock clock) : IDisposable
{
    public static readonly Lane[] AnyLane = [Lane.AnyAccount];
    private readonly MessageIdSource _ids = new(clock, new Random(11));

    public TemporaryDirectory Directory { get; } = new();

    public string File => Directory.File("queue.db");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public Task<SqliteQueueStore> OpenAsync(Action<string>? beforeWrite = null, string? directory = null) =>
        OpenAsync(new SqliteStoreOptions(directory ?? Directory.Path) { BeforeWrite = beforeWrite });

    public Task<SqliteQueueStore> OpenAsync(SqliteStoreOptions options) =>
        SqliteQueueStore.OpenAsync(options, clock, NullLogger.Instance);

    public NewMessage Message()
    {
        var now = clock.GetUtcNow();
        var origin = new Origin("scanners", "10.20.3.7", "scanner-3", null, null, "ESMTP");
        var envelope = new Envelope(_ids.Next(), "scanner@contoso.com", now, now.AddDays(2), 3, Priority.Normal, false, origin);
        return new NewMessage(envelope, [new NewPart(1, 1, Lane.AnyAccount, ["a@contoso.com"], now)]);
    }

    public async Task<MessageId> EnqueueAsync(IQueueStore store, byte[]? octets = null, NewMessage? message = null)
    {
        message ??= Message();
        await using var content = store.CreateContent();
        await content.WriteAsync(octets ?? "hi\n"u8.ToArray(), Cancel);
        await store.EnqueueAsync(message, content, Cancel);
        return message.Envelope.Id;
    }

    public async Task<IReadOnlyList<DuePart>> TakeAsync(IQueueStore store) =>
        await store.TakeAsync(new TakeRequest(AnyLane, clock.GetUtcNow(), clock.GetUtcNow().AddMinutes(10), 10, 50), Cancel);

    /// <summary>A quarter of a second goes by, and the writer has seen it.</summary>
    public async Task TickAsync(IQueueStore store)
    {
        clock.Advance(TimeSpan.FromMilliseconds(250));
        await store.NextDueAsync(AnyLane, Cancel);
    }

    /// <summary>Quarters of a second go by until the writer has tidied up, which is after it has answered all that came before.</summary>
    public Task TidiesAsync(IQueueStore store) => Until.TrueAsync(async () =>
    {
        await TickAsync(store);
        return new FileInfo(File + "-wal").Length == 0;
    });

    public static async Task<byte[]> ReadAsync(IQueueReader store, MessageId id)
    {
        using var read = new MemoryStream();
        await foreach (var chunk in store.ReadContentAsync(id, 0, Cancel))
        {
            await read.WriteAsync(chunk, Cancel);
        }

        return read.ToArray();
    }

    /// <summary>Asks the file what no port tells.</summary>
    public long Ask(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand(sql, connection);
        return command.ExecuteScalar() is long number ? number : 0;
    }

    public void Dispose() => Directory.Dispose();
}
