using HveRelay.Delivery;
using HveRelay.Smtp.Client;

namespace HveRelay.Upstream;

/// <summary>A connection of the engine behind Delivery's port.</summary>
internal sealed class UpstreamConnection(SmtpConnection connection) : IUpstreamConnection
{
    public bool IsUsable => connection.IsUsable;

    public async Task<TransactionResult> SendAsync(OutboundMessage message, CancellationToken cancel)
    {
        var outcomes = await connection.SendAsync(Translation.ToTransaction(message), cancel);
        return new TransactionResult([.. outcomes.Select(Translation.ToResult)]);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
