using System.Globalization;
using HveRelay.Benchmarks.Servers;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Stores.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace HveRelay.Benchmarks.Queues;

/// <summary>Fills a queue through the store's own port: many callers at once share their syncs, as sessions do.</summary>
internal sealed class QueueFill(TimeProvider clock)
{
    /// <summary>As many as the store commits together.</summary>
    private const int Callers = 512;

    private const int Octets = 2048;
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(2);
    private static readonly string[] Rewriting = ["From scanner@contoso.com became hve1@contoso.com, kept as X-Original-From", "Reply-To added"];
    private static readonly Lane[] Lanes = [Lane.AnyAccount];

    private readonly MessageIdSource _ids = new(clock, new Random(1));
    private readonly byte[] _content = BenchmarkMessage.Content(Octets);

    /// <param name="directory">The data directory of a relay that does not run.</param>
    /// <param name="ended">Messages of the history, relayed at their first attempt.</param>
    /// <param name="queued">Messages that wait, all of them due.</param>
    /// <param name="recipients">Of each message that waits.</param>
    public async Task FillAsync(string directory, int ended, int queued, CancellationToken cancel, int recipients = 1)
    {
        Directory.CreateDirectory(directory);
        await using var store = await SqliteQueueStore.OpenAsync(new SqliteStoreOptions(directory, MinimumFreeBytes: 0), clock, NullLogger.Instance);
        for (var left = ended; left > 0; left -= Callers)
        {
            await TogetherAsync(Math.Min(left, Callers), number => EnqueueAsync(store, number, 1, cancel));
            await RelayAsync(store, Math.Min(left, Callers), cancel);
        }

        await TogetherAsync(queued, number => EnqueueAsync(store, number, recipients, cancel));
    }

    private static async Task TogetherAsync(int count, Func<int, Task> work)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(Callers, count)).Select(_ => Task.Run(async () =>
        {
            for (int number; (number = Interlocked.Increment(ref next)) < count;)
            {
                await work(number);
            }
        })));
    }

    private async Task EnqueueAsync(SqliteQueueStore store, int number, int recipients, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var content = store.CreateContent();
        await content.WriteAsync(_content, cancel);
        var envelope = new Envelope(
            _ids.Next(), "scanner@contoso.com", now, now + Lifetime, _content.Length, Priority.Normal, EightBit: false,
            new Origin("bench", "127.0.0.1", "scanner.contoso.com", null, null, "ESMTP"));
        string[] to = recipients == 1 ? [$"{number}you@contoso.com"] : [.. Enumerable.Range(0, recipients).Select(each => $"{number}you{each}@contoso.com")];
        // Scattered, as the names are that clients give: in order they would be too easy on the index.
        var name = unchecked((ulong)envelope.Id.Value * 0x9E3779B97F4A7C15).ToString("x16", CultureInfo.InvariantCulture);
        var arrival = new Arrival($"{name}@scanner.contoso.com", "devices", now, "127.0.0.0/8", [], [], 0);
        await store.EnqueueAsync(
            new NewMessage(envelope, [new NewPart(1, 1, Lane.AnyAccount, to, now)]) { Arrival = arrival }, content, cancel);
    }

    private async Task RelayAsync(SqliteQueueStore store, int count, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var parts = await store.TakeAsync(new TakeRequest(Lanes, now, now.AddMinutes(1), count, 1), cancel);
        await TogetherAsync(parts.Count, async number =>
        {
            var part = parts[number];
            var rules = new[] { new QuotaRule(QuotaRule.Tenant, 0, QuotaRule.Day) };
            var grant = (AttemptGrant.Granted)await store.BeginAsync(new AttemptStart(part.Lease, NextHop.Account, [0], rules, now), cancel);
            await store.CompleteAsync(
                new AttemptEnd(grant.AttemptId, part.Lease, now, [new RecipientEnd(0, Outcome.Relayed, "250 2.0.0 OK: queued")]) { Rewriting = Rewriting }, cancel);
        });
    }
}
