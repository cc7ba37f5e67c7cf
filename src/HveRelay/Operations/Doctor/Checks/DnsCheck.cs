using System.Net.Sockets;
using HveRelay.Smtp;

namespace HveRelay.Operations.Doctor.Checks;

/// <summary>The name of the next hop has an address.</summary>
internal static class DnsCheck
{
    public static async Task<Finding> RunAsync(Examination examination, CancellationToken cancel)
    {
        var host = examination.Options.Hve.Host;
        var why = "the answer is empty";
        try
        {
            examination.Addresses = await examination.Resolve(host, cancel).WaitAsync(Examination.Patience.Connect, examination.Clock, cancel);
        }
        catch (Exception failed) when (failed is SocketException or ArgumentException or TimeoutException)
        {
            why = failed.Message;
        }

        return examination.Addresses.Length > 0
            ? Finding.Ok($"{host} is {string.Join(", ", examination.Addresses.Select(address => address.ToString()))}")
            : Finding.Of(examination.Replies, new SmtpFailure(Stage.Connect, null, Breakage.Dns, $"The name {host} has no address: {why}."));
    }
}
