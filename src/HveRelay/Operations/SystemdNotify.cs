using System.Net.Sockets;
using System.Text;

namespace HveRelay.Operations;

/// <summary>Tells systemd how the service is (sd_notify): one datagram to the socket that NOTIFY_SOCKET names, or nothing.</summary>
internal static class SystemdNotify
{
    public static void Ready() => Send("READY=1\nSTATUS=Relaying");

    public static void Stopping() => Send("STOPPING=1\nSTATUS=Letting sessions finish");

    private static void Send(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } path)
        {
            return;
        }

        // A leading @ is the abstract namespace, which begins with a NUL.
        var endpoint = new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path);
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.UTF8.GetBytes(state), endpoint);
        }
        catch (SocketException)
        {
            // systemd is gone or never was, or the unit forbids such sockets: the relay works without it.
        }
    }
}
