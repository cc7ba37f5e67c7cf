using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Simulator;

/// <summary>What a fault does, stage by stage.</summary>
public sealed class FaultTests : FaultStory
{
    [Theory]
    [InlineData(FaultStage.Greeting)]
    [InlineData(FaultStage.Ehlo)]
    [InlineData(FaultStage.StartTls)]
    [InlineData(FaultStage.Auth)]
    [InlineData(FaultStage.Mail)]
    [InlineData(FaultStage.Rcpt)]
    [InlineData(FaultStage.Data)]
    [InlineData(FaultStage.Dot)]
    [InlineData(FaultStage.AfterDot)]
    public async Task A_reply_stands_verbatim_for_the_answer_at_every_stage(FaultStage stage)
    {
        await using var client = await ReachAsync(stage);
        Simulator.Faults.Add(Fault.Reply(stage, "451-4.7.500 Server busy\n451 4.7.500 Please wait") with { Times = 1 });

        var reply = await PassAsync(client, stage);

        Assert.Equal("451-4.7.500 Server busy\n451 4.7.500 Please wait", reply);
        Assert.Equal(stage == FaultStage.AfterDot ? 1 : 0, Simulator.Recorded);
        Assert.Empty(Simulator.Faults.Active);
    }

    [Theory]
    [InlineData(FaultStage.Connect)]
    [InlineData(FaultStage.Greeting)]
    [InlineData(FaultStage.Ehlo)]
    [InlineData(FaultStage.StartTls)]
    [InlineData(FaultStage.Auth)]
    [InlineData(FaultStage.Mail)]
    [InlineData(FaultStage.Rcpt)]
    [InlineData(FaultStage.Data)]
    [InlineData(FaultStage.Content)]
    [InlineData(FaultStage.Dot)]
    [InlineData(FaultStage.AfterDot)]
    public async Task A_connection_can_be_closed_at_every_stage(FaultStage stage)
    {
        await using var client = await ReachAsync(stage);
        Simulator.Faults.Add(Fault.Close(stage));

        await Assert.ThrowsAsync<EndOfStreamException>(() => PassAsync(client, stage));
        Assert.Equal(stage == FaultStage.AfterDot ? 1 : 0, Simulator.Recorded);
    }

    [Theory]
    [InlineData(FaultStage.Connect)]
    [InlineData(FaultStage.Ehlo)]
    [InlineData(FaultStage.Rcpt)]
    [InlineData(FaultStage.Content)]
    [InlineData(FaultStage.AfterDot)]
    public async Task A_connection_can_be_reset(FaultStage stage)
    {
        await using var client = await ReachAsync(stage);
        Simulator.Faults.Add(Fault.Reset(stage));

        var thrown = await Assert.ThrowsAnyAsync<Exception>(() => PassAsync(client, stage));

        // Where the reset is so quick that connecting fails already, the socket says so itself.
        Assert.Equal(SocketError.ConnectionReset, ((thrown as SocketException) ?? (thrown.InnerException as SocketException))?.SocketErrorCode);
        await Simulator.WaitUntilAsync(simulator => simulator.Counters.ConnectionsNow == 0, Soon);
    }

    [Theory]
    [InlineData(FaultStage.Connect)]
    [InlineData(FaultStage.StartTls)]
    [InlineData(FaultStage.Auth)]
    [InlineData(FaultStage.Data)]
    [InlineData(FaultStage.Content)]
    [InlineData(FaultStage.Dot)]
    public async Task A_stall_holds_until_it_is_released_and_then_everything_goes_on(FaultStage stage)
    {
        await using var client = await ReachAsync(stage);
        Simulator.Faults.Add(Fault.Stall(stage) with { Times = 1 });

        var reply = PassAsync(client, stage);
        await Simulator.WaitUntilAsync(simulator => simulator.Faults.Stalled == 1, Soon);
        Assert.False(reply.IsCompleted);
        Simulator.Faults.Release();

        Assert.True((await reply)[0] is '2' or '3');
        Assert.Equal(0, Simulator.Faults.Stalled);
    }

