using System.Security.Cryptography;
using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Tests.Host.Stores;

public abstract partial class QueueStoreCompliance
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(131_072)]
    [InlineData(1_000_000)]
    public async Task Content_reads_back_octet_for_octet(int size)
    {
        var octets = Octets(size);

        var id = await EnqueueAsync(Message(size: size), octets);

        Assert.Equal(octets, await ReadAsync(id));
        await ReopenAsync();
        Assert.Equal(octets, await ReadAsync(id));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(200_000)]
    [InlineData(299_999)]
    [InlineData(300_000)]
    public async Task Content_reads_from_any_octet_on(int offset)
    {
        var octets = Octets(300_000);

        var id = await EnqueueAsync(Message(), octets);

        Assert.Equal(octets[offset..], await ReadAsync(id, offset));
    }

    [Fact]
    public async Task Pieces_of_any_size_make_one_content_and_their_buffer_may_be_reused()
    {
        var octets = Octets(400_000);
        var buffer = new byte[100_000];
        var random = new Random(3);
        var message = Message();
        await using var content = Store.CreateContent();
        for (var done = 0; done < octets.Length;)
        {
            var piece = Math.Min(random.Next(0, 90_000), octets.Length - done);
            octets.AsSpan(done, piece).CopyTo(buffer);
            await content.WriteAsync(buffer.AsMemory(0, piece), Cancel);
            buffer.AsSpan().Clear();
            done += piece;
        }

        await Store.EnqueueAsync(message, content, Cancel);

        Assert.Equal(octets.Length, content.Length);
        Assert.Equal(octets, await ReadAsync(message.Envelope.Id));
    }

    [Fact]
    public async Task Content_that_is_never_enqueued_is_gone()
    {
        var content = Store.CreateContent();
        await content.WriteAsync(Octets(500_000), Cancel);
        await content.DisposeAsync();
        var id = await EnqueueAsync(Message());

        Assert.Equal("hi\n"u8.ToArray(), await ReadAsync(id));
        Assert.Equal(1, (await Store.TotalsAsync(Cancel)).QueuedMessages);
    }

    [Fact]
    public async Task A_message_of_20_MB_comes_through_in_pieces()
    {
        const int Pieces = 1250;
        var piece = Octets(16_384);
        var message = Message(size: Pieces * piece.Length);
        using var written = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var read = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using (var content = Store.CreateContent())
        {
            for (var i = 0; i < Pieces; i++)
            {
                piece[0] = (byte)i;
                written.AppendData(piece);
                await content.WriteAsync(piece, Cancel);
            }

            await Store.EnqueueAsync(message, content, Cancel);
        }

        await foreach (var chunk in Store.ReadContentAsync(message.Envelope.Id, 0, Cancel))
        {
            read.AppendData(chunk.Span);
        }

        Assert.Equal(written.GetHashAndReset(), read.GetHashAndReset());
    }

    [Fact]
    public async Task The_content_goes_with_the_last_recipient()
    {
        var id = await EnqueueAsync(Message(["a@contoso.com", "b@contoso.com"]), Octets(200_000));
        var part = await TakeOneAsync();
        await CompleteAsync(part, await BegunAsync(part), Relayed(0), new(1, Outcome.Deferred, "451 4.7.0 later", Now));
        Assert.Equal(200_000, (await ReadAsync(id)).Length);

        part = await TakeOneAsync();
        await CompleteAsync(part, await BegunAsync(part), Relayed(1));

        await Assert.ThrowsAsync<StoreException>(() => ReadAsync(id));
        Assert.NotNull((await FindAsync(id)).EndedAt);
    }

    [Fact]
    public async Task Content_of_a_message_that_never_was_is_a_fault() =>
        await Assert.ThrowsAsync<StoreException>(() => ReadAsync(new MessageId(7)));
}
