using System.IO.Pipelines;

namespace HveRelay.Tests.Support;

/// <summary>Two ends of a connection in memory.</summary>
public sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe
{
    /// <param name="capacity">A writer waits when so many octets are unread; 0: never.</param>
    public static (DuplexPipe Client, DuplexPipe Server) Pair(Arrival arrival = Arrival.Whole, int capacity = 64 * 1024)
    {
        var options = new PipeOptions(pauseWriterThreshold: capacity, resumeWriterThreshold: capacity / 2, useSynchronizationContext: false);

        // Inline: who has sent something knows that the server has seen it, if it was waiting.
        var seen = new PipeOptions(
            readerScheduler: PipeScheduler.Inline, pauseWriterThreshold: capacity, resumeWriterThreshold: capacity / 2, useSynchronizationContext: false);
        var (up, down) = (new Pipe(seen), new Pipe(options));
        return (new DuplexPipe(down.Reader, up.Writer), new DuplexPipe(new TricklingReader(up.Reader, arrival), down.Writer));
    }

    /// <summary>As a connection does when its session is over.</summary>
    public void Close()
    {
        Input.Complete();
        Output.Complete();
    }
}
