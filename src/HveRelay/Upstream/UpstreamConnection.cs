using HveRelay.Delivery;
using HveRelay.Smtp;
using HveRelay.Smtp.Client;

namespace HveRelay.Upstream;

/// <summary>A connection of our own engine behind Delivery's port: another library could stand here.</summary>
/// <param name="lease">Null where it did not log in with a token.</param>
internal sealed class UpstreamConnection(SmtpConnection connection, TokenLease? lease) : IUpstreamConnection
{
    public bool IsUsable => connection.IsUsable && lease is not { IsOver: true };

    public async Task<IReadOnlyList<RecipientResult>> SendAsync(MailTransaction message, CancellationToken cancel)
    {
        var results = await connection.SendAsync(message, cancel);
        foreach (var failed in results.OfType<RecipientResult.NotSent>())
        {
            lease?.Heed(failed.Failure);
        }

        return results;
    }

    /// <inheritdoc cref="SmtpConnection.RehearseAsync"/>
    public Task<SmtpFailure?> RehearseAsync(string reversePath, string? recipient, CancellationToken cancel) =>
        connection.RehearseAsync(reversePath, recipient, cancel);

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
