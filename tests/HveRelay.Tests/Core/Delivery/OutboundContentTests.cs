using System.Reflection;
using System.Text;
using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Rewriting;

namespace HveRelay.Tests.Core.Delivery;

public sealed class OutboundContentTests
{
    private const string Header = "From: erp@contoso.com\r\nSubject: x\r\nDate: Sun, 22 Nov 2026 03:12:00 +0000\r\nMessage-ID: <1@x>\r\n";

    /// <summary>Sent through; looked at for its character set; looked at, and encoded anew.</summary>
    public static TheoryData<string, string, LongLines> Ways => new()
    {
        { "Content-Type: application/octet-stream\r\n", "plain lines\r\n", LongLines.Pass },
        { "", "Grüße\r\n", LongLines.Pass },
        { "", new string('ü', 1000) + "\r\n", LongLines.Reencode },
        { "Content-Transfer-Encoding: base64\r\nContent-Type: application/pdf\r\n", new string('A', 1200), LongLines.Reencode },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_message_of_9_MB_costs_no_more_memory_than_a_small_one(string field, string line, LongLines longLines)
    {
        var content = Encoding.UTF8.GetBytes(Header + field + "\r\n" + string.Concat(Enumerable.Repeat(line, 64 * 1024 / line.Length)));
        await AllocatedAsync(content, 3, longLines); // what is only done once

        var (small, smallLength) = await AllocatedAsync(content, 3, longLines);
        var (large, largeLength) = await AllocatedAsync(content, 9_000_000 / content.Length, longLines);

        TestContext.Current.TestOutputHelper!.WriteLine($"{small} octets allocated for {smallLength}, {large} for {largeLength}");
        Assert.InRange(largeLength, 8_900_000, 30_000_000);
        Assert.True(large - small < 20_000, $"{small} octets allocated for {smallLength}, {large} for {largeLength}");
    }

    /// <summary>Octets allocated while a message is opened and read to its end, and its length, which must be the one that was declared.</summary>
    private static async Task<(long Allocated, long Length)> AllocatedAsync(byte[] first, int chunks, LongLines longLines)
    {
        var store = DispatchProxy.Create<IQueueStore, RepeatedContent>();
        ((RepeatedContent)store).Chunk = first;
        ((RepeatedContent)store).Chunks = chunks;
        var options = new RelayOptions { Clients = [new ClientOptions { Name = "erp", LongLines = longLines }] };
        var context = new DeliveryContext(
            store, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!,
            RewriteMode.Account, "relay.contoso.com", default, new WishList(options));
        var origin = new Origin("erp", "10.0.0.1", "erp", null, null, "ESMTP");
        var envelope = new Envelope(new MessageId(1), "erp@contoso.com", default, default, (long)first.Length * chunks, Priority.Normal, false, origin);
        var part = new DuePart(default, envelope, 1, 1, Lane.AnyAccount, 1, [new DueRecipient(1, "you@contoso.com")]);
        var plan = new SenderPlan("hve1@contoso.com", [], 1, 50, [], []);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var (message, _) = await OutboundContent.OpenAsync(context, plan, part, 1, CancellationToken.None);
        var length = (long)message.Header.Length;
        await foreach (var piece in message.Body(CancellationToken.None))
        {
            length += piece.Length;
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(message.Size, length);
        return (allocated, length);
    }
}

/// <summary>A store that has one content, the same chunk again and again, and nothing else.</summary>
public class RepeatedContent : DispatchProxy
{
    internal byte[] Chunk { get; set; } = [];

    internal int Chunks { get; set; }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod?.Name == nameof(IQueueReader.ReadContentAsync) ? Read((long)args![1]!) : throw new NotSupportedException(targetMethod?.Name);

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> Read(long offset)
    {
        await Task.CompletedTask;
        for (var at = offset; at < (long)Chunk.Length * Chunks; at += Chunk.Length - (at % Chunk.Length))
        {
            yield return Chunk.AsMemory((int)(at % Chunk.Length));
        }
    }
}
