using System.Net;
using HveRelay.Configuration;
using HveRelay.Intake;
using HveRelay.Mail;
using HveRelay.Smtp;
using HveRelay.Smtp.Server;

namespace HveRelay.Tests.Host.Intake;

/// <summary>
/// The decision table of <c>Clients</c>: an entry, a session and an envelope, and what the client is told. A refusal says its reason in
/// the reply and in the line of the log; what is accepted is in the queue as the entry says.
/// </summary>
public sealed class ClientTableTests : IntakeStory
{
    /// <summary>One row. The entry covers 192.0.2.0/24 unless it says otherwise.</summary>
    public sealed record Row(string Because, Action<ClientOptions> Entry)
    {
        public string Address { get; init; } = "192.0.2.7";

        public string? User { get; init; }

        public bool Tls { get; init; }

        public string From { get; init; } = "scan@contoso.com";

        public long? Size { get; init; }

        public string To { get; init; } = "ann@contoso.com";

        /// <summary>Messages of this client in the last minute.</summary>
        public int Before { get; init; }

        /// <summary>The code of the reply that refuses, and where; null: queued.</summary>
        public string? Refused { get; init; }

        /// <summary>As in the line of the log.</summary>
        public string? Reason { get; init; }

        public override string ToString() => Because;
    }

    private const string Unknown = "unknown client";

