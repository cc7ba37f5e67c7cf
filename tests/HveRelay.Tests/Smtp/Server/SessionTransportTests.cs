using System.Net;
using HveRelay.Smtp.Server;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Smtp.Server;

public sealed class SessionTransportTests
{
    [Fact]
    public async Task A_command_whose_time_was_over_before_anybody_looked_ends_the_session()
    {
        var (_, server) = DuplexPipe.Pair();
        await using var session = new SmtpSession(
            new SessionInfo(IPAddress.Loopback, 50_000, "test"), server, ServerTranscript.Options(TlsPolicy.None), new ScriptedService(), new Late());

        Assert.Equal(SessionEnd.TimedOut, await session.RunAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60)));
    }

    /// <summary>Ten minutes pass whenever somebody looks.</summary>
    private sealed class Late : TimeProvider
    {
        private long _now;

        public override long GetTimestamp() => _now += TimestampFrequency * 600;
    }
}
