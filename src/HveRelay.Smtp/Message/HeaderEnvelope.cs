namespace HveRelay.Smtp.Message;

/// <summary>
/// The envelope of a message that comes without one, as IIS and Exchange read it from files of their pickup directories.
/// <code>
/// sender        X-Sender, else Sender, else the first mailbox of From
/// recipients    every X-Receiver; where there is none, To, Cc and Bcc
/// </code>
/// X-Sender and X-Receiver are taken out of the header, since they would tell everybody of the others; whoever sends takes Bcc out.
/// </summary>
/// <param name="Sender">An address, empty for the null reverse-path; null where nobody is named.</param>
/// <param name="Recipients">As they are named; what is no address stays, for whoever looks at it to refuse: it was meant for somebody.</param>
/// <param name="Header">The header block with the empty line that ends it.</param>
public sealed record HeaderEnvelope(string? Sender, IReadOnlyList<string> Recipients, byte[] Header)
{
    private const string SenderField = "X-Sender";
    private const string ReceiverField = "X-Receiver";

    public static HeaderEnvelope Read(HeaderBlock block)
    {
        var header = new HeaderEditor(block);
        header.DropMboxLine();
        var receivers = (header.Has(ReceiverField) ? Mailboxes(header, ReceiverField) : Mailboxes(header, "To", "Cc", "Bcc")).ConvertAll(NameOf);
        var sender = header.Has(SenderField)
            ? Addresses(header, SenderField).FirstOrDefault() ?? NullOr(System.Text.Encoding.UTF8.GetString(header.All(SenderField)[0].Unfold()).Trim())
            : Addresses(header, "Sender").Concat(Addresses(header, "From")).FirstOrDefault();
        header.Remove(SenderField);
        header.Remove(ReceiverField);
        return new HeaderEnvelope(sender, receivers, header.ToMemory().ToArray());
    }

    public static IEnumerable<string> AddressesIn(string list) => AddressList.Parse(list).Mailboxes.Select(AddressOf).Where(address => address.Length > 0);

    /// <summary>What is no address stays as it is, so that whoever looks at it refuses it: nobody asked for the null reverse-path.</summary>
    private static string NullOr(string sender) => sender is "<>" ? string.Empty : sender;

    private static IEnumerable<string> Addresses(HeaderEditor header, string name) => Mailboxes(header, name).Select(AddressOf).Where(address => address.Length > 0);

    private static List<NamedMailbox> Mailboxes(HeaderEditor header, params ReadOnlySpan<string> names)
    {
        var mailboxes = new List<NamedMailbox>();
        foreach (var name in names)
        {
            foreach (var field in header.All(name))
            {
                mailboxes.AddRange(AddressList.Parse(field.Unfold()).Mailboxes);
            }
        }

        return mailboxes;
    }

    private static string NameOf(NamedMailbox mailbox) =>
        AddressOf(mailbox) is { Length: > 0 } address ? address : mailbox.DisplayName is { Length: > 0 } words ? words : "<>";

    /// <summary>A single word is a mailbox of the machine that wrote it: <c>root</c>.</summary>
    private static string AddressOf(NamedMailbox mailbox) =>
        mailbox.Address.Length > 0 || mailbox.DisplayName.Contains(' ', StringComparison.Ordinal) ? mailbox.Address : mailbox.DisplayName;
}
