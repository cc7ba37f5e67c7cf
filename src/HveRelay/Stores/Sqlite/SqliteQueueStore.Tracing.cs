using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

public sealed partial class SqliteQueueStore
{
    public ValueTask<IReadOnlyList<MessageId>> NamedAsync(string name, int most, CancellationToken cancel) => _reader.NamedAsync(name, most, cancel);

    public ValueTask<Traces> TracesAsync(string of, int most, CancellationToken cancel) => _reader.TracesAsync(of, most, cancel);
}
