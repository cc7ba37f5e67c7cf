using System.Text;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Intake;

[Collection(nameof(AloneCollection))]
public sealed class MessageSinkTests : IntakeStory
{
    private const string Message = "From: scan@contoso.com\r\nMessage-ID: <42@printer>\r\n\r\nHello\r\n";

    [Fact]
    public async Task A_message_is_enqueued_as_it_came_with_its_envelope()
    {
        await using var live = await BeginAsync();
        await live.SendAsync("EHLO printer\r\n");
        await live.ReadLinesAsync(6);

        var reply = await SendAsync(live, Message, "b@contoso.com");

        var (message, content) = Assert.Single(Store.Messages);
        Assert.Equal($"250 2.0.0 OK queued as {message.Envelope.Id}", reply);
        Assert.Equal(Message, Encoding.Latin1.GetString(content));
        var now = Clock.GetUtcNow();
        Assert.Equal(
            new Envelope(
                message.Envelope.Id, "scan@contoso.com", now, now.AddDays(2), Message.Length, Priority.Normal, false,
                new Origin("scanners", "192.0.2.7", "printer", null, null, "ESMTP")),
            message.Envelope);
        Assert.Equal(["b@contoso.com"], Assert.Single(message.Parts).Recipients);
        Assert.Equal(
            [
                "connected client=scanners ip=192.0.2.7 listener=test",
                $"queued id={message.Envelope.Id} client=scanners ip=192.0.2.7 from=scan@contoso.com recipients=1 size={Message.Length} message-id=<42@printer>",
            ],
            Log);
        Assert.Equal(0, Store.OpenContents);
    }

    [Fact]
    public async Task More_recipients_than_fit_are_split_and_the_log_says_so()
    {
        await using var live = await BeginAsync();

        await SendAsync(live, Message, "a@contoso.com", "b@contoso.com", "B@contoso.com", "c@contoso.com");

        var (message, _) = Assert.Single(Store.Messages);
        Assert.Equal([["a@contoso.com", "b@contoso.com"], ["c@contoso.com"]], message.Parts.Select(part => part.Recipients));
        Assert.Equal($"split id={message.Envelope.Id} client=scanners recipients=3 parts=2", Log[^1]);
    }

    [Fact]
    public async Task A_header_in_many_pieces_still_gives_its_Message_ID()
    {
        await using var live = await BeginAsync();
        var filler = string.Concat(Enumerable.Repeat("X-Filler: " + new string('x', 60) + "\r\n", 2000));

        await SendAsync(live, filler + Message, "b@contoso.com");

        Assert.EndsWith("message-id=<42@printer>", Log[^1], StringComparison.Ordinal);
        Assert.Equal(filler + Message, Encoding.Latin1.GetString(Store.Messages[0].Content));
    }

