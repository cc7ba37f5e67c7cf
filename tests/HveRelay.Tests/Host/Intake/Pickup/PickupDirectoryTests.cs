using System.Text;
using HveRelay.Configuration;
using HveRelay.Intake;
using HveRelay.Intake.Pickup;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Intake.Pickup;

public sealed partial class PickupDirectoryTests : IntakeStory, IAsyncDisposable
{
    private const string Scan = "From: scan@contoso.com\nTo: ann@contoso.com\nSubject: scan\n\nhello\n";

    private readonly TemporaryDirectory _directory = new();
    private readonly PickupOptions _options;
    private IntakeContext? _context;
    private PickupDirectory? _pickup;

    public PickupDirectoryTests() => _options = new PickupOptions { Directory = Path.Combine(_directory.Path, "pickup") };

    [Fact]
    public async Task A_file_is_sent_and_gone()
    {
        Put("scan.eml", Scan);

        await LookAsync(2);

        var (message, content) = Assert.Single(Store.Messages);
        Assert.Equal("From: scan@contoso.com\r\nTo: ann@contoso.com\r\nSubject: scan\r\n\r\nhello\r\n", Encoding.ASCII.GetString(content));
        Assert.Equal(("scan@contoso.com", "ann@contoso.com"), (message.Envelope.ReversePath, Assert.Single(Assert.Single(message.Parts).Recipients)));
        Assert.Equal(("pickup", "PICKUP"), (message.Envelope.Origin.Client, message.Envelope.Origin.Protocol));
        Assert.StartsWith($"queued id={message.Envelope.Id} client=pickup ", Assert.Single(Log), StringComparison.Ordinal);
        Assert.Empty(Files());
    }

