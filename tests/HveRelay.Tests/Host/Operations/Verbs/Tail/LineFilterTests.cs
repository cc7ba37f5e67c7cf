using HveRelay.Mail;
using HveRelay.Operations.Verbs.Tail;

namespace HveRelay.Tests.Host.Operations.Verbs.Tail;

public sealed class LineFilterTests
{
    private const string Id = "0CN33SA9G09X2";
    private static readonly LineFilter All = new(null, null, null, null);

    private static readonly string[] Lines =
    [
        $"2026-11-22T03:12:00.123Z WRN deferred id={Id} client=scanners from=\"\\\"a b\\\"@contoso.com\" to=you@contoso.com reply=\"451 to=x@y \\u0007\"",
        $$"""{"time":"2026-11-22T03:12:00.123Z","level":"WRN","event":"deferred","id":"{{Id}}","client":"scanners","from":"\"a b\"@contoso.com","to":"you@contoso.com"}""",
    ];

    [Theory]
    [InlineData(null, null, null, null, true)]
    [InlineData(Id, null, null, null, true)]
    [InlineData("0CN33SA9G09X3", null, null, null, false)]
    [InlineData(null, "SCAN", null, null, true)]
    [InlineData(null, "erp", null, null, false)]
    [InlineData(null, null, "\"a b\"@", null, true)]
    [InlineData(null, null, "you@", null, false)]
    [InlineData(null, null, null, "you@", true)]
    [InlineData(null, null, null, "x@y", false)]
    [InlineData(Id, "scanners", "contoso", "contoso", true)]
    public void A_line_matches_by_its_fields_as_text_and_as_JSON(string? id, string? client, string? sender, string? recipient, bool matches)
    {
        var filter = new LineFilter(id is null ? null : MessageId.Parse(id), client, sender, recipient);

        Assert.All(Lines, line => Assert.Equal(matches, filter.Matches(line)));
    }

    [Fact]
    public void A_notice_that_tells_of_a_message_belongs_to_it() =>
        Assert.True((All with { Id = MessageId.Parse(Id) }).Matches($"2026-11-22T03:12:00.123Z INF notified id=0CN33SA9G09X9 to=a@b.de count=2 messages=0CN33SA9G09X1,{Id}"));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("{\"time\":")]
    [InlineData("2026-11-22T03:12:00.123Z INF ready version=\"0.1")]
    public void What_is_no_whole_line_matches_no_filter_and_harms_nothing(string line)
    {
        Assert.False((All with { Client = "scanners" }).Matches(line));
        Assert.True(All.Matches(line));
    }
}
