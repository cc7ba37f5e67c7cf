using System.Net.Sockets;
using System.Runtime.Versioning;
using HveRelay.Mail;
using HveRelay.Operations.Control;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Operations.Control;

public sealed class ControlSocketTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<MailEvent> _lines = [];
    private readonly MailLog _log;

    public ControlSocketTests() => _log = new MailLog(new ManualClock(), _lines.Add);

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Only_we_may_open_it_and_one_that_was_left_behind_is_replaced()
    {
        var path = ControlSocket.PathIn(_directory.Path);
        File.WriteAllText(path, "left behind");

        Assert.NotNull(ControlSocket.TryBind(_directory.Path, _log));

        Assert.Empty(_lines);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void A_path_too_long_for_a_socket_is_a_warning_and_no_more()
    {
        var directory = Path.Combine(_directory.Path, new string('d', 120));
        Directory.CreateDirectory(directory);

        Assert.Null(ControlSocket.TryBind(directory, _log));

        var warning = Assert.Single(_lines);
        Assert.Equal((EventLevel.Warning, "config", "DataDirectory"), (warning.Level, warning.Name, warning["key"]));
        Assert.Contains("/control.sock: the path is too long for a socket", warning["text"], StringComparison.Ordinal);
        Assert.Equal(ControlDoor.Nobody, ControlClient.Knock(directory));
    }

    [Fact]
    public void Where_it_cannot_be_made_is_a_warning_and_no_more()
    {
        Directory.CreateDirectory(Path.Combine(ControlSocket.PathIn(_directory.Path), "in the way"));

        Assert.Null(ControlSocket.TryBind(_directory.Path, _log));

        Assert.Equal("config", Assert.Single(_lines).Name);
    }

    [Fact]
    public void A_socket_that_a_killed_relay_left_is_nobody()
    {
        var path = ControlSocket.PathIn(_directory.Path);
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            socket.Listen();
            Assert.Equal(ControlDoor.Open, ControlClient.Knock(_directory.Path));

            // As a kill does it: the file stays.
            File.Move(path, path + "-moved");
        }

        File.Move(path + "-moved", path);

        Assert.Equal(ControlDoor.Nobody, ControlClient.Knock(_directory.Path));
    }

    public void Dispose() => _directory.Dispose();
}
