using HveRelay.Smtp.Message;

namespace HveRelay.Rewriting;

/// <summary>From and the fields around it: who wrote the message, who sent it, who gets the answer.</summary>
internal static class AuthorFields
{
    private const int FarEnough = 8 * 1024; // octets of a list of authors: behind them nobody looks for a name any more

    /// <summary>Makes the account the author; the original author stays as display name, Reply-To and X-Original-From.</summary>
    public static void Become(string account, EditedHeader header, RewriteContext context)
    {
        var client = context.Client;
        var author = Author(header, client.Charset);
        var reversePath = context.Envelope.ReversePath;
        KeepSender(header, author, reversePath);
        header.Remove("Return-Path");
        KeepAside(header, "Resent-From");
        KeepAside(header, "Resent-Sender");
        if (client.ReplyTo.Length > 0)
        {
            KeepAside(header, "Reply-To");
            header.Append(HeaderField.Structured("Reply-To", client.ReplyTo));
            header.Note(RewriteNotes.Changed("Reply-To"));
        }

        if (client.DisplayName.Length == 0 && IsAlready(account, header))
        {
            return;
        }

        var shown = author ?? new NamedMailbox(string.Empty, reversePath);
        NoteFrom(header);
        header.Rename("From", "X-Original-From");
        var named = client.DisplayName.Length > 0 ? new NamedMailbox(client.DisplayName, account) : Named(shown, account);
        header.PutAbove("X-Original-From", HeaderField.Structured("From", named.Format()));
        if (shown.IsUsable && !Same(shown.Address, account) && !header.HasValue("Reply-To"))
        {
            header.Set(HeaderField.Structured("Reply-To", shown.Address));
        }
    }

    /// <summary>Leaves From as it is, but makes one where nobody is named.</summary>
    public static void Complete(EditedHeader header, RewriteContext context)
    {
        if (Author(header, context.Client.Charset) is not null)
        {
            return;
        }

        // A null reverse-path is a notice of somebody's mail system, and RFC 5322 section 3.6 wants an author for it too.
        var sender = new NamedMailbox(string.Empty, context.Envelope.ReversePath);
        var from = sender.IsUsable ? sender : Named(sender, $"MAILER-DAEMON@{TraceText.Domain(context.HostName)}");
        header.Set(HeaderField.Structured("From", from.Format()));
    }

    /// <summary>The first mailbox of all From fields that can be replied to, else the first that names anybody, else null.</summary>
    private static NamedMailbox? Author(EditedHeader header, string charset)
    {
        NamedMailbox? named = null;
        var raw = Charsets.Find(charset);
        var left = FarEnough;
        foreach (var field in header.All("From").TakeWhile(_ => left > 0))
        {
            var value = field.Value.Span;
            value = value[..Math.Min(value.Length, left)];
            left -= value.Length + 1;
            foreach (var mailbox in AddressList.Parse(value, raw).Mailboxes)
            {
                if (mailbox.IsUsable)
                {
                    return mailbox;
                }

                named ??= mailbox is { DisplayName: "", Address: "" } ? null : mailbox;
            }
        }

        return named;
    }

    /// <summary>The mailbox's name, or its address as a name, with another address.</summary>
    private static NamedMailbox Named(NamedMailbox mailbox, string address)
    {
        var name = mailbox.DisplayName.Length > 0 ? mailbox.DisplayName : mailbox.Address;
        return Same(name, address) ? new NamedMailbox(string.Empty, address) : mailbox with { DisplayName = name, Address = address };
    }

    /// <summary>One From with nothing but the account in it needs no change; our own notices are like that.</summary>
    private static bool IsAlready(string account, EditedHeader header) =>
        header.Count("From") == 1 && header.All("From") is [{ Value.Length: < FarEnough } from]
        && AddressList.Parse(from.Value.Span) is { IsWellFormed: true, Mailboxes: [{ Group: null } only] }
        && Same(only.Address, account);

    private static void KeepSender(EditedHeader header, NamedMailbox? author, string reversePath)
    {
        var senders = header.All("Sender") is [var field, ..] ? field.Value.Span : default;
        var sender = AddressList.Parse(senders[..Math.Min(senders.Length, FarEnough)]).Mailboxes is [var first, ..] ? first.Address : string.Empty;
        KeepAside(header, "Sender");
        if (reversePath.Length > 0 && !Same(reversePath, author?.Address) && !Same(reversePath, sender))
        {
            header.Append(HeaderField.Text("X-Original-Sender", reversePath));
        }
    }

    private static void KeepAside(EditedHeader header, string name)
    {
        if (header.Rename(name, "X-Original-" + name))
        {
            header.Note(RewriteNotes.Changed(name));
        }
    }

    private static void NoteFrom(EditedHeader header)
    {
        header.Note(RewriteNotes.Changed("From"));
        if (header.Count("From") > 1)
        {
            header.Note(RewriteNotes.SeveralFroms);
        }
    }

    private static bool Same(string address, string? other) => string.Equals(address, other, StringComparison.OrdinalIgnoreCase);
}
