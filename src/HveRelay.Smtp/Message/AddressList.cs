using System.Text;

namespace HveRelay.Smtp.Message;

/// <summary>
/// The addresses of a From, To or like field (RFC 5322 section 3.4), read as devices write them: what is broken gives what
/// can be made of it. Never throws, and takes linear time.
/// </summary>
public sealed class AddressList
{
    internal AddressList(IReadOnlyList<NamedMailbox> mailboxes, IReadOnlyList<string> groups, bool isWellFormed)
    {
        Mailboxes = mailboxes;
        Groups = groups;
        IsWellFormed = isWellFormed;
    }

    /// <summary>All mailboxes in order, those of groups among them.</summary>
    public IReadOnlyList<NamedMailbox> Mailboxes { get; }

    /// <summary>The names of the groups, of empty ones too.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>Nothing had to be guessed; obsolete routes count as guesses.</summary>
    public bool IsWellFormed { get; }

    /// <param name="raw">What raw octets above 127 are (RFC 6532 has UTF-8); null: a guess.</param>
    public static AddressList Parse(ReadOnlySpan<byte> value, Encoding? raw = null) => new AddressParser(Charsets.ToUtf8(value, raw)).Read();

    public static AddressList Parse(string value) => Parse(Encoding.UTF8.GetBytes(value));
}