    [Fact]
    public async Task After_a_stall_at_STARTTLS_the_handshake_is_unharmed()
    {
        await using var client = await ReachAsync(FaultStage.StartTls);
        Simulator.Faults.Add(Fault.Stall(FaultStage.StartTls));
        await client.SendAsync("STARTTLS\r\n");
        await Simulator.WaitUntilAsync(simulator => simulator.Faults.Stalled == 1, Soon);
        Simulator.Faults.Clear();
        Simulator.Faults.Release();

        await client.ReadReplyAsync();
        await client.BeginTlsAsync(Simulator.CertificatePem);

        Assert.StartsWith("250", await client.CommandAsync("EHLO relay.contoso.com"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FaultStage.StartTls)]
    [InlineData(FaultStage.Dot)]
    [InlineData(FaultStage.AfterDot)]
    public async Task A_client_that_leaves_a_stall_leaves_no_session_behind(FaultStage stage)
    {
        var client = await ReachAsync(stage);
        Simulator.Faults.Add(Fault.Stall(stage));
        var reply = PassAsync(client, stage);
        await Simulator.WaitUntilAsync(simulator => simulator.Faults.Stalled == 1, Soon);

        await client.DisposeAsync();
        await Simulator.WaitUntilAsync(simulator => simulator.Counters.ConnectionsNow == 0, Soon);

        await Assert.ThrowsAnyAsync<Exception>(() => reply);
        Assert.Equal(stage == FaultStage.AfterDot ? 1 : 0, Simulator.Recorded);
    }

    [Fact]
    public async Task Disposal_ends_stalls_and_leaves_no_session_behind()
    {
        await using var client = await ReachAsync(FaultStage.Mail);
        await using var idle = await LogInAsync();
        Simulator.Faults.Add(Fault.Stall(FaultStage.Mail));
        var reply = PassAsync(client, FaultStage.Mail);
        await Simulator.WaitUntilAsync(simulator => simulator.Faults.Stalled == 1, Soon);

        await Simulator.DisposeAsync();

        await Assert.ThrowsAnyAsync<IOException>(() => reply);
        Assert.Equal((0, 0), (Simulator.Counters.ConnectionsNow, Simulator.Faults.Stalled));
    }

    [Fact]
    public async Task Garbage_comes_instead_of_a_reply()
    {
        await using var client = await ReachAsync(FaultStage.Mail);
        Simulator.Faults.Add(Fault.Garbage(FaultStage.Mail));

        var reply = await PassAsync(client, FaultStage.Mail);

        Assert.False(char.IsAsciiDigit(reply[0]));
    }

    [Fact]
    public async Task A_slow_reply_comes_an_octet_at_a_time_by_the_clock()
    {
        await using var client = await ReachAsync(FaultStage.Mail);
        Simulator.Faults.Add(Fault.Slow(FaultStage.Mail) with { Pause = TimeSpan.FromSeconds(30) });
        await client.SendAsync($"MAIL FROM:<{Account}>\r\n");

        var reply = new StringBuilder();
        for (var i = 0; i < "250 2.1.0 Sender OK\r\n".Length; i++)
        {
            reply.Append((char)(await client.ReadOctetAsync())!);
            SpinWait.SpinUntil(() => Clock.Waiting == 1, TimeSpan.FromSeconds(60));
            Clock.Advance(TimeSpan.FromSeconds(30));
        }

        Assert.Equal("250 2.1.0 Sender OK\r\n", reply.ToString());
    }

    [Fact]
    public async Task Content_can_be_cut_after_so_many_octets()
    {
        await using var client = await ReachAsync(FaultStage.Content);
        Simulator.Faults.Add(Fault.Close(FaultStage.Content) with { After = 100 });

        await Assert.ThrowsAsync<EndOfStreamException>(() => PassAsync(client, FaultStage.Content));

        Assert.Equal(0, Simulator.Recorded);
    }

    [Fact]
    public async Task Content_shorter_than_the_fault_waits_for_passes()
    {
        await using var client = await ReachAsync(FaultStage.Content);
        Simulator.Faults.Add(Fault.Close(FaultStage.Content) with { After = 100_000 });

        Assert.StartsWith("250 ", await PassAsync(client, FaultStage.Content), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_of_421_closes_the_connection()
    {
        await using var client = await ReachAsync(FaultStage.Mail);
        Simulator.Faults.Add(Fault.Reply(FaultStage.Mail, "421 4.4.1 Connection timed out"));

        Assert.Equal("421 4.4.1 Connection timed out", await PassAsync(client, FaultStage.Mail));
        Assert.Null(await client.ReadLineAsync());
    }

    [Fact]
    public async Task After_a_refusing_greeting_only_QUIT_is_understood()
    {
        Simulator.Faults.Add(Fault.Reply(FaultStage.Greeting, "554 5.7.606 Access denied"));
        await using var client = await RawSmtp.ConnectAsync(Simulator.Port);

        Assert.Equal("554 5.7.606 Access denied", await client.ReadReplyAsync());
        Assert.Equal("503 5.5.1 Bad sequence of commands", await client.CommandAsync("EHLO relay.contoso.com"));
        Assert.StartsWith("221 ", await client.CommandAsync("QUIT"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_whose_reply_was_lost_is_recorded_as_not_answered()
    {
        await using var client = await ReachAsync(FaultStage.AfterDot);
        Simulator.Faults.Add(Fault.Close(FaultStage.AfterDot));

        await Assert.ThrowsAsync<EndOfStreamException>(() => PassAsync(client, FaultStage.AfterDot));

        Assert.False(Assert.Single(Simulator.Messages).Answered);
    }

    [Fact]
    public async Task A_handshake_can_be_refused()
    {
        await using var client = await ReachAsync(FaultStage.StartTls);
        Simulator.Faults.Add(Fault.TlsRefused());

        Assert.StartsWith("220", await client.CommandAsync("STARTTLS"), StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => client.BeginTlsAsync(Simulator.CertificatePem));
    }

    [Fact]
    public async Task A_stranger_s_certificate_is_not_the_one_to_trust()
    {
        await using var client = await ReachAsync(FaultStage.StartTls);
        Simulator.Faults.Add(Fault.StrangerCertificate());

        await client.CommandAsync("STARTTLS");

        await Assert.ThrowsAsync<AuthenticationException>(() => client.BeginTlsAsync(Simulator.CertificatePem));
    }

    [Fact]
    public async Task STARTTLS_can_be_missing()
    {
        Simulator.Faults.Add(Fault.NoStartTls());
        await using var client = await RawSmtp.ConnectAsync(Simulator.Port);
        await client.ReadReplyAsync();

        Assert.DoesNotContain("STARTTLS", await client.CommandAsync("EHLO relay.contoso.com"), StringComparison.Ordinal);
        Assert.Equal("500 5.3.3 Unrecognized command", await client.CommandAsync("STARTTLS"));
    }
}
