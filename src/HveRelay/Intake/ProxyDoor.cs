using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using HveRelay.Configuration;

namespace HveRelay.Intake;

/// <summary>
/// Who stands behind a connection: its own end, or the client that a trusted proxy names. A header is believed from
/// <see cref="ListenerOptions.TrustedProxies"/> only and must be there (the protocol forbids to guess); from anybody else it is what
/// any octets before the greeting are. It comes before everything, implicit TLS too.
/// </summary>
internal sealed class ProxyDoor(ListenerOptions listener, TimeProvider clock)
{
    /// <summary>For the whole header: a proxy sends it with its first segment.</summary>
    internal static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(10);

    private readonly IPNetwork[] _proxies =
        [.. listener.TrustedProxies.Select(text => NetworkText.TryRead(text, out var network, out var sentence) ? network : throw new FormatException($"{text} {sentence}"))];

    /// <summary>The client, or null with a sentence: no header came that could be understood.</summary>
    public async ValueTask<(IPEndPoint? Client, string? Failure)> IdentifyAsync(IPEndPoint remote, PipeReader input)
    {
        var address = remote.Address.IsIPv4MappedToIPv6 ? remote.Address.MapToIPv4() : remote.Address;
        if (!Array.Exists(_proxies, network => network.Contains(address)))
        {
            return (remote, null);
        }

        using var limit = new CancellationTokenSource(HeaderTimeout, clock);
        try
        {
            while (true)
            {
                var come = await input.ReadAsync(limit.Token);
                var octets = come.Buffer.Slice(0, Math.Min(come.Buffer.Length, ProxyHeader.Longest));
                var reading = ProxyHeader.Read(octets.IsSingleSegment ? octets.FirstSpan : octets.ToArray(), out var client, out var length);
                switch (reading)
                {
                    case ProxyReading.OfTheClient or ProxyReading.OfTheProxy:
                        input.AdvanceTo(octets.GetPosition(length));
                        return (client ?? remote, null);
                    case ProxyReading.Malformed:
                        input.AdvanceTo(octets.Start);
                        return (null, "No PROXY header that can be understood");
                    default:
                        input.AdvanceTo(octets.Start, come.Buffer.End);
                        if (come.IsCompleted)
                        {
                            return (null, "The PROXY header is cut off");
                        }

                        break;
                }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return (null, "No PROXY header in time");
        }
    }
}