    private static readonly Row[] Table =
    [
        // Networks
        new("an address in a network", _ => { }),
        new("the first address of a network", _ => { }) { Address = "192.0.2.0" },
        new("the last address of a network", _ => { }) { Address = "192.0.2.255" },
        new("an address beside it", _ => { }) { Address = "192.0.3.0", Refused = "CONNECT 554 5.7.1", Reason = Unknown },
        new("an IPv6 address where only IPv4 is named", _ => { }) { Address = "2001:db8::1", Refused = "CONNECT 554 5.7.1", Reason = Unknown },
        new("the second of two networks", c => c.Networks.Add("2001:db8::/32")) { Address = "2001:db8:ffff::1" },
        new("one address without a prefix", c => c.Networks = ["192.0.2.7"]),
        new("the address beside it", c => c.Networks = ["192.0.2.7"]) { Address = "192.0.2.8", Refused = "CONNECT 554 5.7.1", Reason = Unknown },
        new("every address of IPv4", c => c.Networks = ["0.0.0.0/0"]) { Address = "203.0.113.9" },
        new("every address of IPv4 is none of IPv6", c => c.Networks = ["0.0.0.0/0"]) { Address = "::1", Refused = "CONNECT 554 5.7.1", Reason = Unknown },
        new("a link-local address, whatever its zone", c => c.Networks = ["fe80::/10"]) { Address = "fe80::1%1" },

        // Users
        new("a login that is asked for is missing", c => c.Users = ["erp"]) { Refused = "MAIL 530 5.7.0", Reason = "login needed" },
        new("a login that is asked for is there", c => c.Users = ["erp"]) { User = "erp" },
        new("a login in other letters", c => c.Users = ["ERP"]) { User = "erp" },
        new("the login of another", c => c.Users = ["erp"]) { User = "mes", Refused = "MAIL 550 5.7.1", Reason = Unknown },
        new("a login that nobody asked for", _ => { }) { User = "mes" },
        new("a login from anywhere", c => (c.Networks, c.Users) = ([], ["erp"])) { Address = "203.0.113.9", User = "erp" },
        new("no login from anywhere", c => (c.Networks, c.Users) = ([], ["erp"])) { Address = "203.0.113.9", Refused = "MAIL 530 5.7.0", Reason = "login needed" },
        new("network and login, and only the login fits", c => c.Users = ["erp"]) { Address = "192.0.3.1", User = "erp", Refused = "CONNECT 554 5.7.1", Reason = Unknown },

        // RequireTls
        new("TLS that is asked for is missing", c => c.RequireTls = true) { Refused = "MAIL 530 5.7.0", Reason = "tls required" },
        new("TLS that is asked for is there", c => c.RequireTls = true) { Tls = true },
        new("TLS that nobody asked for", _ => { }) { Tls = true },

        // Senders
        new("a sender of the list", c => c.Senders = ["scan@contoso.com"]),
        new("a sender in other letters", c => c.Senders = ["scan@contoso.com"]) { From = "Scan@CONTOSO.com" },
        new("a sender by a star", c => c.Senders = ["scan-*@contoso.com"]) { From = "scan-7@contoso.com" },
        new("a sender by a star for the domain", c => c.Senders = ["*@*.contoso.com"]) { From = "x@lab.contoso.com" },
        new("the domain itself is not under it", c => c.Senders = ["*@*.contoso.com"]) { Refused = "MAIL 550 5.7.1", Reason = "sender" },
        new("a sub-address of a sender", c => c.Senders = ["scan@contoso.com"]) { From = "scan+floor2@contoso.com" },
        new("a sub-address of another", c => c.Senders = ["scan@contoso.com"]) { From = "scam+scan@contoso.com", Refused = "MAIL 550 5.7.1", Reason = "sender" },
        new("one sub-address is not all", c => c.Senders = ["scan+a@contoso.com"]) { From = "scan+b@contoso.com", Refused = "MAIL 550 5.7.1", Reason = "sender" },
        new("one sub-address is not the mailbox", c => c.Senders = ["scan+a@contoso.com"]) { Refused = "MAIL 550 5.7.1", Reason = "sender" },
        new("another sender", c => c.Senders = ["scan@contoso.com"]) { From = "boss@contoso.com", Refused = "MAIL 550 5.7.1", Reason = "sender" },
        new("a sender whose domain only begins so", c => c.Senders = ["*@contoso.com"]) { From = "a@contoso.com.example", Refused = "MAIL 550 5.7.1", Reason = "sender" },
        new("the null reverse-path", c => c.Senders = ["scan@contoso.com"]) { From = "" },
        new("a sender without a domain gets ours", c => c.Senders = ["*@contoso.com"]) { From = "root" },

        // Recipients
        new("a recipient of the list", c => c.Recipients = ["ann@contoso.com"]),
        new("a recipient in other letters", c => c.Recipients = ["ann@contoso.com"]) { To = "Ann@Contoso.COM" },
        new("a sub-address of a recipient", c => c.Recipients = ["ann@contoso.com"]) { To = "ann+scans@contoso.com" },
        new("a quoted + is no sub-address", c => c.Recipients = ["ann@contoso.com"]) { To = "\"ann+x\"@contoso.com", Refused = "RCPT 550 5.7.1", Reason = "recipient" },
        new("another recipient", c => c.Recipients = ["ann@contoso.com"]) { To = "bob@contoso.com", Refused = "RCPT 550 5.7.1", Reason = "recipient" },
        new("allowed here and outside the domains", c => c.Recipients = ["*"]) { To = "x@example.com", Refused = "RCPT 550 5.7.1", Reason = "external recipient" },
        new("a domain in other letters", _ => { }) { To = "ann@CONTOSO.Com" },
        new("a subdomain is another domain", _ => { }) { To = "ann@lab.contoso.com", Refused = "RCPT 550 5.7.1", Reason = "external recipient" },
        new("a domain that only ends so", _ => { }) { To = "ann@notcontoso.com", Refused = "RCPT 550 5.7.1", Reason = "external recipient" },
        new("an @ in the local part", _ => { }) { To = "\"ann@contoso.com\"@example.com", Refused = "RCPT 550 5.7.1", Reason = "external recipient" },
        new("a recipient without a domain", _ => { }) { To = "ann", Refused = "RCPT 501 5.1.3", Reason = "recipient syntax" },

        // Limits
        new("as many octets as it may have", c => c.MaxMessageBytes = 100) { Size = 100 },
        new("one more", c => c.MaxMessageBytes = 100) { Size = 101, Refused = "MAIL 552 5.3.4", Reason = "size" },
        new("more than HVE takes, whatever the entry says", c => c.MaxMessageBytes = 20_000_000) { Size = 10_481_665, Refused = "MAIL 552 5.3.4", Reason = "size" },
        new("the last message of a minute", c => c.MessagesPerMinute = 3) { Before = 2 },
        new("one more in a minute", c => c.MessagesPerMinute = 3) { Before = 3, Refused = "MAIL 450 4.7.1", Reason = "rate" },
        new("no recipient too many", c => c.MaxRecipients = 1),

        // What the queue is told
        new("an account", c => c.Account = "HVE2@contoso.com"),
        new("urgent", c => c.Priority = Priority.Urgent),
        new("bulk", c => c.Priority = Priority.Bulk),
    ];