    /// <summary>A smarthost that keeps the sender would have refused each attempt until the lifetime was over.</summary>
    [Theory]
    [InlineData("b\u00fc@contoso.com", "553 5.6.7 Addresses are ASCII here: SMTPUTF8 is not offered")]
    [InlineData("a b c", "501 5.1.7 The sender is no address")]
    [InlineData("<a@con toso.com\u0001>", "501 5.1.7 The sender is no address")]
    public async Task A_sender_that_no_command_could_name_waited_for_days(string sender, string reply)
    {
        Put("bad.eml", $"X-Sender: {sender}\nX-Receiver: ann@contoso.com\n\nhello\n");

        await LookAsync(2);

        Assert.Empty(Store.Messages);
        Assert.Contains($"reply=\"{reply}\"", Assert.Single(Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipient_that_no_command_could_name_is_refused_alone()
    {
        Put("mixed.eml", "X-Sender: a@contoso.com\nX-Receiver: b\u00fc@contoso.com\nX-Receiver: ann@contoso.com\n\nhello\n");

        await LookAsync(2);

        Assert.Equal(["ann@contoso.com"], Assert.Single(Assert.Single(Store.Messages).Message.Parts).Recipients);
    }

    [Fact]
    public async Task What_is_still_being_written_is_left()
    {
        Put("scan.eml", "From: scan@contoso.com\n");
        Put("empty.eml", string.Empty);
        Put("scan.part", Scan);
        Put(".hidden.eml", Scan);
        await LookAsync(1);
        Put("scan.eml", Scan);
        await LookAsync(1);
        Assert.Empty(Store.Messages);

        await LookAsync(1);

        Assert.Single(Store.Messages);
        Assert.Equal([".hidden.eml", "empty.eml", "scan.part"], Files());
    }

    [Fact]
    public async Task An_empty_file_that_nobody_writes_is_set_aside_after_a_minute()
    {
        Put("empty.eml", string.Empty);
        await LookAsync(2);
        Clock.Advance(PickupDirectory.EmptyFor - TimeSpan.FromSeconds(10));
        await LookAsync(1);
        Assert.Equal(["empty.eml"], Files());

        Clock.Advance(TimeSpan.FromSeconds(10));
        await LookAsync(1);

        Assert.Empty(Files());
        Assert.Equal("550 5.6.0 The file is empty, or none at all", Bad().Reasons[1]);
    }

    /// <summary>They were in the log and in Badmail, and <c>clients show</c> knew nothing of them.</summary>
    [Fact]
    public async Task A_refusal_is_among_those_of_the_client()
    {
        Put("scan.eml", "From: a@contoso.com\nTo: x@example.com\n\nx\n");

        await LookAsync(2);

        var (clients, refusals, _) = _context!.Clients.Take();
        Assert.Equal(("127.0.0.1", "pickup", 1), (Assert.Single(clients).Address, clients[0].Client, clients[0].Refusals));
        Assert.Equal(("x@example.com", "external recipient"), (Assert.Single(refusals).To, refusals[0].Reason));
    }

    [Fact]
    public async Task A_file_that_somebody_holds_open_is_left_until_he_lets_go()
    {
        Put("scan.eml", Scan);
        await using (new FileStream(Path.Combine(_options.Directory, "scan.eml"), FileMode.Open, FileAccess.Write, FileShare.Read))
        {
            await LookAsync(3);
            Assert.Empty(Store.Messages);
        }

        await LookAsync(1);
        Assert.Single(Store.Messages);
    }

    [Fact]
    public async Task What_a_relay_that_died_had_taken_is_sent_once()
    {
        Put("one.eml", Scan);
        await LookAsync(2);
        var id = Store.Messages[0].Message.Envelope.Id;

        // Killed after the queue had it, and before it was deleted; the other was killed before.
        Put($"one.eml.{id}", Scan);
        var other = new MessageId(id.Value + 1);
        Put($"two.eml.{other}", Scan);
        await LookAsync(1);

        Assert.Equal([id, other], Store.Messages.Select(stored => stored.Message.Envelope.Id));
        Assert.Empty(Files());
    }

    [Fact]
    public async Task While_the_queue_cannot_take_it_the_file_waits()
    {
        Store.FailsEnqueueing = new StoreException(StoreFault.Full, "full", null!);
        Put("scan.eml", Scan);
        await LookAsync(3);
        Assert.Matches("^scan\\.eml\\.[0-9A-Z]{13}$", Assert.Single(Files()));

        Store.FailsEnqueueing = null;
        await LookAsync(1);
        Assert.Empty(Store.Messages);
        Clock.Advance(PickupDirectory.Again);
        await LookAsync(1);

        Assert.Single(Store.Messages);
        Assert.Empty(Files());
    }

    [Theory]
    [InlineData("Subject: nobody\n\nx\n", "550 5.1.7 Neither X-Sender nor From names a sender")]
    [InlineData("From: a@contoso.com\n\nx\n", "550 5.1.3 Neither X-Receiver nor To, Cc and Bcc name a recipient")]
    [InlineData("From: a@contoso.com\nTo: x@example.com\n\nx\n", "x@example.com: 550 5.7.1 High Volume Email takes internal recipients only, and this domain is not among AcceptedDomains")]
    [InlineData("From: a@contoso.com\nTo: root\n\nx\n", "root: 501 5.1.3 The recipient has no domain")]
    public async Task What_is_bad_is_set_aside_with_the_reason(string content, string reason)
    {
        Put("scan.eml", content);

        await LookAsync(2);

        Assert.Empty(Store.Messages);
        Assert.Empty(Files());
        var (eml, txt) = Bad();
        Assert.Equal(content, eml);
        Assert.Equal(["2026-11-22T03:12:00Z", reason], txt);
        Assert.Contains(" reply=\"" + (reason.Contains("@example.com: ", StringComparison.Ordinal) ? reason[15..] : reason.Replace("root: ", "", StringComparison.Ordinal)), Assert.Single(Log), StringComparison.Ordinal);
        Assert.EndsWith(" listener=pickup", Log[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_refused_recipient_does_not_hurt_the_others_and_is_told()
    {
        Put("scan.eml", "From: a@contoso.com\nTo: ann@contoso.com, x@example.com\nBcc: ANN@contoso.com\n\nx\n");

        await LookAsync(2);

        var queued = Assert.Single(Store.Messages).Message;
        Assert.Equal(["ann@contoso.com"], queued.Parts.SelectMany(part => part.Recipients));
        Assert.Equal(
            ["2026-11-22T03:12:00Z", $"queued as {queued.Envelope.Id} for the others", "x@example.com: 550 5.7.1 High Volume Email takes internal recipients only, and this domain is not among AcceptedDomains"],
            Bad().Reasons);
        Assert.Empty(Files());
    }

    [Fact]
    public async Task The_entry_of_Clients_that_is_named_decides()
    {
        Options.Clients!.Add(new ClientOptions
        {
            Name = "robots", Users = ["nobody"], Senders = ["robot@contoso.com"], Account = "hve2@contoso.com", Priority = Priority.Bulk, MaxMessageBytes = 200, MessagesPerMinute = 1,
        });
        _options.Client = "Robots";
        Put("1.eml", "From: robot@contoso.com\nTo: ann@contoso.com\n\nx\n");
        Put("2.eml", Scan);
        Put("3.eml", $"From: robot@contoso.com\nTo: ann@contoso.com\n\n{new string('x', 200)}\n");
        await LookAsync(2);
        Put("4.eml", "From: robot@contoso.com\nTo: bob@contoso.com\n\nx\n");
        await LookAsync(2);

        var queued = Assert.Single(Store.Messages).Message;
        Assert.Equal(("robots", Priority.Bulk, "hve2@contoso.com"), (queued.Envelope.Origin.Client, queued.Envelope.Priority, queued.Parts[0].Lane.Name));
        Assert.Contains(Log, line => line.Contains("550 5.7.1 Client robots may not send as scan@contoso.com", StringComparison.Ordinal));
        Assert.Contains(Log, line => line.Contains("552 5.3.4 Message too large: at most 200 octets", StringComparison.Ordinal));
        Assert.StartsWith("4.eml.", Assert.Single(Files()), StringComparison.Ordinal);

        Clock.Advance(TimeSpan.FromMinutes(2));
        await LookAsync(1);
        Assert.Equal(2, Store.Messages.Count);
    }

    /// <summary>The size was compared with the way that takes the most alone: what HVE was to get was queued, and failed there.</summary>
    [Fact]
    public async Task Where_a_route_takes_more_the_recipients_of_HVE_are_refused_alone()
    {
        Options.Hve.MaxMessageBytes = 2000;
        Options.Smarthosts = [new SmarthostOptions { Name = "external", Host = "mail.fabrikam.com" }];
        Options.Routes = [new RouteOptions { Via = "external" }];
        Put("1.eml", $"From: scan@contoso.com\nTo: ann@contoso.com, guest@fabrikam.com\n\n{new string('x', 1800)}\n");

        await LookAsync(2);

        Assert.Equal(["guest@fabrikam.com"], Assert.Single(Store.Messages).Message.Parts.SelectMany(part => part.Recipients));
        Assert.Contains("ann@contoso.com: 552 5.3.4 Message too large: at most 1800 octets", Bad().Reasons);
    }

    /// <summary>It was kept with its angle brackets, and 'why' asks without.</summary>
    [Fact]
    public async Task A_message_is_found_by_the_name_that_it_gave_itself()
    {
        Put("scan.eml", $"Message-ID: <scan-1@contoso.com>\n{Scan}");

        await LookAsync(2);

        Assert.Equal("scan-1@contoso.com", Assert.Single(Store.Messages).Message.Arrival?.MessageId);
    }

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Put(string name, string content)
    {
        Directory.CreateDirectory(_options.Directory);
        File.WriteAllText(Path.Combine(_options.Directory, name), content);
    }

    private async Task LookAsync(int times)
    {
        _context ??= Context();
        _pickup ??= new PickupDirectory(() => _options, _context);
        for (var i = 0; i < times; i++)
        {
            await _pickup.LookAsync(CancellationToken.None);
        }
    }

    private List<string> Files() => [.. Directory.GetFiles(_options.Directory).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private (string Message, string[] Reasons) Bad()
    {
        var eml = Assert.Single(Directory.GetFiles(Path.Combine(_options.Directory, "Badmail"), "*.eml"));
        return (File.ReadAllText(eml), File.ReadAllLines(Path.ChangeExtension(eml, ".txt")));
    }
}
