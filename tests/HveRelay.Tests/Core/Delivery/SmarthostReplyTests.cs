using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Smtp;

namespace HveRelay.Tests.Core.Delivery;

/// <summary>The same reply means one thing at HVE and another elsewhere.</summary>
public sealed class SmarthostReplyTests
{
    private static readonly ReplyTable Keeps = ReplyTable.From(new SmarthostOptions { Rewrite = RewriteFrom.Keep });
    private static readonly ReplyTable Rewrites = ReplyTable.From(new SmarthostOptions { Rewrite = RewriteFrom.Account });

    [Theory]
    [InlineData(Stage.Rcpt, "550 5.5.105 External sending is not supported", ReplyClass.Permanent)]
    [InlineData(Stage.Rcpt, "550 5.7.57 relaying denied", ReplyClass.AccountFault)]
    [InlineData(Stage.Rcpt, "550 5.1.8 Sender address rejected: Domain not found", ReplyClass.Permanent)]
    [InlineData(Stage.Rcpt, "550 5.7.62 whatever", ReplyClass.Permanent)]
    [InlineData(Stage.Rcpt, "550 5.2.240 whatever", ReplyClass.Permanent)]
    [InlineData(Stage.Rcpt, "554 5.7.1 <a@b.example>: Relay access denied", ReplyClass.Retry)]
    [InlineData(Stage.Rcpt, "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", ReplyClass.Retry)]
    [InlineData(Stage.FinalDot, "550 billing policy of somebody else", ReplyClass.Permanent)]
    [InlineData(Stage.Auth, "535 5.7.8 authentication failed", ReplyClass.AccountFault)]
    [InlineData(Stage.Auth, "535 5.7.142 token expired", ReplyClass.NewToken)]
    [InlineData(Stage.Mail, "550 5.7.64 TenantAttribution; Relay Access Denied", ReplyClass.AccountFault)]
    [InlineData(Stage.Mail, "550 5.7.68 direct send", ReplyClass.AccountFault)]
    [InlineData(Stage.Mail, "451 4.7.550 Access denied, try again later", ReplyClass.Throttled)]
    [InlineData(Stage.Rcpt, "452 4.5.3 Too many recipients", ReplyClass.Split)]
    [InlineData(Stage.Mail, "552 5.3.4 Message too large", ReplyClass.Permanent)]
    [InlineData(Stage.Greeting, "421 4.3.2 busy", ReplyClass.Retry)]
    [InlineData(Stage.Rcpt, "450 4.7.1 Greylisted", ReplyClass.Retry)]
    [InlineData(Stage.Hello, "550 go away", ReplyClass.AccountFault)]
    [InlineData(Stage.FinalDot, "599 5.9.9 never heard of", ReplyClass.Permanent)]
    public void Means_at_a_smarthost(Stage stage, string line, ReplyClass @class) => Assert.Equal(@class, Rewrites.Classify(stage, Read(line)).Class);

    [Theory]
    [InlineData("553 we do not like you", ReplyClass.Retry, ReplyClass.AccountFault)]
    [InlineData("550 5.1.8 no such domain", ReplyClass.Permanent, ReplyClass.Permanent)]
    public void A_sender_that_is_refused_is_no_fault_of_the_others_where_each_message_has_its_own(string line, ReplyClass keeps, ReplyClass rewrites) =>
        Assert.Equal((keeps, rewrites), (Keeps.Classify(Stage.Mail, Read(line)).Class, Rewrites.Classify(Stage.Mail, Read(line)).Class));

    [Fact]
    public void Its_words_do_not_speak_of_HVE()
    {
        var verdicts = Keeps.Rows.Select(row => row.Verdict)
            .Concat(ReplyExplanation.Stages.SelectMany(stage => new[] { "499 never", "599 never" }.Select(line => Keeps.Classify(stage, Read(line)))))
            .Concat(Enum.GetValues<Breakage>().Where(each => each is not (Breakage.TokenRefused or Breakage.TokenUnavailable))
                .Select(each => Keeps.Classify(new SmtpFailure(Stage.Connect, null, each, string.Empty))));

        Assert.All(verdicts, verdict => Assert.DoesNotContain("HVE", verdict.Cause + verdict.Remedy, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>It cannot be HVE, whose words for a stranger's sender would stop the account.</summary>
    [Theory]
    [InlineData("550 5.1.8 no such sender", ReplyClass.Permanent)]
    [InlineData("599 5.9.9 never heard", ReplyClass.Retry)]
    [InlineData("553 5.3.5 ours", ReplyClass.Throttled)]
    public void A_host_in_the_section_Hve_that_keeps_the_senders_has_this_table_behind_its_own(string line, ReplyClass expected)
    {
        var options = new RelayOptions { Rewrite = { From = RewriteFrom.Keep } };
        options.Hve.Replies = [new ReplyOptions { Code = 553, Class = ReplyOptionsClass.Throttled, Cause = "A test" }];

        Assert.Equal(expected, ReplyTable.OfHve(options).Classify(Stage.Mail, Read(line)).Class);
        Assert.Equal(
            "Administrator: DNS, and Hve.Host", ReplyTables.From(options).Of("hve1@contoso.com").Classify(new SmtpFailure(Stage.Connect, null, Breakage.Dns, string.Empty)).Remedy);
    }

    [Fact]
    public void Rows_of_its_own_come_first()
    {
        var table = ReplyTable.From(new SmarthostOptions
        {
            Name = "external",
            Replies = [new ReplyOptions { Code = 554, Class = ReplyOptionsClass.Retry, Cause = "The gateway is being updated" }],
        });

        var verdict = table.Classify(Stage.FinalDot, Read("554 5.3.0 no"));
        Assert.Equal((ReplyClass.Retry, "Replies[0] of smarthost external"), (verdict.Class, verdict.Source));
    }

    private static Reply Read(string line) => Reply.TryParse(line, out var reply) ? reply! : throw new FormatException(line);
}
