using System.Text;
using HveRelay.Smtp.Server;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Smtp.Server;

/// <summary>Clients that are slow, greedy or gone.</summary>
[Collection(nameof(AloneCollection))]
public sealed class HostileClientTests
{
    private const string Transaction = "HELO printer\r\nMAIL FROM:<a@contoso.com>\r\nRCPT TO:<b@contoso.com>\r\nDATA\r\nHello\r\n.\r\nQUIT\r\n";
    private static readonly ScriptedService Deaf = new() { Discards = true };

    [Theory]
    [InlineData("EHLO too.early\r\n", "spoke before the greeting")]
    [InlineData("\x16\x03\x01\x02", "tls before starttls")]
    public async Task Who_speaks_before_the_greeting_is_cut_off(string said, string reason)
    {
        var service = new ScriptedService();
        await using var live = new LiveSession(service, early: said);

        Assert.Equal("554 5.5.1 Wait for the greeting\r\n", await live.ReadToEndAsync());
        Assert.Equal(SessionEnd.Refused, await live.EndAsync());
        Assert.Equal([$"refused, {reason}: 554 5.5.1 Wait for the greeting"], service.Heard);
    }

    [Fact]
    public async Task A_pipelined_group_is_answered_in_one_write()
    {
        await using var live = new LiveSession(Deaf);
        await live.ReadLinesAsync(1);

        await live.SendAsync("HELO printer\r\nMAIL FROM:<a@contoso.com>\r\nRCPT TO:<b@contoso.com>\r\nRCPT TO:<c@contoso.com>\r\nDATA\r\n");

        Assert.Equal(
            "250 relay.example\r\n250 2.1.0 OK\r\n250 2.1.5 OK\r\n250 2.1.5 OK\r\n354 End with CRLF . CRLF\r\n",
            await live.ReadAsync());
    }