    [Theory]
    [InlineData(50, "250")]
    [InlineData(51, "554 5.4.6")]
    public async Task A_message_that_goes_in_a_circle_is_stopped(int hops, string reply)
    {
        await using var live = await BeginAsync();

        var heard = await SendAsync(live, string.Concat(Enumerable.Repeat("Received: by x; Sun\r\n", hops)) + Message, "b@contoso.com");

        Assert.StartsWith(reply, heard, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(255, "250")]
    [InlineData(257, "552 5.3.4")]
    [InlineData(9000, "552 5.3.4")]
    public async Task A_header_over_256_KiB_is_refused(int kibibytes, string reply)
    {
        await using var live = await BeginAsync();
        var line = "X-Filler: " + new string('x', 1012) + "\r\n";

        var heard = await SendAsync(live, string.Concat(Enumerable.Repeat(line, kibibytes)) + "\r\n", "b@contoso.com");

        Assert.StartsWith(reply, heard, StringComparison.Ordinal);
        Assert.Equal(reply == "250" ? 1 : 0, Store.Messages.Count);
        Assert.Equal(0, Store.OpenContents);
    }

    [Theory]
    [InlineData(StoreFault.Full, "452 4.3.1 Insufficient system storage, try again later")]
    [InlineData(StoreFault.Locked, "451 4.3.0 The queue cannot take the message now, try again later")]
    [InlineData(StoreFault.Unwritable, "451 4.3.0 The queue cannot take the message now, try again later")]
    [InlineData(StoreFault.Damaged, "451 4.3.0 The queue cannot take the message now, try again later")]
    [InlineData(StoreFault.ContentLost, "451 4.3.0 The queue cannot take the message now, try again later")]
    public async Task Trouble_of_the_store_is_4yz_and_an_alarm_and_passes(StoreFault fault, string reply)
    {
        await using var live = await BeginAsync();

        Store.FailsEnqueueing = new StoreException(fault, "the disk says no");
        Assert.Equal(reply, await SendAsync(live, Message, "b@contoso.com"));
        Assert.Contains(Log, line => line.StartsWith("alarm what=queue cause=\"the disk says no\"", StringComparison.Ordinal));

        (Store.FailsEnqueueing, Store.FailsWriting) = (null, new StoreException(fault, "the disk says no"));
        Assert.Equal(reply, await SendAsync(live, Message, "b@contoso.com"));

        Store.FailsWriting = null;
        Assert.StartsWith("250 ", await SendAsync(live, Message, "b@contoso.com"), StringComparison.Ordinal);
        Assert.Equal(0, Store.OpenContents);
    }

    [Theory]
    [InlineData("RSET\r\n")]
    [InlineData("EHLO again\r\n")]
    [InlineData("DATA\r\nHalf a mess")]
    [InlineData("DATA\r\nHello\r\n.")]
    [InlineData("DATA\r\nHello\r\n.\r")]
    [InlineData("")]
    public async Task Who_says_RSET_or_vanishes_leaves_nothing_behind(string last)
    {
        var live = await BeginAsync();
        await live.SendAsync("MAIL FROM:<scan@contoso.com>\r\nRCPT TO:<b@contoso.com>\r\n" + last);

        await live.FinishAsync();
        await live.EndAsync();

        Assert.Empty(Store.Messages);
        Assert.Equal(0, Store.OpenContents);
    }

    [Fact]
    public async Task The_next_transaction_knows_nothing_of_the_one_before()
    {
        await using var live = await BeginAsync();
        await live.SendAsync("MAIL FROM:<scan@contoso.com> BODY=8BITMIME\r\nRCPT TO:<a@contoso.com>\r\nRSET\r\n");
        await live.ReadLinesAsync(3);

        await SendAsync(live, Message, "b@contoso.com");

        var (message, _) = Assert.Single(Store.Messages);
        Assert.Equal(["b@contoso.com"], message.Parts[0].Recipients);
        Assert.False(message.Envelope.EightBit);
    }

    [Fact]
    public async Task A_large_message_costs_no_memory()
    {
        Options.Hve.MaxMessageBytes = 0x7FFFFFFF;
        Store.Discards = true;
        await using var live = await BeginAsync();
        await live.SendAsync("MAIL FROM:<scan@contoso.com>\r\nRCPT TO:<b@contoso.com>\r\nDATA\r\n" + Message);
        await live.ReadLinesAsync(3);
        var piece = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('x', 62) + "\r\n", 512)));

        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < 3200; i++)
        {
            await live.SendAsync(piece);
        }

        await live.SendAsync(".\r\n");
        Assert.StartsWith("250 ", await live.ReadLinesAsync(1), StringComparison.Ordinal);

        Assert.Equal((100 * 1024 * 1024) + Message.Length, Store.Messages[0].Message.Envelope.Size);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 16L * 1024 * 1024);
    }

    [Fact]
    public async Task The_queue_is_told_that_there_is_mail()
    {
        await using var live = await BeginAsync();
        var woken = Signal.Next;

        await SendAsync(live, Message, "b@contoso.com");

        await woken.WaitAsync(TimeSpan.FromSeconds(60));
    }
}
