namespace HveRelay.Operations.Verbs.Why;

/// <summary>Who does what about a refusal, by its reason in the log; docs/operating.md has the same reasons.</summary>
internal static class RefusalRemedies
{
    public static IReadOnlyDictionary<string, string> Table { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["unknown client"] = "Administrator: no entry of Clients covers this address; add it to the Networks of one, if it is to send",
        ["connections"] = "Administrator: MaxConnections or MaxConnectionsPerClient of the listener is reached; the device tries again",
        ["login: unknown user"] = "Device: no such login; Administrator: Users",
        ["login: wrong password"] = "Device: the password; Administrator: 'hverelay user hash' makes a new one for Users",
        ["login limit"] = "Device: the password; after ten wrong ones an address has to wait, the reply says until when",
        ["login needed"] = "Device: log in; or Administrator: an entry of Clients without Users for its address",
        ["tls required"] = "Device: STARTTLS; or Administrator: RequireTls of the client or the listener",
        ["sender"] = "Device: its sender address; or Administrator: Senders of the client",
        ["recipient"] = "Sender: the address; or Administrator: Recipients of the client",
        ["external recipient"] = "Administrator: AcceptedDomains, if the domain is one of the tenant's; High Volume Email takes internal recipients only",
        ["too many recipients"] = "Sender: fewer recipients in a message; or Administrator: MaxRecipients of the client",
        ["rate"] = "nobody, if the device tries again; else Administrator: MessagesPerMinute of the client",
        ["size"] = "Sender: a smaller message, a lower resolution; the limits are MaxMessageBytes of the client and of Hve",
        ["header size"] = "Sender: the header of the message is over 256 KiB",
        ["long line"] = "Device: lines of 998 octets at most; or Administrator: LongLines of the client",
        ["loop"] = "Administrator: the message goes in circles, over 50 Received fields",
        ["bare newline"] = "Administrator: BareNewline of the client, if the device knows no better",
        ["proxy"] = "Administrator: the address is in TrustedProxies and sent no PROXY header, or sent one and is not in it",
        ["store"] = "Administrator: the disk or the database of the relay; 'hverelay health' says more, and the device tries again",
        ["syntax"] = "Device: the command is not SMTP as the relay knows it",
        ["sender syntax"] = "Device: its sender address, which is none such as scan@contoso.com; FROM shows what it sent",
        ["recipient syntax"] = "Device or sender: the recipient, which is no address such as you@contoso.com; TO shows what came",
        ["wrong order"] = "Device: the command came before the one that has to come first",
        ["unknown command"] = "Device: the relay does not know the command",
        ["not implemented"] = "Device: the relay does not do that",
        ["non-ascii address"] = "Device or sender: an address with letters beyond ASCII, which is not offered here; FROM or TO shows it, with ? for each octet",
        ["line too long"] = "Device: a command line without end",
        ["auth"] = "Device: its login broke off, or its mechanism is not offered",
        ["starttls"] = "Device: STARTTLS is not offered there, or TLS is there already",
        ["errors"] = "Device: too many errors in one session; see those before it",
        ["commands"] = "Device: too many commands without a message",
        ["spoke before the greeting"] = "Device: it does not wait for the greeting, or is no mail client",
        ["http"] = "Device: it speaks HTTP to a mail port",
        ["tls handshake"] = "Device: too old for MinimumTls of the listener, or it does not trust the relay's certificate; the reply says what it offered",
        ["not tls"] = "Device: it wants a listener with Tls StartTls or None",
        ["tls before starttls"] = "Device: it wants a listener with Tls Implicit",
        ["time-out in the message"] = "Administrator: where the reply names it, BareNewline: LfOnly; else the device or the network stalled",
        ["cut off in the message"] = "Administrator: where the reply names it, BareNewline: LfOnly; else the device's own time-out",
        ["stopped in the message"] = "nobody: the relay was stopping, and the device sends it again",
    };

    /// <summary>Null where there is nothing to say.</summary>
    public static string? Of(string reason) => Table.GetValueOrDefault(reason);
}
