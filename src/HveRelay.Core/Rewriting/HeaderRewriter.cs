using HveRelay.Configuration;
using HveRelay.Smtp.Message;

namespace HveRelay.Rewriting;

// What becomes of each field; every other field goes out octet for octet and in its place.
//
//   field                      Account                                            Keep
//   From                       the account, named as before; X-Original-From      kept; made from the envelope if missing
//                              or by the client's DisplayName
//   Reply-To                   kept; else the original From address; the          kept
//                              client's ReplyTo before both, X-Original-Reply-To
//   Sender                     X-Original-Sender                                  kept
//   Return-Path, Resent-Bcc    removed                                            kept; Resent-Bcc removed
//   Resent-From, -Sender       X-Original-Resent-From, -Sender                    kept
//   Bcc                        removed, an undisclosed To where nobody is left    the same
//   Date, Message-ID           made if missing, the same at every retry           the same
//   MIME-Version, Content-…    what the body needs and nobody said: MimeFields    the same
//   Received                   one more on top                                    the same
//
// Of the fields asked for here white space before the colon goes, and their values stay: HVE takes "From :" for none (550 5.7.512).

/// <summary>Makes the header block that goes to the next hop of the one that a client sent. A pure function.</summary>
public static class HeaderRewriter
{
    private static readonly string[] AskedFor =
    [
        "From", "Sender", "Reply-To", "To", "Cc", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    ];

    /// <param name="message">The message from its first octet, at least as far as its header goes.</param>
    /// <exception cref="ArgumentException">There is no account in <see cref="RewriteMode.Account"/>.</exception>
    public static RewriteResult Rewrite(ReadOnlyMemory<byte> message, RewriteContext context) =>
        Rewrite(HeaderBlock.Parse(message), context);

    /// <inheritdoc cref="Rewrite(ReadOnlyMemory{byte}, RewriteContext)"/>
    public static RewriteResult Rewrite(HeaderBlock block, RewriteContext context)
    {
        var header = new EditedHeader(block);
        header.CloseNames(AskedFor);
        if (context.Mode == RewriteMode.Account)
        {
            var account = context.Account ?? throw new ArgumentException("rewriting to an account needs one", nameof(context));
            AuthorFields.Become(account, header, context);
        }
        else
        {
            AuthorFields.Complete(header, context);
        }

        RemoveBlindCopies(header);
        AddWhatIsMissing(header, context);
        MimeFields.Mend(header, context);
        if (context.Client.LongLines == LongLines.Reencode)
        {
            header.FoldLongLines();
        }

        header.Prepend(ReceivedField.Make(context));
        BrokenSignatures.Note(header, context.Body is { IsReencoded: true });
        return new RewriteResult(header.ToMemory(), block.Length, header.Notes);
    }

    private static void RemoveBlindCopies(EditedHeader header)
    {
        header.Remove("Resent-Bcc");
        if (header.Remove("Bcc") && !header.Has("To") && !header.Has("Cc"))
        {
            header.Set(HeaderField.Structured("To", "undisclosed-recipients:;"));
        }
    }

    /// <summary>RFC 6409 section 8: a submission server may add what the client forgot.</summary>
    private static void AddWhatIsMissing(EditedHeader header, RewriteContext context)
    {
        if (!header.HasValue("Date"))
        {
            header.Set(HeaderField.Structured("Date", InternetDate.Format(context.Envelope.ReceivedAt)));
        }

        if (!header.HasValue("Message-ID"))
        {
            // Of the queue id, so that a retry has the same one and the recipient's system can tell a duplicate.
            header.Set(HeaderField.Structured("Message-ID", $"<{context.Envelope.Id}@{TraceText.Domain(context.HostName)}>"));
        }
    }
}
