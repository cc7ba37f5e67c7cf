using HveRelay.Simulator;

namespace HveRelay.Tests.Simulator;

public sealed class SenderAndRecipientTests : SimulatorStory
{
    protected override SimulatorOptions Options => Defaults with
    {
        AcceptedDomains = ["contoso.com", "fabrikam.com"],
        UnknownRecipients = ["ghost@contoso.com", "old-*@contoso.com"],
    };

    [Theory]
    [InlineData("<someone@contoso.com>", "550 5.7.62")]
    [InlineData("<>", "550 5.7.62")]
    [InlineData("<HVE1@contoso.com>", "250 2.1.0")]
    [InlineData("<hve1@contoso.com> BODY=8BITMIME SIZE=100", "250 2.1.0")]
    [InlineData("<hve1@contoso.com> AUTH=<>", "250 2.1.0")]
    [InlineData("<hve1@contoso.com> SIZE=10485761", "552 5.3.4")]
    [InlineData("<hve1@contoso.com> SIZE=many", "501 5.5.4")]
    [InlineData("<hve1@contoso.com> BODY=BINARYMIME", "501 5.5.4")]
    [InlineData("<hve1@contoso.com> RET=HDRS", "555 5.5.4")]
    [InlineData("hve1@contoso.com", "501 5.1.7")]
    [InlineData(" <hve1@contoso.com>", "501 5.1.7")]
    [InlineData("<hve1@contoso.com", "501 5.1.7")]
    [InlineData("<hve1@contoso.com>SIZE=1", "501 5.1.7")]
    [InlineData("<hve1@contoso.com>  SIZE=1", "501 5.1.7")]
    [InlineData("<hve1>", "501 5.1.7")]
    [InlineData("<@a.example:hve1@contoso.com>", "501 5.1.7")]
    public async Task MAIL_FROM_must_be_the_account_in_the_form_of_RFC_5321(string argument, string reply)
    {
        await using var client = await LogInAsync();

        Assert.StartsWith(reply, await client.CommandAsync($"MAIL FROM:{argument}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<bob@contoso.com>", "250 2.1.5 Recipient OK")]
    [InlineData("<bob@Fabrikam.com>", "250 2.1.5 Recipient OK")]
    [InlineData("<\"a b\"@contoso.com>", "250 2.1.5 Recipient OK")]
    [InlineData("<bob@example.com>", "550 5.5.105 External sending is not supported for High Volume Email accounts")]
    [InlineData("<bob@mail.contoso.com>", "550 5.5.105 External sending is not supported for High Volume Email accounts")]
    [InlineData("<Ghost@contoso.com>", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup")]
    [InlineData("<old-7@contoso.com>", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup")]
    [InlineData("<bob@contoso.com> NOTIFY=NEVER", "555 5.5.4 Unsupported option")]
    [InlineData("<bob..b@contoso.com>", "501 5.1.3 Invalid address")]
    [InlineData("<bob@-contoso.com>", "501 5.1.3 Invalid address")]
    [InlineData("<>", "501 5.1.3 Invalid address")]
    public async Task A_recipient_must_exist_inside_the_tenant(string argument, string reply)
    {
        await using var client = await LogInAsync();
        await client.CommandAsync($"MAIL FROM:<{Account}>");

        Assert.Equal(reply, await client.CommandAsync($"RCPT TO:{argument}"));
    }

    [Theory]
    [InlineData("From: hve1@contoso.com\r\n", "250 2.0.0")]
    [InlineData("From: Scanner 3 <HVE1@contoso.com>\r\n", "250 2.0.0")]
    [InlineData("From: \"Scanner, third (floor)\" <hve1@contoso.com> (the big one)\r\n", "250 2.0.0")]
    [InlineData("From: =?utf-8?Q?B=C3=BCro?=\r\n <hve1@contoso.com>\r\n", "250 2.0.0")]
    [InlineData("From: scanner@contoso.com\r\n", "550 5.6.241")]
    [InlineData("From: hve1@contoso.com, scanner@contoso.com\r\n", "550 5.6.241")]
    [InlineData("From: \"hve1@contoso.com\" <scanner@contoso.com>\r\n", "550 5.6.241")]
    [InlineData("Subject: none\r\n", "550 5.7.512")]
    [InlineData("From:\r\n", "550 5.7.512")]
    [InlineData("From: a@contoso.com <hve1@contoso.com>\r\n", "550 5.7.512")]
    [InlineData("From: Scanner\r\n", "550 5.7.512")]
    [InlineData("From: <hve1@contoso.com\r\n", "550 5.7.512")]
    [InlineData("From: \"Scanner <hve1@contoso.com>\r\n", "550 5.7.512")]
    [InlineData("From: <hve1@contoso.com> <hve1@contoso.com>\r\n", "550 5.7.512")]
    [InlineData("From: hve1@contoso.com\r\nFrom: hve1@contoso.com\r\n", "550 5.7.512")]
    [InlineData("X: 1\r\n\r\nFrom: hve1@contoso.com\r\n", "550 5.7.512")]
    public async Task The_header_From_must_be_the_account(string header, string reply)
    {
        await using var client = await LogInAsync();

        Assert.StartsWith(reply, await client.SendMessageAsync(Account, [Bob], header + "\r\nHello.\r\n"), StringComparison.Ordinal);
        Assert.Equal(reply[0] == '2' ? 1 : 0, Simulator.Recorded);
    }

    [Fact]
    public async Task A_refused_message_leaves_the_session_fit_for_the_next_one()
    {
        await using var client = await LogInAsync();

        await client.SendMessageAsync(Account, [Bob], Content(from: "scanner@contoso.com"));

        Assert.StartsWith("250 2.0.0 OK", await client.SendMessageAsync(Account, [Bob], Content()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_line_of_the_report_tells_each_event()
    {
        var lines = new List<string>();
        await RestartAsync(Options with { Report = lines.Add });
        await using var client = await LogInAsync();

        await client.SendMessageAsync(Account, [Bob], Content());
        await client.CommandAsync($"MAIL FROM:<{Account}>");
        await client.CommandAsync("RCPT TO:<ann@example.com>");

        Assert.Equal(
            [
                $"accepted id=sim-000001 connection=1 account={Account} from={Account} to={Bob} size={Content().Length} from-header={Account}",
                $"refused stage=rcpt connection=1 account={Account} to=ann@example.com reply=\"550 5.5.105 External sending is not supported for High Volume Email accounts\"",
            ],
            lines);
    }
}
