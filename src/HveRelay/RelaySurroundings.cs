using System.Security.Cryptography;
using HveRelay.Mail;
using HveRelay.Operations.Log;
using HveRelay.Stores.Sqlite;

namespace HveRelay;

/// <summary>The clock, the dice and the log of one relay: tests hand in their own.</summary>
internal sealed record RelaySurroundings(TimeProvider Clock, Random Random, Serilog.ILogger Logger, MailLog Log)
{
    /// <summary>See <see cref="SqliteStoreOptions.Wal"/>.</summary>
    public IWalFile? Wal { get; init; }

    /// <summary>Those of the machine.</summary>
    public static RelaySurroundings OfMachine(RelayLog log) => new(
        TimeProvider.System, new Random(RandomNumberGenerator.GetInt32(int.MaxValue)), log.Logger, log.Mail(TimeProvider.System));
}