    public static TheoryData<string> Rows { get; } = [.. Table.Select(row => row.Because)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task What_the_entry_says_is_what_happens(string because)
    {
        var row = Table.Single(row => row.Because == because);
        var entry = new ClientOptions { Name = "it", Networks = ["192.0.2.0/24"] };
        row.Entry(entry);
        Options.Clients = [entry];
        var context = Context();
        for (var i = 0; i < row.Before; i++)
        {
            Assert.Null((await SendAsync(context, row)).Refusal);
        }

        var (step, refusal) = await SendAsync(context, row);

        if (row.Refused is null)
        {
            Assert.Null(refusal);
            var queued = Store.Messages[^1].Message;
            Assert.Equal((entry.Name, entry.Priority), (queued.Envelope.Origin.Client, queued.Envelope.Priority));
            Assert.Equal(entry.Account.ToLowerInvariant(), Assert.Single(queued.Parts).Lane.Name);
            return;
        }

        Assert.StartsWith(row.Refused, $"{step} {refusal}", StringComparison.Ordinal);
        var line = Log[^1];
        Assert.StartsWith("refused ", line, StringComparison.Ordinal);
        Assert.Contains($" reason={(row.Reason!.Contains(' ', StringComparison.Ordinal) ? $"\"{row.Reason}\"" : row.Reason)} ", line, StringComparison.Ordinal);
        Assert.Contains($" reply=\"{refusal!.ToString().Replace("\"", "\\\"", StringComparison.Ordinal)}", line, StringComparison.Ordinal);
        Assert.Equal(row.Reason, Assert.Single(context.Clients.Take().Refusals).Reason);
    }

    /// <summary>Each of the reasons for which an entry can refuse has a row.</summary>
    [Fact]
    public void Every_reason_has_a_row() => Assert.Equal(
        ["external recipient", "login needed", "rate", "recipient", "recipient syntax", "sender", "size", "tls required", "unknown client"],
        Table.Select(row => row.Reason).OfType<string>().Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public async Task Recipients_that_are_refused_leave_the_others_alone()
    {
        Options.Clients = [new ClientOptions { Name = "it", Networks = ["192.0.2.0/24"], Recipients = ["a*@*"], MaxRecipients = 3 }];
        var context = Context();
        var service = new IntakeSession(context, refusal: null);
        var session = new SessionInfo(IPAddress.Parse("192.0.2.7"), 1, "devices");
        await service.ConnectAsync(session, default);
        await service.MailAsync(session, new MailCommand("scan@contoso.com", null, false), default);
        var codes = new List<int>();
        foreach (var to in new[] { "bob@contoso.com", "ann@contoso.com", "al@example.com", "ANN@contoso.com", "a", "abe@contoso.com", "art@contoso.com", "amy@contoso.com" })
        {
            codes.Add((await service.RcptAsync(session, to, default)).Code);
        }

        Assert.Equal([550, 250, 550, 250, 501, 250, 250, 452], codes);
        await using (var sink = (await service.DataAsync(session, default)).Sink!)
        {
            Assert.Equal(250, (await sink.CompleteAsync(default)).Code);
        }

        Assert.Equal(["ann@contoso.com", "abe@contoso.com", "art@contoso.com"], Store.Messages[0].Message.Parts.SelectMany(part => part.Recipients));
        Assert.Equal(4, Log.Count(line => line.StartsWith("refused ", StringComparison.Ordinal)));
    }

    private static async Task<(string Step, Reply? Refusal)> SendAsync(IntakeContext context, Row row)
    {
        var service = new IntakeSession(context, refusal: null);
        var session = new SessionInfo(IPAddress.Parse(row.Address), 25_000, "devices")
        {
            User = row.User,
            Tls = row.Tls ? new TlsInfo("TLSv1.3", "TLS_AES_256_GCM_SHA384") : null,
        };
        foreach (var (step, reply) in new (string, Func<ValueTask<Reply>>)[]
        {
            ("CONNECT", () => service.ConnectAsync(session, default)),
            ("MAIL", () => service.MailAsync(session, new MailCommand(row.From, row.Size, false), default)),
            ("RCPT", () => service.RcptAsync(session, row.To, default)),
        })
        {
            if (await reply() is { Code: >= 400 } refusal)
            {
                return (step, refusal);
            }
        }

        await using var sink = (await service.DataAsync(session, default)).Sink!;
        return ("DATA", await sink.CompleteAsync(default) is { Code: >= 400 } failed ? failed : null);
    }
}
