using HveRelay.Operations.Verbs;

namespace HveRelay.Tests.Host.Operations.Verbs;

/// <summary>The command lines of those who call sendmail.</summary>
public sealed class SendmailArgumentsTests
{
    [Theory]
    [InlineData("-i root", null, false, true, "root")] // cron
    [InlineData("-FCronDaemon -i -B8BITMIME -oem root", null, false, true, "root")] // cron of Debian
    [InlineData("-t -i", null, true, true, "")] // PHP
    [InlineData("-ti", null, true, true, "")]
    [InlineData("-oi -t -f scan@contoso.com", "scan@contoso.com", true, true, "")]
    [InlineData("-fscan@contoso.com -oi a@contoso.com b@contoso.com", "scan@contoso.com", false, true, "a@contoso.com b@contoso.com")] // git send-email, mdadm
    [InlineData("-f <> a@contoso.com", "", false, false, "a@contoso.com")]
    [InlineData("-r x@contoso.com -- -a@contoso.com", "x@contoso.com", false, false, "-a@contoso.com")]
    [InlineData("-bm -odi -O DeliveryMode=b -N never a@contoso.com", null, false, false, "a@contoso.com")]
    public void What_they_mean_is_understood(string line, string? sender, bool header, bool dots, string recipients)
    {
        var read = SendmailArguments.Read(line.Split(' '), out var fault);

        Assert.Null(fault);
        Assert.Equal((sender, header, dots, recipients), (read!.Sender, read.FromHeader, read.IgnoresDots, string.Join(' ', read.Recipients)));
    }

    [Theory]
    [InlineData("-bp", "-bp: only mail is taken here; the queue is shown by: hverelay queue list")]
    [InlineData("-bs", "-bs: only mail is taken here; the queue is shown by: hverelay queue list")]
    [InlineData("-Z a@contoso.com", "-Z: no flag that is known here")]
    [InlineData("-f", "-f: a value is missing")]
    [InlineData("-fCron<root@host> a@contoso.com", "-f: Cron<root@host> is no address")]
    [InlineData("-i", "names no recipient; -t takes them from the message")]
    public void What_this_is_not_is_said(string line, string sentence)
    {
        Assert.Null(SendmailArguments.Read(line.Split(' '), out var fault));
        Assert.Equal(sentence, fault);
    }
}
