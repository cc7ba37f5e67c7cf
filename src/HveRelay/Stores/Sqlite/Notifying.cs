using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Enqueues a notice and takes what it tells from what is untold: both or neither.</summary>
internal sealed class Notifying(Database database, Enqueueing enqueueing)
{
    private readonly Statement _count = database.Prepare("SELECT count(*) FROM untold WHERE reverse_path = ? AND client = ? AND id <= ?");
    private readonly Statement _tell = database.Prepare("DELETE FROM untold WHERE reverse_path = ? AND client = ? AND id <= ?");

    private readonly Statement _remember = database.Prepare("""
        INSERT OR REPLACE INTO told(message, recipient, delayed, at, receiver, notice)
        SELECT message, recipient, delayed, ?4, ?5, ?6 FROM untold WHERE reverse_path = ?1 AND client = ?2 AND id <= ?3
        """);

    private readonly Statement _forget = database.Prepare(
        "DELETE FROM head WHERE NOT EXISTS (SELECT 1 FROM untold WHERE untold.message = head.message)");

    private readonly Statement _told = database.Prepare("INSERT OR REPLACE INTO notified(receiver, at) VALUES (?, ?)");

    public bool Tell(Telling telling, ContentWriter? content)
    {
        foreach (var batch in telling.Batches)
        {
            if (Of(_count, batch).Number() != batch.Count)
            {
                return false;
            }
        }

        foreach (var batch in telling.Batches)
        {
            Of(_remember, batch).Set(telling.At).Set(telling.Notice is null ? string.Empty : telling.Receiver).Set(telling.Notice?.Envelope.Id.Value).Run();
            Of(_tell, batch).Run();
        }

        _forget.Run();
        _told.Set(telling.Receiver).Set(telling.At).Run();
        if (telling.Notice is not null)
        {
            enqueueing.Enqueue(telling.Notice, ArrivalText.Write(telling.Notice.Arrival), content!);
        }

        return true;
    }

    private static Statement Of(Statement statement, UntoldBatch batch) =>
        statement.Set(batch.Source.ReversePath).Set(batch.Source.Client).Set(batch.Through);
}
