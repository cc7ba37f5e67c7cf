using System.Net;
using HveRelay.Configuration;
using HveRelay.Files;
using HveRelay.Mail;
using HveRelay.Policy;
using HveRelay.Queue;
using HveRelay.Smtp;
using HveRelay.Smtp.Server;

namespace HveRelay.Intake.Pickup;

internal enum PickupOutcome
{
    /// <summary>In the queue, for all its recipients or for some.</summary>
    Queued,

    /// <summary>In Badmail.</summary>
    Bad,

    /// <summary>Nothing came of it; it is tried again.</summary>
    Later,
}

/// <summary>One file on its way into the queue, by the entry of <c>Clients</c> that <c>Pickup.Client</c> names or by a rule of its own.</summary>
internal sealed class PickupSubmission(IntakeContext context, string clientName)
{
    /// <summary>The listener in the log: none of <c>Listeners</c> stands behind it.</summary>
    private const string Place = "pickup";

    private static readonly Reply Link = Reply.Of(550, "5.6.0", "The file is a link to another, which may be one that only the relay may read");
    private static readonly IPAddress Here = IPAddress.Loopback;
    private static readonly ClientRule OwnRule = new(new ClientOptions { Name = Place, MaxRecipients = 100_000 });

    private readonly ClientRule _client =
        context.Policy.Clients.FirstOrDefault(client => clientName.Length > 0 && client.Name.Equals(clientName, StringComparison.OrdinalIgnoreCase)) ?? OwnRule;

    private readonly List<ArrivalRefusal> _refused = [];
    private string? _from;

    public async Task<PickupOutcome> SendAsync(TakenFile taken)
    {
        var found = new FileInfo(taken.Path);
        if (found.LinkTarget is not null)
        {
            return SetAside(taken, "link", Link);
        }

        if (found.Length == 0)
        {
            // Emptied since it was taken, or a pipe, which must not be opened: that waits for a writer, and the relay with it.
            return SetAside(taken, "empty", Reply.Of(550, "5.6.0", "The file is empty, or none at all"));
        }

        try
        {
            await using var file = new FileStream(
                taken.Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);

            // Who may write into the directory could have put a link there since the look above: asked of what is open.
            return NameOf(file) is { } name && name != Path.GetFileName(taken.Path) ? SetAside(taken, "link", Link) : await SendAsync(taken, file);
        }
        catch (UnauthorizedAccessException)
        {
            return SetAside(taken, "rights", Reply.Of(550, "5.7.0", $"The file may not be read by {CurrentUser.Name}"));
        }
    }

