using System.Text.Json;
using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Operations.Control;

/// <summary>What the control socket answers. By any other way there is nothing at these addresses: they change the queue.</summary>
internal static class ControlApi
{
    public const string ChangePath = "/api/queue/change";

    public static void Map(WebApplication app, QueueOperator queue, TimeProvider clock) =>
        app.MapPost(ChangePath, (RequestDelegate)(context => ChangeAsync(context, queue, clock)));

    private static async Task ChangeAsync(HttpContext context, QueueOperator queue, TimeProvider clock)
    {
        if (context.Features.Get<ControlPeer>() is not { } peer)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (await ReadAsync(context) is not { } order)
        {
            await AnswerAsync(context, StatusCodes.Status400BadRequest, new ControlTrouble("the order is not understood: relay and verb are of different versions"));
            return;
        }

        try
        {
            // Once begun it is done, also where whoever asked has gone.
            var results = await queue.ChangeAsync(
                new QueueChange(
                    order.Kind, [.. order.Ids.Select(MessageId.Parse)], clock.GetUtcNow(), ControlPeer.Words(peer.User ?? order.User, order.Sudo),
                    order.Reason, order.Recipient, order.State),
                CancellationToken.None);
            await AnswerAsync(context, StatusCodes.Status200OK, results.Select(ChangeAnswer.Of).ToArray());
        }
        catch (StoreException trouble)
        {
            await AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, new ControlTrouble(trouble.Message));
        }
    }

    private static async Task<ChangeOrder?> ReadAsync(HttpContext context)
    {
        try
        {
            var order = await JsonSerializer.DeserializeAsync<ChangeOrder>(context.Request.Body, ControlJson.Options, context.RequestAborted);
            return order is { Ids: not null, User: not null } && order.Ids.All(id => MessageId.TryParse(id, out _))
                && (order.Kind != ChangeKind.Bounce || order.Reason is not null) ? order : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task AnswerAsync<T>(HttpContext context, int status, T answer)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        await JsonSerializer.SerializeAsync(context.Response.Body, answer, ControlJson.Options);
    }
}
