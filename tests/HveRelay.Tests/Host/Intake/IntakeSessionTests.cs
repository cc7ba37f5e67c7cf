using System.Globalization;
using HveRelay.Configuration;
using HveRelay.Policy;
using HveRelay.Smtp.Server;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Intake;

public sealed class IntakeSessionTests : IntakeStory
{
    private const string Right = "AUTH PLAIN AGVycABnZWhlaW0=\r\n";
    private const string Wrong = "AUTH PLAIN AGVycABmYWxzY2g=\r\n";

    [Fact]
    public async Task A_stranger_is_refused_at_the_door()
    {
        Options.Clients = [];
        var live = new LiveSession(new HveRelay.Intake.IntakeSession(Context(), refusal: null));

        Assert.Equal("554 5.7.1 192.0.2.7 is not a client of this relay: no entry of Clients covers it\r\n", await live.ReadToEndAsync());
        Assert.Equal(SessionEnd.Refused, await live.EndAsync());
        Assert.StartsWith("refused ip=192.0.2.7 reason=\"unknown client\" reply=\"554 5.7.1 ", Assert.Single(Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_refused_recipient_does_not_hurt_the_others()
    {
        await using var live = await BeginAsync();
        await live.SendAsync("MAIL FROM:<scan@contoso.com>\r\n" + string.Concat(Enumerable.Repeat("RCPT TO:<x@example.com>\r\n", 30)));
        Assert.Equal(31, (await live.ReadLinesAsync(31)).Count(character => character == '\n'));

        await live.SendAsync("RCPT TO:<b@contoso.com>\r\nRCPT TO:<postmaster>\r\nDATA\r\n");
        await live.ReadLinesAsync(3);
        await live.SendAsync(".\r\n");

        Assert.StartsWith("250 ", await live.ReadLinesAsync(1), StringComparison.Ordinal);
        Assert.Equal(["b@contoso.com", "it@contoso.com"], Store.Messages[0].Message.Parts[0].Recipients);
        Assert.Equal(
            "refused client=scanners ip=192.0.2.7 from=scan@contoso.com to=x@example.com reason=\"external recipient\" "
            + "reply=\"550 5.7.1 High Volume Email takes internal recipients only, and this domain is not among AcceptedDomains\" listener=test",
            Log[1]);
    }

    [Fact]
    public async Task A_sender_without_a_domain_gets_ours()
    {
        await using var live = await BeginAsync();
        await live.SendAsync("MAIL FROM:<root>\r\nRCPT TO:<b@contoso.com>\r\nDATA\r\n.\r\n");
        await live.ReadLinesAsync(4);

        Assert.Equal("root@contoso.com", Store.Messages[0].Message.Envelope.ReversePath);
    }

    [Fact]
    public async Task The_size_of_the_client_holds()
    {
        Options.Clients![0].MaxMessageBytes = 100;
        await using var live = await BeginAsync();

        await live.SendAsync("MAIL FROM:<scan@contoso.com> SIZE=101\r\n");

        Assert.Equal("552 5.3.4 Message too large: at most 100 octets\r\n", await live.ReadLinesAsync(1));
        Assert.Equal(
            "refused client=scanners ip=192.0.2.7 from=scan@contoso.com reason=size reply=\"552 5.3.4 Message too large: at most 100 octets\" listener=test", Log[^1]);
    }

    /// <summary>SIZE and MAIL went by the first entry that covers the address, though it was for those who log in.</summary>
    [Fact]
    public async Task The_size_of_an_entry_that_does_not_decide_holds_nobody_back()
    {
        Options.Clients = [new ClientOptions { Name = "erp", Users = ["erp"], MaxMessageBytes = 100 }, .. Options.Clients!];
        Options.Clients[1].MaxMessageBytes = 200;
        await using var live = await BeginAsync();

        await live.SendAsync("EHLO scanner\r\n");
        Assert.Contains("250-SIZE 200\r\n", await live.ReadLinesAsync(7), StringComparison.Ordinal);
        await live.SendAsync("MAIL FROM:<scan@contoso.com> SIZE=150\r\n");
        Assert.StartsWith("250 ", await live.ReadLinesAsync(1), StringComparison.Ordinal);
        await live.SendAsync("RSET\r\nMAIL FROM:<scan@contoso.com> SIZE=201\r\n");
        Assert.Equal("552 5.3.4 Message too large: at most 200 octets", (await live.ReadLinesAsync(2)).TrimEnd().Split("\r\n")[1]);
    }

    [Fact]
    public async Task Where_a_login_is_asked_for_there_is_no_mail_without_one()
    {
        AskForALogin();
        await using var live = await BeginAsync();
        await live.SendAsync("EHLO erp\r\nMAIL FROM:<erp@contoso.com>\r\n");
        Assert.EndsWith("250 AUTH PLAIN LOGIN\r\n530 5.7.0 Authentication required\r\n", await live.ReadLinesAsync(7), StringComparison.Ordinal);

        await live.SendAsync(Right);
        Assert.Equal("235 2.7.0 Authentication successful\r\n", await live.ReadLinesAsync(1));
        await live.SendAsync("MAIL FROM:<erp@contoso.com>\r\nRCPT TO:<b@contoso.com>\r\nDATA\r\n.\r\n");
        await live.ReadLinesAsync(4);

        var origin = Store.Messages[0].Message.Envelope.Origin;
        Assert.Equal(("erp", "erp", "ESMTPA"), (origin.Client, origin.User, origin.Protocol));
    }

    [Fact]
    public async Task One_message_too_many_in_a_minute_is_to_come_later()
    {
        Options.Clients![0].MessagesPerMinute = 2;
        Options.Clients![0].Senders = ["*@contoso.com"];
        var context = Context();
        await using (var one = await BeginAsync(context))
        {
            await one.SendAsync("MAIL FROM:<x@example.com>\r\nMAIL FROM:<a@contoso.com>\r\nRSET\r\n");
            await one.ReadLinesAsync(3);
        }

        await using var live = await BeginAsync(context);
        await live.SendAsync("MAIL FROM:<a@contoso.com>\r\nRSET\r\nMAIL FROM:<b@contoso.com>\r\n");

        Assert.Equal(
            "250 2.1.0 OK\r\n250 2.0.0 OK\r\n450 4.7.1 Too many messages: at most 2 a minute, try again later\r\n", await live.ReadLinesAsync(3));
        Assert.EndsWith("from=b@contoso.com reason=rate reply=\"450 4.7.1 Too many messages: at most 2 a minute, try again later\" listener=test", Log[^1], StringComparison.Ordinal);

        Clock.Advance(TimeSpan.FromSeconds(61));
        await live.SendAsync("MAIL FROM:<b@contoso.com>\r\n");
        Assert.Equal("250 2.1.0 OK\r\n", await live.ReadLinesAsync(1));
    }

    /// <summary>The client hears the same of both.</summary>
    [Theory]
    [InlineData(Wrong, "erp", "login: wrong password")]
    [InlineData("AUTH PLAIN AG5vYm9keQBmYWxzY2g=\r\n", "nobody", "login: unknown user")]
    public async Task A_wrong_login_is_answered_after_a_while(string wrong, string user, string reason)
    {
        AskForALogin();
        await using var live = await BeginAsync();
        await live.SendAsync("EHLO erp\r\n");
        await live.ReadLinesAsync(7);

        await live.SendAsync(wrong);
        var reply = live.ReadLinesAsync(1);
        await Until.True(() => Clock.Waiting > 0);
        Clock.Advance(HveRelay.Intake.IntakeSession.FailedLoginDelay - TimeSpan.FromTicks(1));
        Assert.False(reply.IsCompleted);
        Clock.Advance(TimeSpan.FromTicks(1));

        Assert.Equal("535 5.7.8 Authentication credentials invalid\r\n", await reply);
        Assert.Equal(
            $"refused client=erp ip=192.0.2.7 user={user} reason=\"{reason}\" reply=\"535 5.7.8 Authentication credentials invalid\" listener=test", Log[^1]);
    }

    [Theory]
    [InlineData("MAIL FROM:<Scanner Floor 3@contoso.com>", "from=\"Scanner Floor 3@contoso.com\" reason=\"sender syntax\" reply=\"501 5.1.7 ")]
    [InlineData("MAIL FROM:<Scanner Floor 3>", "from=\"Scanner Floor 3\" reason=\"sender syntax\" reply=\"501 5.1.7 ")]
    [InlineData("MAIL FROM:<scan@> SIZE=5", "from=\"<scan@> SIZE=5\" reason=\"sender syntax\" reply=\"501 5.1.7 ")]
    [InlineData("MAIL FROM <scan@contoso.com>", "from=\"FROM <scan@contoso.com>\" reason=\"sender syntax\" reply=\"501 5.1.7 ")]
    [InlineData("MAIL FROM:<a\u0001\u007f b@contoso.com>", "from=\"a?? b@contoso.com\" reason=\"sender syntax\" reply=\"501 5.1.7 ")]
    [InlineData("MAIL FROM:<J\u00F6rg@contoso.com>", "from=J?rg@contoso.com reason=\"non-ascii address\" reply=\"553 5.6.7 ")]
    [InlineData("MAIL FROM:<scan@contoso.com>\r\nRCPT TO:<an n@contoso.com>", "from=scan@contoso.com to=\"an n@contoso.com\" reason=\"recipient syntax\" reply=\"501 5.1.3 ")]
    public async Task What_a_device_gave_for_an_address_is_told(string commands, string told)
    {
        await using var live = await BeginAsync();

        await live.SendAsync("EHLO x\r\n" + commands + "\r\nQUIT\r\n");
        await live.ReadToEndAsync();

        Assert.StartsWith("refused client=scanners ip=192.0.2.7 " + told, Log[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sender_without_end_is_told_in_part()
    {
        await using var live = await BeginAsync();

        await live.SendAsync("MAIL FROM:<" + new string('a', 400) + "@contoso.com>\r\nQUIT\r\n");
        await live.ReadToEndAsync();

        Assert.Contains($" from={new string('a', 254)}... reason=", Log[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_login_that_goes_wrong_nothing_is_told()
    {
        AskForALogin();
        await using var live = await BeginAsync();

        await live.SendAsync("EHLO x\r\nAUTH PLAIN hunter2-is-no-base64\r\nAUTH hunter2 hunter2\r\nhunter2 FROM:<hunter2>\r\nQUIT\r\n");
        await live.ReadToEndAsync();

        Assert.Equal(3, Log.Count(line => line.StartsWith("refused ", StringComparison.Ordinal)));
        Assert.DoesNotContain(Log, line => line.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_tries_passwords_is_sent_away_for_a_while_the_right_one_too()
    {
        AskForALogin();
        var context = Context();
        for (var i = 0; i < LoginLimit.MostFailures; i++)
        {
            await using var live = await BeginAsync(context);
            await live.SendAsync("EHLO erp\r\n" + Wrong);
            await Until.True(() => Clock.Waiting > 0);
            Clock.Advance(HveRelay.Intake.IntakeSession.FailedLoginDelay);
            Assert.EndsWith("535 5.7.8 Authentication credentials invalid\r\n", await live.ReadLinesAsync(8), StringComparison.Ordinal);
        }

        await using (var live = await BeginAsync(context))
        {
            await live.SendAsync("EHLO erp\r\n" + Right);
            var reply = (await live.ReadToEndAsync()).TrimEnd();
            Assert.Contains("421 4.7.0 relay.example Too many failed logins, try again after ", reply, StringComparison.Ordinal);
            Assert.Contains(" reason=\"login limit\" ", Log[^1], StringComparison.Ordinal);

            // At that moment it may, and never much later than the window says.
            var until = DateTimeOffset.Parse(reply[^20..], CultureInfo.InvariantCulture);
            Assert.InRange(until - Clock.GetUtcNow(), TimeSpan.FromMinutes(14), LoginLimit.Window + TimeSpan.FromSeconds(16));
            Clock.Advance(until - Clock.GetUtcNow());
        }

        await using var later = await BeginAsync(context);
        await later.SendAsync("EHLO erp\r\n" + Right);
        Assert.EndsWith("235 2.7.0 Authentication successful\r\n", await later.ReadLinesAsync(8), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_TLS_is_asked_for_there_is_no_mail_without_it()
    {
        Options.Clients![0].RequireTls = true;
        await using var live = await BeginAsync(TlsPolicy.Optional);

        await live.SendAsync("MAIL FROM:<scan@contoso.com>\r\n");

        Assert.Equal("530 5.7.0 Must issue a STARTTLS command first\r\n", await live.ReadLinesAsync(1));
    }

    [Fact]
    public async Task A_password_is_never_in_the_log()
    {
        AskForALogin();
        await using var live = await BeginAsync();
        await live.SendAsync("EHLO erp\r\nAUTH LOGIN\r\nZXJw\r\nZ2VoZWlt\r\nAUTH LOGIN Z2VoZWlt\r\nAUTH PLAIN AGVycABnZWhlaW0=x\r\nZ2VoZWlt\r\n");
        await live.ReadLinesAsync(7 + 2 + 3);

        Assert.DoesNotContain(Log, line => line.Contains("geheim", StringComparison.Ordinal) || line.Contains("Z2VoZWlt", StringComparison.Ordinal));
    }

    private void AskForALogin()
    {
        Options.Clients = [new ClientOptions { Name = "erp", Users = ["erp"] }];
        Options.Users = [new UserOptions { Name = "erp", PasswordHash = PasswordHash.Create("geheim", new byte[PasswordHash.SaltLength], 1000) }];
    }
}
