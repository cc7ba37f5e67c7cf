using HveRelay.Configuration;
using HveRelay.Queue;
using HveRelay.Stores;

namespace HveRelay.Operations.Doctor.Checks;

/// <summary>The queue can be read.</summary>
internal static class QueueCheck
{
    public static async Task<Finding> RunAsync(Examination examination, CancellationToken cancel)
    {
        var options = examination.Options;
        if (options.Queue.Store == QueueStoreKind.Sqlite && !File.Exists(Path.Combine(options.DataDirectory, "queue.db")))
        {
            return Finding.NotReached("there is none yet: the first start makes it");
        }

        try
        {
            examination.Queue = await examination.OpenQueue();
            var totals = await examination.Queue.TotalsAsync(cancel);
            return Finding.Ok($"{totals.QueuedMessages} messages queued, {totals.HeldMessages} held");
        }
        catch (Exception trouble) when (trouble is StoreOpenException or StoreException)
        {
            return Finding.Wrong(
                trouble.Message.ReplaceLineEndings(" "), "The queue cannot be read",
                options.Queue.Store == QueueStoreKind.Postgres ? "the database, and Queue.ConnectionString" : "docs/operating.md, the database is damaged");
        }
    }
}