    [Fact]
    public async Task A_line_without_end_costs_no_memory_and_ends_the_session()
    {
        var service = new ScriptedService();
        await using var live = new LiveSession(service);
        await live.ReadLinesAsync(1);
        var octets = new byte[32 * 1024];
        Array.Fill(octets, (byte)'x');
        var before = GC.GetTotalAllocatedBytes(precise: true);

        // 100 MB, if they were taken.
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            for (; sent < 3200 && !live.Ended.IsCompleted; sent++)
            {
                await live.SendAsync(octets);
            }
        });
        await Until.True(() => service.Heard.Count == 1 && live.Clock.Waiting > 0);
        Assert.False(live.Ended.IsCompleted);
        live.Clock.Advance(SmtpSession.EndlessLineDelay);
        await live.EndAsync();
        await sending;

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 16L * 1024 * 1024);
        Assert.InRange(sent, 2, 10);
        Assert.Equal("421 4.7.0 relay.example Line without end, closing\r\n", await live.ReadToEndAsync());
        Assert.Equal("refused, line too long: 421 4.7.0 relay.example Line without end, closing", Assert.Single(service.Heard));
    }

    [Fact]
    public async Task A_line_far_over_the_limit_that_ends_after_all_is_refused_and_the_session_goes_on()
    {
        await using var live = new LiveSession(new ScriptedService());
        await live.ReadLinesAsync(1);

        for (var line = 0; line < 3; line++)
        {
            await live.SendAsync(new string('x', 60_000));
            await live.SendAsync("\r\n");
            Assert.Equal("500 5.5.6 Line too long\r\n", await live.ReadLinesAsync(1));
        }

        await live.SendAsync("NOOP\r\n");
        Assert.Equal("250 2.0.0 OK\r\n", await live.ReadLinesAsync(1));
    }

    [Fact]
    public async Task A_command_has_its_time_however_slowly_it_trickles()
    {
        await using var live = new LiveSession(Deaf);
        await live.ReadLinesAsync(1);

        for (var i = 0; i < 5; i++)
        {
            await Until.True(() => live.Clock.Waiting > 0);
            live.Clock.Advance(TimeSpan.FromSeconds(60));
            if (i < 4)
            {
                await live.SendAsync("E");
            }
        }

        Assert.Equal("421 4.4.2 relay.example Nothing came in time, closing\r\n", await live.ReadToEndAsync());
        Assert.Equal(SessionEnd.TimedOut, await live.EndAsync());
    }

    [Theory]
    [InlineData(TlsPolicy.None)]
    [InlineData(TlsPolicy.Implicit)]
    public async Task A_client_that_takes_no_replies_is_left_after_a_while(TlsPolicy tls)
    {
        await using var live = new LiveSession(Deaf, ServerTranscript.Options(tls) with { MaxIdleCommands = int.MaxValue }, capacity: 4096);
        if (tls == TlsPolicy.Implicit)
        {
            await live.HandshakeAsync();
        }

        await live.ReadLinesAsync(1);
        var sending = live.SendAsync(string.Concat(Enumerable.Repeat("HELP\r\n", 10_000)));
        await Until.True(() => live.Clock.Waiting > 0);

        while (!live.Ended.IsCompleted)
        {
            live.Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.Contains(await live.EndAsync(), new[] { SessionEnd.TimedOut, SessionEnd.Closed });
        await sending;
    }

    [Fact]
    public async Task Commands_that_bring_no_mail_come_to_an_end()
    {
        var service = new ScriptedService();
        await using var live = new LiveSession(service);
        await live.ReadLinesAsync(1);

        var sending = live.SendAsync(string.Concat(Enumerable.Repeat("RSET\r\n", 6_000)));
        var replies = await live.ReadToEndAsync();

        Assert.Equal(5_001, replies.Count(character => character == '\n'));
        Assert.EndsWith("421 4.7.0 relay.example Too many commands without a message, closing\r\n", replies, StringComparison.Ordinal);
        Assert.Single(service.Heard);
        await sending;
    }

    [Fact]
    public async Task Thousands_of_recipients_are_taken_if_the_service_takes_them()
    {
        var service = new ScriptedService();
        await using var live = new LiveSession(service);
        await live.ReadLinesAsync(1);
        await live.SendAsync("MAIL FROM:<a@contoso.com>\r\n");
        await live.ReadLinesAsync(1);

        var sending = live.SendAsync(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"RCPT TO:<r{i}@contoso.com>\r\n")));
        var replies = await live.ReadLinesAsync(20_000);
        await sending;

        Assert.Equal(20_000, replies.Split("250 2.1.5 OK\r\n").Length - 1);
        Assert.Equal("rcpt r19999@contoso.com", service.Heard[^1]);
    }

    [Fact]
    public async Task Wherever_the_client_goes_the_session_ends_and_a_message_is_whole_or_none()
    {
        for (var at = 0; at <= Transaction.Length; at++)
        {
            foreach (var vanishes in new[] { false, true })
            {
                var service = new ScriptedService();
                var live = new LiveSession(service);
                await live.ReadLinesAsync(1);
                await live.SendAsync(Transaction[..at]);
                if (vanishes)
                {
                    live.Vanish();
                }
                else
                {
                    await live.FinishAsync();
                }

                var end = await live.EndAsync();

                Assert.Equal(1, service.Ends);
                Assert.Equal(at == Transaction.Length && !vanishes ? SessionEnd.Quit : end, end);
                if (!vanishes)
                {
                    Assert.Equal(at >= Transaction.IndexOf("QUIT", StringComparison.Ordinal) ? 1 : 0, service.Messages);
                }

                Assert.All(service.Heard.Where(line => line.StartsWith("content", StringComparison.Ordinal)), line => Assert.Equal(@"content Hello\r\n", line));
            }
        }
    }

    [Fact]
    public async Task A_message_of_100_MB_costs_no_memory()
    {
        var service = new ScriptedService { Discards = true };
        await using var live = new LiveSession(service);
        await live.ReadLinesAsync(1);
        await live.SendAsync("MAIL FROM:<a@contoso.com>\r\nRCPT TO:<b@contoso.com>\r\nDATA\r\n");
        await live.ReadLinesAsync(3);
        var line = Encoding.ASCII.GetBytes(new string('x', 76) + "\r\n");
        var piece = new byte[line.Length * 1000];
        for (var i = 0; i < 1000; i++)
        {
            line.CopyTo(piece, i * line.Length);
        }

        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < 1300; i++)
        {
            await live.SendAsync(piece);
        }

        await live.SendAsync(".\r\n");
        Assert.Equal("250 2.0.0 OK queued\r\n", await live.ReadAsync());

        Assert.Equal(101_400_000, service.Received);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 16L * 1024 * 1024);
    }

    [Fact]
    public async Task A_small_message_costs_few_allocations()
    {
        const int Count = 2000;
        await using var live = new LiveSession(Deaf);
        await live.ReadLinesAsync(1);
        var message = Encoding.ASCII.GetBytes(
            "MAIL FROM:<a@contoso.com> SIZE=2000\r\nRCPT TO:<b@contoso.com>\r\nDATA\r\n" + new string('x', 2000) + "\r\n.\r\n");
        await SendAsync(10);

        var before = GC.GetTotalAllocatedBytes(precise: true);
        await SendAsync(Count);

        // Client and service of the test are in the figure.
        var each = (GC.GetTotalAllocatedBytes(precise: true) - before) / Count;
        TestContext.Current.TestOutputHelper?.WriteLine($"{each} bytes");
        Assert.InRange(each, 0, 6 * 1024);

        async Task SendAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await live.SendAsync(message);
                await live.ReadLinesAsync(4);
            }
        }
    }

    [Fact]
    public async Task An_idle_session_holds_little()
    {
        const int Count = 500;
        var idle = new List<LiveSession>(Count);
        await BeginAsync(idle, 10);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await BeginAsync(idle, Count);

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Count;
        TestContext.Current.TestOutputHelper?.WriteLine($"{each} bytes");
        Assert.InRange(each, 0, 40 * 1024);
        foreach (var live in idle)
        {
            await live.DisposeAsync();
        }
    }

    /// <summary>The client's own buffers, 16 KiB of them, are in the figure.</summary>
    private static async Task BeginAsync(List<LiveSession> idle, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var live = new LiveSession(Deaf);
            await live.ReadLinesAsync(1);
            await live.SendAsync("EHLO printer\r\n");
            await live.ReadLinesAsync(6);
            idle.Add(live);
        }
    }

    [Fact]
    public async Task A_broken_service_is_our_fault()
    {
        var service = new ScriptedService { Breaks = new InvalidOperationException("a bug") };
        var live = new LiveSession(service);
        await live.ReadLinesAsync(1);

        await live.SendAsync("MAIL FROM:<a@contoso.com>\r\n");

        Assert.Equal("421 4.3.0 relay.example Local trouble, closing, try again later\r\n", await live.ReadToEndAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => live.Ended);
    }
}
