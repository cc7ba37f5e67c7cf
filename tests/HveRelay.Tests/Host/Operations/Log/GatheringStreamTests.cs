using System.Text;
using HveRelay.Operations.Log;

namespace HveRelay.Tests.Host.Operations.Log;

public sealed class GatheringStreamTests
{
    private readonly Writes _file = new();

    [Fact]
    public void Lines_gather_though_each_is_flushed_and_go_out_in_one_write()
    {
        using var stream = new GatheringStream(_file);
        foreach (var line in new[] { "one\n", "two\n", "three\n" })
        {
            stream.Write(Encoding.ASCII.GetBytes(line));
            stream.Flush();
        }

        Assert.Empty(_file.Texts);
        stream.WriteOut();
        stream.WriteOut();

        Assert.Equal(["one\ntwo\nthree\n"], _file.Texts);
    }

    [Fact]
    public void What_grows_too_long_goes_before_its_batch_is_whole()
    {
        using var stream = new GatheringStream(_file);

        stream.Write(new byte[1024 * 1024]);
        stream.Write("more"u8);

        Assert.Single(_file.Texts);
    }

    [Fact]
    public void What_has_gathered_is_written_at_the_end()
    {
        var stream = new GatheringStream(_file);
        stream.Write("last\n"u8);

        stream.Dispose();

        Assert.Equal(["last\n"], _file.Texts);
    }

    [Fact]
    public void What_cannot_be_written_is_given_up_and_the_next_lines_are_not()
    {
        using var stream = new GatheringStream(_file);
        _file.Refuses = true;
        stream.Write("lost\n"u8);
        Assert.Throws<IOException>(stream.WriteOut);

        _file.Refuses = false;
        stream.Write("kept\n"u8);
        stream.WriteOut();

        Assert.Equal(["kept\n"], _file.Texts);
    }

    [Fact]
    public void A_full_disk_does_not_break_the_end()
    {
        _file.Refuses = true;
        var stream = new GatheringStream(_file);
        stream.Write("lost\n"u8);

        stream.Dispose();

        Assert.True(_file.IsClosed);
        Assert.Empty(_file.Texts);
    }

    private sealed class Writes : MemoryStream
    {
        public List<string> Texts { get; } = [];

        public bool Refuses { get; set; }

        public bool IsClosed { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Refuses)
            {
                throw new IOException("No space left on device");
            }

            Texts.Add(Encoding.ASCII.GetString(buffer));
        }

        /// <summary>As the stream of a file does, which flushes once more at its end.</summary>
        protected override void Dispose(bool disposing)
        {
            IsClosed = true;
            base.Dispose(disposing);
            if (Refuses)
            {
                throw new IOException("No space left on device");
            }
        }
    }
}
