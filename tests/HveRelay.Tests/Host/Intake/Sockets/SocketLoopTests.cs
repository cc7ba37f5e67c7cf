using System.Net.Sockets;
using HveRelay.Intake.Sockets;

namespace HveRelay.Tests.Host.Intake.Sockets;

public sealed class SocketLoopTests
{
    /// <summary>Such a client was closed without a line in the log, as if it had gone away before it was taken.</summary>
    [Fact]
    public void A_socket_that_the_system_does_not_take_is_told_as_want_of_room()
    {
        Assert.SkipUnless(SocketLoop.IsThere, "Linux alone has such a loop.");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var loop = SocketLoop.Next();
        loop.Watch(-1, socket, new Readiness());

        // It has no room for the same one twice either.
        var full = Assert.Throws<SocketException>(() => loop.Watch(-2, socket, new Readiness()));

        loop.Forget(-1);
        Assert.Equal(SocketError.NoBufferSpaceAvailable, full.SocketErrorCode);
    }
}
