using System.Runtime.CompilerServices;
using System.Text;
using HveRelay.Smtp.Client;
using HveRelay.Smtp;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Smtp.Client;

/// <summary>What can happen between 354 and the reply to the dot, where a script of lines is too coarse.</summary>
public sealed class ContentTests
{
    private static readonly TimeSpan _net = TimeSpan.FromSeconds(60);
    private readonly ManualClock _clock = new();
    private readonly StreamPair _pair = new(Arrival.Whole);

    [Fact]
    public async Task A_body_that_cannot_be_read_ends_the_connection_without_a_dot()
    {
        var sending = await DataAsync(_ => Broken());
        var rest = RestAsync();

        var outcome = Assert.IsType<RecipientResult.NotSent>(await Single(sending));

        Assert.Equal((Stage.Content, Breakage.ContentUnreadable), (outcome.Failure.Stage, outcome.Failure.Breakage));
        Assert.Contains("the disk broke", outcome.Failure.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\n.\r\n", await rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_cannot_be_opened_is_no_different()
    {
        var sending = await DataAsync(_ => throw new IOException("the disk broke"));

        var outcome = Assert.IsType<RecipientResult.NotSent>(await Single(sending));

        Assert.Equal(Breakage.ContentUnreadable, outcome.Failure.Breakage);
        Assert.DoesNotContain("\r\n.\r\n", await RestAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_in_the_middle_of_the_content_is_heard_although_nobody_reads_us()
    {
        var sending = await StalledAsync();
        await _pair.Server.WriteAsync("552 5.3.4 too large\r\n"u8.ToArray());

        var outcome = Assert.IsType<RecipientResult.NotSent>(await Single(sending));

        Assert.Equal((Stage.Content, "552 5.3.4 too large"), (outcome.Failure.Stage, outcome.Failure.Reply?.ToString()));
    }

    [Fact]
    public async Task A_close_in_the_middle_of_the_content_is_noticed()
    {
        var sending = await StalledAsync();
        await _pair.Server.DisposeAsync();

        var outcome = Assert.IsType<RecipientResult.NotSent>(await Single(sending));

        Assert.Equal((Stage.Content, Breakage.Closed), (outcome.Failure.Stage, outcome.Failure.Breakage));
    }

    [Fact]
    public async Task A_consent_before_the_end_of_the_message_is_not_believed()
    {
        var sending = await DataAsync(Endless);
        await _pair.Server.WriteAsync("250 2.0.0 queued already\r\n"u8.ToArray());

        var outcome = Assert.IsType<RecipientResult.NotSent>(await Single(sending));

        Assert.Equal((Stage.Content, Breakage.Garbage), (outcome.Failure.Stage, outcome.Failure.Breakage));
    }

    [Fact]
    public async Task A_server_that_takes_no_more_content_is_left_after_the_time_of_a_block()
    {
        var sending = await StalledAsync();

        _clock.Advance(TimeSpan.FromMinutes(3) - TimeSpan.FromTicks(1));
        Assert.False(sending.IsCompleted);
        _clock.Advance(TimeSpan.FromTicks(1));

        var outcome = Assert.IsType<RecipientResult.NotSent>(await Single(sending));

        Assert.Equal((Stage.Content, Breakage.TimedOut), (outcome.Failure.Stage, outcome.Failure.Breakage));
    }

    [Fact]
    public async Task A_caller_who_cancels_before_the_dot_gets_his_exception_and_the_server_no_dot()
    {
        using var cancel = new CancellationTokenSource();
        var sending = await DataAsync(Endless, cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(_net));
        Assert.DoesNotContain("\r\n.\r\n", await RestAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_cancels_behind_the_dot_still_hears_the_reply()
    {
        using var cancel = new CancellationTokenSource();
        var sending = await DataAsync(_ => Short(), cancel.Token);
        await ReadUntilAsync("\r\n.\r\n");

        await cancel.CancelAsync();
        await _pair.Server.WriteAsync("250 2.0.0 queued\r\n"u8.ToArray());

        Assert.IsType<RecipientResult.Accepted>(await Single(sending));
    }

    [Fact]
    public async Task A_caller_who_cancels_behind_the_dot_waits_for_the_shorter_time_and_is_unsure()
    {
        using var cancel = new CancellationTokenSource();
        var sending = await DataAsync(_ => Short(), cancel.Token);
        await ReadUntilAsync("\r\n.\r\n");
        _clock.Advance(TimeSpan.FromMinutes(2));

        await cancel.CancelAsync();
        _clock.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromTicks(1));
        Assert.False(sending.IsCompleted);
        _clock.Advance(TimeSpan.FromTicks(1));

        var outcome = Assert.IsType<RecipientResult.Unsure>(await Single(sending));
        Assert.Equal((Stage.FinalDot, Breakage.TimedOut), (outcome.Failure.Stage, outcome.Failure.Breakage));
    }

    [Fact]
    public async Task Cancelling_late_does_not_lengthen_the_wait()
    {
        using var cancel = new CancellationTokenSource();
        var sending = await DataAsync(_ => Short(), cancel.Token);
        await ReadUntilAsync("\r\n.\r\n");
        _clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));

        await cancel.CancelAsync();
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.IsType<RecipientResult.Unsure>(await Single(sending));
    }

    [Fact]
    public async Task A_long_body_arrives_as_it_was()
    {
        var line = string.Concat(Enumerable.Repeat("0123456789", 7)) + "\r\n";
        var body = string.Concat(Enumerable.Range(0, 5000).Select(i => i % 7 == 0 ? "." + line : line));
        var sending = await DataAsync(_ => Cut(body, 4097));

        var wire = await ReadUntilAsync("\r\n.\r\n");
        await _pair.Server.WriteAsync("250 2.0.0 queued\r\n"u8.ToArray());

        Assert.IsType<RecipientResult.Accepted>(await Single(sending));
        Assert.Equal("Subject: test\r\n\r\n" + body, wire[..^3].Replace("\r\n..", "\r\n.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_address_with_a_line_end_in_it_does_not_leave()
    {
        var connection = await OpenAsync();
        var message = Message(_ => Short()) with { Recipients = ["b@contoso.com>\r\nRCPT TO:<c@contoso.com"] };

        await Assert.ThrowsAsync<ArgumentException>(() => connection.SendAsync(message, CancellationToken.None));

        Assert.True(connection.IsUsable);
    }

    /// <summary>A connection that has come to 354, with the message on its way.</summary>
    private async Task<Task<IReadOnlyList<RecipientResult>>> DataAsync(
        Func<CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>> body, CancellationToken cancel = default)
    {
        var connection = await OpenAsync();
        var sending = connection.SendAsync(Message(body), cancel);
        await ReadUntilAsync("DATA\r\n");
        await _pair.Server.WriteAsync("250 OK\r\n250 OK\r\n354 go on\r\n"u8.ToArray(), CancellationToken.None);
        return sending;
    }

    /// <summary>In the middle of the content, with a server that reads no more: the first block does not fit between us.</summary>
    private async Task<Task<IReadOnlyList<RecipientResult>>> StalledAsync()
    {
        var begun = new TaskCompletionSource();
        var sending = await DataAsync(cancel =>
        {
            begun.SetResult();
            return Endless(cancel);
        });
        await begun.Task.WaitAsync(_net);
        await Until.True(() => _clock.Waiting == 1);
        return sending;
    }

    private async Task<SmtpConnection> OpenAsync()
    {
        await _pair.Server.WriteAsync("220 ready\r\n250-mail.example\r\n250 PIPELINING\r\n"u8.ToArray());
        var options = new SmtpConnectionOptions("mail.example", "relay.example", SmtpSecurity.None, []);
        var opening = await SmtpConnection.OpenAsync(_pair.Client, options, _clock, CancellationToken.None).WaitAsync(_net);
        await ReadUntilAsync("EHLO relay.example\r\n");
        return Assert.IsType<SmtpOpening.Opened>(opening).Connection;
    }

    private async Task<string> ReadUntilAsync(string end)
    {
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        while (!text.ToString(Math.Max(0, text.Length - end.Length), Math.Min(end.Length, text.Length)).Equals(end, StringComparison.Ordinal))
        {
            var count = await _pair.Server.ReadAsync(buffer).AsTask().WaitAsync(_net);
            Assert.NotEqual(0, count);
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return text.ToString();
    }

    private async Task<string> RestAsync()
    {
        using var reader = new StreamReader(_pair.Server);
        return await reader.ReadToEndAsync().WaitAsync(_net);
    }

    private static async Task<RecipientResult> Single(Task<IReadOnlyList<RecipientResult>> sending) =>
        Assert.Single(await sending.WaitAsync(_net));

    private static MailTransaction Message(Func<CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>> body) =>
        new("a@contoso.com", ["b@contoso.com"], 0, EightBit: false, "Subject: test\r\n\r\n"u8.ToArray(), body);

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Broken()
    {
        yield return new byte[40_000];
        await Task.Yield();
        throw new IOException("the disk broke");
    }

    /// <summary>More than any buffer between us holds.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Endless([EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return new byte[10_000];
        }
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Short()
    {
        await Task.Yield();
        yield return "Hello\r\n"u8.ToArray();
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Cut(string body, int length)
    {
        foreach (var piece in Encoding.ASCII.GetBytes(body).Chunk(length))
        {
            await Task.Yield();
            yield return piece;
        }
    }
}
