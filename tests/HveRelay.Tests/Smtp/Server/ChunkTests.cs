using System.Text;
using HveRelay.Smtp.Server;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Smtp.Server;

/// <summary>BDAT (RFC 3030), whatever way a message is cut. The dialogues are in Transcripts/Server/chunks*.txt.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ChunkTests
{
    private const string Message = "Subject: x\r\n\r\n.\r\n..y\r\n\r\n.\r\nQUIT\r\ncaf\xE9\r\n";
    private const string Heard = @"content Subject: x\r\n\r\n.\r\n..y\r\n\r\n.\r\nQUIT\r\ncaf\xE9\r\n";

    [Fact]
    public async Task Wherever_a_message_is_cut_it_arrives_octet_for_octet()
    {
        for (var first = 0; first <= Message.Length; first++)
        {
            for (var second = first; second <= Message.Length; second++)
            {
                await ArrivesAsync(Message[..first], Message[first..second], Message[second..]);
            }
        }
    }

    [Fact]
    public Task A_message_may_come_an_octet_a_chunk() => ArrivesAsync([.. Message.Select(octet => octet.ToString())]);

    [Fact]
    public async Task What_a_message_becomes_depends_on_no_cut()
    {
        const string Odd = "a\r\r\nb\nc\rd\r\n\n\r";
        var whole = await HeardAsync([Odd]);
        for (var first = 0; first <= Odd.Length; first++)
        {
            for (var second = first; second <= Odd.Length; second++)
            {
                Assert.Equal(whole, await HeardAsync([Odd[..first], Odd[first..second], Odd[second..]]));
            }
        }

        Assert.DoesNotMatch(@"(?<!\\r)\\n|\\r(?!\\n)", whole);
    }

    [Theory]
    [InlineData("0", 0, false)]
    [InlineData("86 LAST", 86, true)]
    [InlineData("86  last", 86, true)]
    [InlineData("9223372036854775807", long.MaxValue, false)]
    public void The_argument_is_a_number_and_perhaps_LAST(string argument, long octets, bool isLast) =>
        Assert.Equal(new SmtpSession.Chunk(octets, isLast), SmtpSession.Chunk.Parse(argument));

    [Theory]
    [InlineData("")]
    [InlineData("LAST")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1e3")]
    [InlineData("0x10")]
    [InlineData("1,000")]
    [InlineData("5 LASTLY")]
    [InlineData("5 LAST LAST")]
    [InlineData("5 5")]
    [InlineData("9223372036854775808")]
    [InlineData("\u0660")]
    public void Anything_else_is_no_number_of_octets(string argument) => Assert.Null(SmtpSession.Chunk.Parse(argument));

    [Fact]
    public async Task A_chunk_of_100_MB_costs_no_memory()
    {
        var service = new ScriptedService { Discards = true };
        await using var live = new LiveSession(service);
        await live.ReadLinesAsync(1);
        await live.SendAsync("MAIL FROM:<a@contoso.com>\r\nRCPT TO:<b@contoso.com>\r\n");
        await live.ReadLinesAsync(2);
        var piece = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('x', 76) + "\r\n", 1000)));
        var before = GC.GetTotalAllocatedBytes(precise: true);

        await live.SendAsync($"BDAT {piece.Length * 1300L} LAST\r\n");
        for (var i = 0; i < 1300; i++)
        {
            await live.SendAsync(piece);
        }

        Assert.Equal("250 2.0.0 OK queued\r\n", await live.ReadAsync());
        Assert.Equal(101_400_000, service.Received);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 16L * 1024 * 1024);
    }

    private static async Task ArrivesAsync(params string[] chunks) => Assert.Equal(Heard, await HeardAsync(chunks));

    /// <summary>The content that the service heard, all chunks sent in one group.</summary>
    private static async Task<string> HeardAsync(string[] chunks)
    {
        var service = new ScriptedService();
        await using var live = new LiveSession(service);
        await live.ReadLinesAsync(1);

        await live.SendAsync("MAIL FROM:<a@contoso.com>\r\nRCPT TO:<b@contoso.com>\r\n"
            + string.Concat(chunks.Select((chunk, at) => $"BDAT {chunk.Length}{(at == chunks.Length - 1 ? " LAST" : "")}\r\n{chunk}")));
        var replies = await live.ReadLinesAsync(2 + chunks.Length);

        Assert.EndsWith("250 2.0.0 OK queued\r\n", replies, StringComparison.Ordinal);
        return service.Heard.Single(line => line.StartsWith("content", StringComparison.Ordinal));
    }
}
