using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Simulator;

public sealed class FaultTests : SimulatorStory
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
            SpinWait.SpinUntil(() => Clock.Waiting == 1, TimeSpan.FromSeconds(20));
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
    public async Task The_second_and_third_occurrence_are_hit()
    {
        await using var client = await LogInAsync();
        Simulator.Faults.Add(Fault.Reply(FaultStage.Mail, "451 4.7.0 Later") with { First = 2, Times = 2 });

        var codes = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            codes.Add((await client.CommandAsync($"MAIL FROM:<{Account}>"))[..3]);
            await client.CommandAsync("RSET");
        }

        Assert.Equal(["250", "451", "451", "250", "250"], codes);
    }

    [Fact]
    public async Task Two_faults_of_one_time_make_a_script_of_two_steps()
    {
        await using var client = await LogInAsync();
        Simulator.Faults.Add(Fault.Reply(FaultStage.Mail, "451 4.7.0 Later") with { Times = 1 });
        Simulator.Faults.Add(Fault.Reply(FaultStage.Mail, "550 5.7.60 Never") with { Times = 1 });

        Assert.StartsWith("451", await client.CommandAsync($"MAIL FROM:<{Account}>"), StringComparison.Ordinal);
        Assert.StartsWith("550", await client.CommandAsync($"MAIL FROM:<{Account}>"), StringComparison.Ordinal);
        Assert.StartsWith("250", await client.CommandAsync($"MAIL FROM:<{Account}>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_recipients_that_match_are_hit()
    {
        await using var client = await ReachAsync(FaultStage.Rcpt);
        Simulator.Faults.Add(Fault.Reply(FaultStage.Rcpt, "550 5.1.10 unknown") with { To = "BOB@*" });

        Assert.StartsWith("250", await client.CommandAsync("RCPT TO:<ann@contoso.com>"), StringComparison.Ordinal);
        Assert.StartsWith("550", await client.CommandAsync("RCPT TO:<bob@contoso.com>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_account_that_matches_is_hit()
    {
        await RestartAsync(Options with { Accounts = [.. Options.Accounts, new SimulatedAccount("hve2@contoso.com", "two")] });
        Simulator.Faults.Add(Fault.Reply(FaultStage.Auth, "535 5.7.139 No") with { Account = "hve2@*" });
        await using var first = await RawSmtp.GreetAsync(Simulator.Port, Simulator.CertificatePem);
        await using var second = await RawSmtp.GreetAsync(Simulator.Port, Simulator.CertificatePem);

        Assert.StartsWith("235", await first.LoginAsync(Account, Password), StringComparison.Ordinal);
        Assert.StartsWith("535", await second.LoginAsync("hve2@contoso.com", "two"), StringComparison.Ordinal);
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

    /// <summary>A client that has done everything before the stage.</summary>
    private async Task<RawSmtp> ReachAsync(FaultStage stage)
    {
        switch (stage)
        {
            case FaultStage.Connect or FaultStage.Greeting:
                return null!;    // it connects in the stage itself
            case FaultStage.Ehlo:
                var fresh = await RawSmtp.ConnectAsync(Simulator.Port);
                await fresh.ReadReplyAsync();
                return fresh;
            case FaultStage.StartTls:
                return await RawSmtp.GreetAsync(Simulator.Port);
            case FaultStage.Auth:
                return await RawSmtp.GreetAsync(Simulator.Port, Simulator.CertificatePem);
        }

        var client = await LogInAsync();
        var commands = new[] { $"MAIL FROM:<{Account}>", $"RCPT TO:<{Bob}>", "DATA" };
        foreach (var command in commands.Take(stage switch { FaultStage.Mail => 0, FaultStage.Rcpt => 1, FaultStage.Data or FaultStage.Content => 2, _ => 3 }))
        {
            await client.CommandAsync(command);
        }

        return client;
    }

    /// <summary>Goes through the stage; the answer is the last reply.</summary>
    private async Task<string> PassAsync(RawSmtp? client, FaultStage stage)
    {
        switch (stage)
        {
            case FaultStage.Connect or FaultStage.Greeting:
                await using (var fresh = await RawSmtp.ConnectAsync(Simulator.Port))
                {
                    return await fresh.ReadReplyAsync();
                }

            case FaultStage.Ehlo:
                return await client!.CommandAsync("EHLO relay.contoso.com");
            case FaultStage.StartTls:
                return await client!.CommandAsync("STARTTLS");
            case FaultStage.Auth:
                return await client!.LoginAsync(Account, Password);
            case FaultStage.Mail:
                return await client!.CommandAsync($"MAIL FROM:<{Account}>");
            case FaultStage.Rcpt:
                return await client!.CommandAsync($"RCPT TO:<{Bob}>");
            case FaultStage.Data:
                return await client!.CommandAsync("DATA");
            case FaultStage.Content:
                await client!.CommandAsync("DATA");
                return await client.CommandAsync(Content() + ".");
            default:
                return await client!.CommandAsync(Content() + ".");
        }
    }
}
