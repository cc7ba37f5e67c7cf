using System.Net.Sockets;
using HveRelay.Mail;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace HveRelay.Operations.Control;

/// <summary>
/// The socket in the data directory by which the verbs talk to the running relay. Who may open it, the relay's user and root, may
/// change the queue; so its file is made, and closed to others, before anybody can connect.
/// </summary>
internal sealed class ControlSocket
{
    public const string FileName = "control.sock";

    private readonly string _path;
    private readonly Socket _socket;

    private ControlSocket(string path, Socket socket) => (_path, _socket) = (path, socket);

    public static string PathIn(string directory) => Path.Combine(Path.GetFullPath(directory), FileName);

    /// <summary>
    /// Makes it, in place of one that a killed relay has left: to be called by who holds the lock of the directory. Null where it
    /// cannot be made, with a warning: mail does not depend on it.
    /// </summary>
    public static ControlSocket? TryBind(string directory, MailLog log)
    {
        var path = PathIn(directory);
        Socket? socket = null;
        try
        {
            var endpoint = new UnixDomainSocketEndPoint(path);
            File.Delete(path);
            socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Bind(endpoint);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            return new ControlSocket(path, socket);
        }
        catch (Exception failed) when (failed is ArgumentOutOfRangeException or SocketException or IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            socket?.Dispose();
            var cause = failed is ArgumentOutOfRangeException ? "the path is too long for a socket, which may have some 100 octets" : failed.Message;
            log.Config(EventLevel.Warning, "DataDirectory", $"there is no {path}: {cause}; 'hverelay queue hold' and the like do not work while the relay runs");
            return null;
        }
    }

    /// <summary>Lets Kestrel answer on it, and tells each request from there who is at the other end.</summary>
    public void Serve(KestrelServerOptions kestrel) => kestrel.ListenUnixSocket(_path, listen => listen.Use(next => connection =>
    {
        connection.Features.Set(new ControlPeer(ControlPeer.NameAt(connection.Features.Get<IConnectionSocketFeature>()?.Socket)));
        return next(connection);
    }));

    public void Configure(SocketTransportOptions transport) => transport.CreateBoundListenSocket = endpoint =>
        endpoint is UnixDomainSocketEndPoint ? _socket : SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
}
