using HveRelay.Operations.Doctor;

namespace HveRelay.Tests.Host.Operations.Doctor;

public sealed class HopGreetingTests
{
    [Theory]
    [InlineData("220 AM0PR01CA0123.outlook.office365.com Microsoft ESMTP MAIL Service ready at Sun, 22 Nov 2026 03:12:00 +0000\r\n", "2026-11-22T03:12:00Z")]
    [InlineData("220 hve Microsoft ESMTP MAIL Service ready at Sun, 22 Nov 2026 03:12:00 GMT", "2026-11-22T03:12:00Z")]
    [InlineData("220 mail.contoso.com ESMTP 22 Nov 2026 04:12:00 +0100\r\n", "2026-11-22T03:12:00Z")]
    [InlineData("220 mail.contoso.com ESMTP Postfix\r\n", null)]
    [InlineData("220 ready at Sun, 99 Nov 2026 03:12:00 GMT\r\n", null)]
    [InlineData("", null)]
    public void The_time_in_a_greeting_is_found(string greeting, string? time) =>
        Assert.Equal(time is null ? null : DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture), HopGreeting.Parse(greeting).Time);
}
