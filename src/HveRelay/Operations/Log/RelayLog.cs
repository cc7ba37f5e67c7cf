using HveRelay.Mail;
using Serilog.Core;

namespace HveRelay.Operations.Log;

/// <summary>The log of one program.</summary>
/// <param name="files">Ours; null where the <c>Serilog</c> section says where lines go: whether they wait is for that to say.</param>
internal sealed class RelayLog(Logger logger, BatchingSink? files) : IAsyncDisposable
{
    public Serilog.ILogger Logger => logger;

    public MailLog Mail(TimeProvider clock) => new(clock, MailLine.To(logger), files is null ? null : files.WriteOut);

    public ValueTask DisposeAsync() => logger.DisposeAsync();
}
