using System.Net;

namespace HveRelay.Intake.Sockets;

/// <summary>Where SMTP is listened for: tells these listeners from the web's, which stay with Kestrel's own sockets.</summary>
internal sealed class SmtpEndPoint(IPAddress address, int port) : IPEndPoint(address, port);
