using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Smtp;
using static HveRelay.Delivery.ReplyClass;

namespace HveRelay.Tests.Core.Delivery;

/// <summary>Every row of the table by the reply that made it, and what holds where no row does.</summary>
public sealed class ReplyTableTests
{
    public static TheoryData<Stage, string, ReplyClass> Replies { get; } = new()
    {
        // Credentials and tokens
        { Stage.Auth, "535 5.7.3 Authentication unsuccessful [x.prod.outlook.com]", AccountFault },
        { Stage.Auth, "535 5.7.139 Authentication unsuccessful, the organization configuration doesn't allow this authentication request.", AccountFault },
        { Stage.Auth, "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.", AccountFault },
        { Stage.Mail, "530 5.7.57 Client not authenticated to send mail. Error: 451 4.7.0 Temporary server error. AUTH2003", AccountFault },
        { Stage.Mail, "550 5.7.57 Client not authenticated to send mail", AccountFault },
        { Stage.Auth, "501 5.5.121 Invalid XOAUTH2 argument", AccountFault },
        { Stage.Auth, "501 5.5.126 User is not valid", AccountFault },
        { Stage.Auth, "501 5.5.127 the token is too old", NewToken },
        { Stage.Mail, "451 4.7.0 Temporary server error. Please try again later. AUTH2003", AccountFault },
        { Stage.Auth, "535 5.7.999 The token will expire soon", NewToken },
        { Stage.Auth, "535 5.7.142 token expired", NewToken },
        { Stage.Auth, "535 5.7.143 token expired", NewToken },
        { Stage.Auth, "535 5.7.144 invalid API permissions", AccountFault },
        { Stage.Auth, "550 5.7.240 application is not allowed for this HVE account", AccountFault },
        { Stage.Auth, "550 5.2.240 not an HVE account", AccountFault },

        // Sender
        { Stage.Mail, "550 5.7.62 MAIL FROM is not the account", AccountFault },
        { Stage.FinalDot, "550 5.6.241 From is not the account", AccountFault },
        { Stage.FinalDot, "554 5.2.252 SendAsDenied", AccountFault },
        { Stage.FinalDot, "550 5.7.60 SMTP; Client does not have permissions to send as this sender", AccountFault },

        // Blocked
        { Stage.Hello, "421 4.7.66 TLS 1.0 and 1.1 are not supported", AccountFault },
        { Stage.FinalDot, "550 5.1.8 Access denied, bad outbound sender", AccountFault },
        { Stage.Rcpt, "550 5.7.501 Access denied, spam abuse detected", AccountFault },
        { Stage.Rcpt, "550 5.7.705 tenant has exceeded threshold", AccountFault },
        { Stage.Rcpt, "550 5.7.708 Access denied, traffic not accepted from this IP", AccountFault },
        { Stage.Rcpt, "550 5.7.606 Access denied, banned sending IP [192.0.2.1]", AccountFault },
        { Stage.Rcpt, "550 5.7.649 Access denied, banned sending IP [192.0.2.1]", AccountFault },
        { Stage.Rcpt, "550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus.", AccountFault },
        { Stage.Auth, "550 5.7.30 Basic authentication is not supported for Client Submission", AccountFault },

        // Recipients
        { Stage.Rcpt, "550 5.5.105 External sending is not supported for High Volume Email accounts", Permanent },
        { Stage.Rcpt, "550 5.1.1 unknown", Permanent },
        { Stage.Rcpt, "550 5.1.10 RESOLVER.ADR.RecipientNotFound", Permanent },
        { Stage.Rcpt, "550 5.4.1 Recipient address rejected: Access denied", Permanent },
        { Stage.FinalDot, "550 5.7.1 TRANSPORT.RULES.RejectMessage", Permanent },
        { Stage.FinalDot, "550 5.7.124 Sender not in allowed-senders list", Permanent },
        { Stage.FinalDot, "550 5.7.133 Sender not authenticated for group", Permanent },
        { Stage.FinalDot, "550 5.7.134 Sender not authenticated for mailbox", Permanent },
        { Stage.Rcpt, "450 5.2.121 recipient's hourly limit", Retry },
        { Stage.Rcpt, "550 5.2.122 recipient's hourly limit", Retry },
        { Stage.FinalDot, "450 4.2.2 The recipient has exceeded their limit for the number of messages they can receive per hour; 5.2.121", Retry },
        { Stage.FinalDot, "450 4.2.2 The recipient has exceeded their limit for the number of messages from one sender; 5.2.122", Retry },
        { Stage.FinalDot, "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", Retry },
        { Stage.FinalDot, "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException", Permanent },
        { Stage.Rcpt, "552 Too many recipients", Split },
        { Stage.Rcpt, "552 5.5.3 Too many recipients", Split },
        { Stage.Rcpt, "452 4.5.3 Too many recipients", Split },

        // Message
        { Stage.Mail, "552 5.3.4 Message size exceeds fixed limit", Permanent },
        { Stage.FinalDot, "554 5.3.4 too large", Permanent },
        { Stage.Mail, "552 Message size exceeds fixed maximum message size", Permanent },
        { Stage.FinalDot, "552 5.2.3 too large", Permanent },
        { Stage.FinalDot, "550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal", Permanent },
        { Stage.FinalDot, "550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant", Permanent },

        // Load and quota
        { Stage.FinalDot, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", Throttled },
        { Stage.Mail, "451 4.7.500 Server busy", Throttled },
        { Stage.Mail, "451 4.7.699 Access denied, please try again later", Throttled },
        { Stage.Mail, "451 4.7.850 Access denied, please try again later", Throttled },
        { Stage.FinalDot, "450 4.7.3 Organization queue quota exceeded", Retry },
        { Stage.FinalDot, "554 5.2.0 STOREDRV.Deliver; SubmissionQuotaExceeded", QuotaReached },
        { Stage.FinalDot, "550 5.1.90 Your message can't be sent because you've reached your daily limit", QuotaReached },
        { Stage.FinalDot, "554 5.2.2 quota", QuotaReached },
        { Stage.Mail, "451 4.7.0 Temporary server error. Please try again later. PRX4", Retry },
        { Stage.Auth, "421 4.4.1 Connection timed out", Retry },
        { Stage.Mail, "421 4.4.2 Connection dropped", Retry },
        { Stage.Mail, "421 Service shutting down", Retry },
        { Stage.FinalDot, "432 4.3.2 Concurrent connections limit exceeded", Throttled },
        { Stage.FinalDot, "451 4.7.899 Access denied, please try again later", Throttled },
        { Stage.Mail, "451 4.7.0 Temporary server error. Please try again later. AUTH4", Retry },

        // Nobody pays: what HVE says is not known, and an address may be called billing
        { Stage.Mail, "550 5.7.0 The billing policy is not valid", AccountFault },
        { Stage.FinalDot, "550 5.7.999 No billing account", AccountFault },
        { Stage.FinalDot, "554 5.7.999 Billing is not set up", AccountFault },
        { Stage.FinalDot, "554 5.7.999 billing not valid", AccountFault },
        { Stage.Rcpt, "550 5.1.10 billing@contoso.com is unknown", Permanent },
        { Stage.Rcpt, "550 no such user billing@contoso.com", Permanent },

        // No row
        { Stage.Rcpt, "450 4.2.1 mailbox busy", Retry },
        { Stage.Greeting, "554 5.3.2 no", AccountFault },
        { Stage.Hello, "550 go away", AccountFault },
        { Stage.Mail, "550 5.7.999 whatever", AccountFault },
        { Stage.Mail, "550 5.1.1 at MAIL it is about us", AccountFault },
        { Stage.Rcpt, "550 no", Permanent },
        { Stage.FinalDot, "554 5.6.0 no", Permanent },
    };

    [Theory]
    [MemberData(nameof(Replies))]
    public void Says_what_the_relay_does(Stage stage, string line, ReplyClass expected)
    {
        Assert.True(Reply.TryParse(line, out var reply));

        Assert.Equal(expected, ReplyTable.BuiltIn.Classify(new SmtpFailure(stage, reply, Breakage.None, string.Empty)).Class);
    }

    [Theory]
    [InlineData(Breakage.Dns, Unreachable)]
    [InlineData(Breakage.Unreachable, Unreachable)]
    [InlineData(Breakage.TimedOut, Unreachable)]
    [InlineData(Breakage.Closed, Unreachable)]
    [InlineData(Breakage.Garbage, Unreachable)]
    [InlineData(Breakage.Tls, Unreachable)]
    [InlineData(Breakage.ContentUnreadable, Retry)]
    [InlineData(Breakage.Certificate, AccountFault)]
    [InlineData(Breakage.NoStartTls, AccountFault)]
    [InlineData(Breakage.NoMechanism, AccountFault)]
    [InlineData(Breakage.TokenUnavailable, Unreachable)]
    [InlineData(Breakage.TokenRefused, AccountFault)]
    [InlineData(Breakage.CredentialUnusable, AccountFault)]
    public void What_broke_never_ends_a_message(Breakage breakage, ReplyClass expected) =>
        Assert.Equal(expected, ReplyTable.BuiltIn.Classify(new SmtpFailure(Stage.Connect, null, breakage, "it broke")).Class);

    /// <summary>A fault of the account comes with whatever code, before RCPT and after it: never is a recipient failed for it.</summary>
    [Theory]
    [InlineData("5.7.57")]
    [InlineData("5.7.62")]
    [InlineData("5.6.241")]
    [InlineData("5.2.240")]
    [InlineData("5.2.252")]
    [InlineData("5.1.8")]
    [InlineData("5.7.502")]
    [InlineData("5.7.705")]
    [InlineData("5.7.139")]
    [InlineData("5.7.240")]
    public void What_is_the_accounts_fault_is_so_with_any_code_at_any_command(string enhanced) =>
        Assert.All(
            from code in new[] { 501, 530, 535, 550, 554 } from stage in ReplyExplanation.Stages select (code, stage),
            each => Assert.Equal(AccountFault, ReplyTable.BuiltIn.Classify(each.stage, Reply.Of(each.code, enhanced, "no")).Class));

    [Fact]
    public void Every_row_says_what_is_at_fault_who_mends_it_and_who_says_so() => Assert.All(ReplyTable.BuiltIn.Rows, row =>
    {
        Assert.Equal(row.Class == AccountFault, row.Fault != FaultKind.None);
        Assert.NotEmpty(row.Source);
        Assert.NotEmpty(row.Cause);
        Assert.True(row.Remedy.Length == 0 || row.Verdict is { Who.Length: > 0, How.Length: > 0 }, row.Remedy);
        Assert.True(row.Class is not (AccountFault or Permanent) || row.Remedy.Length > 0, row.Cause);
    });

    [Fact]
    public void Rows_of_the_configuration_come_first_and_hold_where_they_say()
    {
        var hve = new HveOptions
        {
            Replies =
            [
                new ReplyOptions { Stage = "Rcpt", EnhancedCode = "5.7.60-62", Class = ReplyOptionsClass.Retry, Cause = "A test" },
                new ReplyOptions { EnhancedCode = "5.7.999", Class = ReplyOptionsClass.Permanent, Cause = "Not to this one" },
                new ReplyOptions { Text = "Lunch", Class = ReplyOptionsClass.AccountFault, Cause = "Lunch", Remedy = "Cook: hurry" },
            ],
        };
        var replies = ReplyTable.OfHve(new RelayOptions { Hve = hve });

        Assert.Equal((Retry, "A test"), (Own(Stage.Rcpt, "550 5.7.62 no").Class, Own(Stage.Rcpt, "550 5.7.62 no").Cause));
        Assert.Equal(AccountFault, Own(Stage.Mail, "550 5.7.62 no").Class);
        Assert.Equal("MAIL FROM is not the account", Own(Stage.Mail, "550 5.7.62 no").Cause);
        Assert.Equal((Permanent, "Not to this one"), (Own(Stage.Rcpt, "550 5.7.999 no").Class, Own(Stage.Rcpt, "550 5.7.999 no").Cause));
        Assert.Equal([AccountFault, AccountFault], new[] { Stage.Greeting, Stage.Mail }.Select(stage => Own(stage, "550 5.7.999 no").Class));
        var lunch = Own(Stage.FinalDot, "451 4.3.0 out for lunch");
        Assert.Equal((AccountFault, "Cook", "hurry", Confidence.Configured, "Hve.Replies[2]"), (lunch.Class, lunch.Who, lunch.How, lunch.Confidence, lunch.Source));

        ReplyVerdict Own(Stage stage, string line)
        {
            Assert.True(Reply.TryParse(line, out var reply));
            return replies.Classify(stage, reply!);
        }
    }

    [Fact]
    public void Every_row_is_reached_by_one_of_these_replies()
    {
        var reached = Replies.Select(row => row.Data).Select(row =>
        {
            Assert.True(Reply.TryParse(row.Item2, out var reply));
            return ReplyTable.BuiltIn.Rows.FirstOrDefault(each => each.Matches(row.Item1, reply!));
        }).ToHashSet();

        Assert.All(ReplyTable.BuiltIn.Rows, row => Assert.Contains(row, reached));
    }
}
