using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

public sealed partial class SqliteQueueStore
{
    public ValueTask<IReadOnlyList<UnservedLane>> UnservedAsync(IReadOnlyList<Lane> served, CancellationToken cancel) =>
        DoAsync(Need.Read, session => session.Due.Unserved(served), cancel);
}
