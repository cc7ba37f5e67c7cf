using HveRelay.Delivery;
using HveRelay.Queue;

namespace HveRelay.Operations.Control;

/// <summary>The accounts at the control socket.</summary>
internal static class AccountApi
{
    public const string Path = "/api/accounts";

    public static void Map(WebApplication app, AccountBoard board, AccountOperator accounts, TimeProvider clock)
    {
        app.MapGet(Path, (RequestDelegate)(context => ControlApi.OnlyPeersAsync(context, _ => ControlApi.AnswerAsync(
            context,
            StatusCodes.Status200OK,
            board.All.OrderBy(each => each.Account, StringComparer.Ordinal)
                .Select(each => AccountAnswer.Of(each, board.ConnectionsOf(each.Account), board.AllowedOf(each.Account))).ToArray()))));
        app.MapPost(Path, (RequestDelegate)(context => ControlApi.OnlyPeersAsync(context, peer => ChangeAsync(context, peer, board, accounts, clock))));
    }

    /// <summary>One account after the other; once begun it is done, also where whoever asked has gone.</summary>
    /// <exception cref="StoreException">It broke midway.</exception>
    public static async Task<IReadOnlyList<AccountChange>> ChangeAsync(
        AccountOrder order, string by, AccountBoard board, AccountOperator accounts, TimeProvider clock)
    {
        var changes = new List<AccountChange>();
        foreach (var account in order.Accounts.Select(each => each.ToLowerInvariant()))
        {
            var changed = board.Has(account) && await (order.Pause
                ? accounts.PauseAsync(new AccountPause(account, clock.GetUtcNow(), by, order.Reason), CancellationToken.None)
                : accounts.ResumeAsync(account, CancellationToken.None));
            changes.Add(new AccountChange(account, board.Has(account), changed));
        }

        return changes;
    }

    private static async Task ChangeAsync(HttpContext context, ControlPeer peer, AccountBoard board, AccountOperator accounts, TimeProvider clock)
    {
        if (await ControlApi.ReadAsync<AccountOrder>(context) is not { Accounts: not null, User: not null } order)
        {
            await ControlApi.NotUnderstoodAsync(context);
            return;
        }

        try
        {
            var changes = await ChangeAsync(order, ControlPeer.Words(peer.User ?? order.User, order.Sudo), board, accounts, clock);
            await ControlApi.AnswerAsync(context, StatusCodes.Status200OK, changes);
        }
        catch (StoreException trouble)
        {
            await ControlApi.AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, new ControlTrouble(trouble.Message));
        }
    }
}
