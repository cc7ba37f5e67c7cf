namespace HveRelay.Operations.Doctor.Checks;

/// <summary>A firewall lets us through to the port of the next hop.</summary>
internal static class TcpCheck
{
    public static async Task<Finding> RunAsync(Examination examination, CancellationToken cancel)
    {
        if (examination.Addresses.Length == 0)
        {
            return Finding.NotReached("no address");
        }

        var hve = examination.Options.Hve;
        var (socket, failure) = await examination.Dialer.DialAsync(hve.Host, hve.Port, cancel);
        if (socket is null)
        {
            return Finding.Of(examination.Replies, failure!);
        }

        using (socket)
        {
            examination.IsReachable = true;
            return Finding.Ok($"connected to {socket.RemoteEndPoint}");
        }
    }
}
