using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;

namespace HveRelay.Operations.Control;

/// <summary>Who is at the other end of the control socket. Only requests that came by it have one.</summary>
/// <param name="User">The name, or the number where the system's list has none; null where the system does not tell.</param>
internal sealed record ControlPeer(string? User)
{
    private const int SocketLevel = 1; // SOL_SOCKET of Linux
    private const int PeerCredentials = 17; // SO_PEERCRED: unix(7); pid, uid and gid, four octets each

    public static string? NameAt(Socket? socket)
    {
        if (socket is null || !OperatingSystem.IsLinux())
        {
            return null;
        }

        var credentials = new byte[12];
        try
        {
            if (socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) != credentials.Length)
            {
                return null;
            }
        }
        catch (SocketException)
        {
            return null;
        }

        var uid = BitConverter.IsLittleEndian
            ? BinaryPrimitives.ReadUInt32LittleEndian(credentials.AsSpan(4))
            : BinaryPrimitives.ReadUInt32BigEndian(credentials.AsSpan(4));
        return NameOf(uid.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>From passwd(5); users that come from elsewhere are told by their number.</summary>
    private static string NameOf(string uid)
    {
        try
        {
            return File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(user => user.Length > 2 && user[2] == uid)?[0] ?? uid;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return uid;
        }
    }

    /// <summary>For the log: <c>root</c>, or <c>root (sudo by alice)</c>.</summary>
    public static string Words(string user, string? sudo) => string.IsNullOrEmpty(sudo) ? user : $"{user} (sudo by {sudo})";
}
