using HveRelay.Delivery;
using HveRelay.Smtp;
using HveRelay.Smtp.Client;

namespace HveRelay.Upstream;

/// <summary>A connection of our own engine behind Delivery's port: another library could stand here.</summary>
internal sealed class UpstreamConnection(SmtpConnection connection) : IUpstreamConnection
{
    public bool IsUsable => connection.IsUsable;

    public Task<IReadOnlyList<RecipientResult>> SendAsync(MailTransaction message, CancellationToken cancel) =>
        connection.SendAsync(message, cancel);

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