    /// <summary>What the system calls the open file, without its directory; null where it does not say.</summary>
    private static string? NameOf(FileStream file) => OperatingSystem.IsLinux()
        ? Path.GetFileName(new FileInfo($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}").LinkTarget)
        : null;

    private async Task<PickupOutcome> SendAsync(TakenFile taken, FileStream file)
    {
        if (file.Length > context.Policy.MaxMessageBytes(_client) * 2)
        {
            // Line ends may double it at most; whoever reads on would read a disk.
            return SetAside(taken, "size", IntakeReplies.TooLarge(context.Policy.MaxMessageBytes(_client)));
        }

        if (await MailFile.OpenAsync(file, CancellationToken.None) is not { } mail)
        {
            return SetAside(taken, "header size", IntakeReplies.HeaderTooLarge);
        }

        if (Refusal(mail) is { } refusal)
        {
            return SetAside(taken, refusal.Reason, refusal.Reply);
        }

        var recipients = Accepted(mail);
        if (recipients.Count == 0)
        {
            taken.SetAside(Reasons(), context.Clock.GetUtcNow());
            return PickupOutcome.Bad;
        }

        if (!context.Store.HasRoom
            || (_client.MessagesPerMinute > 0 && !context.Messages.TryAdd((_client.Name, Here), _client.MessagesPerMinute)))
        {
            return PickupOutcome.Later;
        }

        if (_refused.Count > 0)
        {
            taken.SetAsideCopy([$"queued as {taken.Id} for the others", .. Reasons()], context.Clock.GetUtcNow());
        }

        return await QueueAsync(taken, mail, recipients);
    }

    private async Task<PickupOutcome> QueueAsync(TakenFile taken, MailFile mail, IReadOnlyList<(string Address, Lane Lane)> recipients)
    {
        var draft = new Draft(
            _from!, recipients, _client.Priority, mail.EightBit, new Origin(_client.Name, Here.ToString(), Place, null, null, Origin.PickupProtocol), ArrivalOf) { Id = taken.Id };
        Reply reply;
        var reason = string.Empty;
        await using (var sink = new MessageSink(context, draft, (why, refusal) => Keep(out reason, why, refusal), () => { }))
        {
            await foreach (var piece in mail.ReadAsync(CancellationToken.None))
            {
                await sink.WriteAsync(piece, CancellationToken.None);
            }

            reply = await sink.CompleteAsync(CancellationToken.None);
        }

        switch (reply.Code)
        {
            case < 400:
                taken.Delete();
                return PickupOutcome.Queued;
            case < 500:
                // The queue's own alarm has said what is wrong with it.
                return PickupOutcome.Later;
            default:
                return SetAside(taken, reason, reply);
        }
    }

    private Arrival ArrivalOf(string? messageId) => new(
        Arrival.NameOf(messageId), Place, context.Clock.GetUtcNow(), null, [],
        [.. _refused.Take(Arrival.MostRefused)],
        Math.Max(0, _refused.Count - Arrival.MostRefused));

    /// <summary>For who looks into Badmail.</summary>
    private List<string> Reasons() => [.. _refused.Select(refused => refused.To is null ? refused.Reply : $"{refused.To}: {refused.Reply}")];

    private static Reply Keep(out string kept, string reason, Reply reply)
    {
        kept = reason;
        return reply;
    }

    private (string Reason, Reply Reply)? Refusal(MailFile mail)
    {
        if (mail.Envelope.Sender is not { } sender)
        {
            return ("sender", Reply.Of(550, "5.1.7", "Neither X-Sender nor From names a sender"));
        }

        _from = context.Policy.Short.Sender(sender);
        if (PathParser.Refusal(_from, isSender: true) is { } syntax)
        {
            return (ReasonOf(syntax, "sender syntax"), syntax);
        }

        if (RelayPolicy.RefuseSender(_client, _from) is { } refused)
        {
            return (refused.Reason, refused.Reply);
        }

        var most = context.Policy.MaxMessageBytes(_client);
        return mail.Size > most ? ("size", IntakeReplies.TooLarge(most))
            : mail.Envelope.Recipients.Count == 0 ? ("recipient", Reply.Of(550, "5.1.3", "Neither X-Receiver nor To, Cc and Bcc name a recipient"))
            : null;
    }

    /// <summary>Each by itself: one that is refused is told and never harms the others.</summary>
    private List<(string Address, Lane Lane)> Accepted(MailFile mail)
    {
        var accepted = new List<(string, Lane)>();
        var known = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in mail.Envelope.Recipients)
        {
            var address = context.Policy.Short.Recipient(name);
            if (!known.Add(address))
            {
                continue;
            }

            var decision = PathParser.Refusal(address, isSender: false) is { } syntax
                ? RecipientDecision.Refuse(syntax, ReasonOf(syntax, "recipient syntax"))
                : context.Policy.Decide(_client, address, accepted.Count, mail.Size);
            if (decision.Refusal is { } reply)
            {
                Tell(decision.Reason, reply, address);
            }
            else
            {
                accepted.Add((address, decision.Lane));
            }
        }

        return accepted;
    }

    /// <summary>As of the command that it would have been.</summary>
    private static string ReasonOf(Reply refusal, string ifSyntax) => refusal.Code == 553 ? "non-ascii address" : ifSyntax;

    private PickupOutcome SetAside(TakenFile taken, string reason, Reply reply)
    {
        Tell(reason, reply, null);
        taken.SetAside(Reasons(), context.Clock.GetUtcNow());
        return PickupOutcome.Bad;
    }

    private void Tell(string reason, Reply reply, string? to)
    {
        _refused.Add(new ArrivalRefusal(to, reason, reply.ToString()));
        context.Meter.Refused(_client.Name, reason);
        var (from, now) = (string.IsNullOrEmpty(_from) ? null : _from, context.Clock.GetUtcNow());
        context.Log.Refused(_client.Name, Here.ToString(), null, from, to, reason, reply.ToString(), Place);
        context.Clients.Add(
            new ClientSighting(
                Here.ToString(), _client.Name, Place, null, null, now, now, 0, 0, 1, new LatestRefusal(now, reason, reply.ToString()), new Dictionary<string, long>()),
            new Refusal(now, Here.ToString(), _client.Name, null, from, to, reason, reply.ToString()));
    }
}
