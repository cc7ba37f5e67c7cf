using System.Net;
using System.Net.Sockets;

namespace HveRelay.Operations.Doctor.Checks;

/// <summary>The relay answers on its listeners; where none runs, its ports are free.</summary>
internal static class PortsCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<Finding> RunAsync(Examination examination, CancellationToken cancel)
    {
        var listeners = examination.Options.Listeners;
        if (!examination.IsRelayRunning)
        {
            return PortProbe.Faults(examination.Options).FirstOrDefault() switch
            {
                (null, _, _) => Finding.Ok("no relay runs, and its ports are free") with { Notes = ["no relay runs: start it with hverelay run, or systemctl start hverelay"] },
                (var key, SocketError.AccessDenied, var sentence) => Finding.NotReached($"{key}: {sentence}; ask as the user that the relay runs as"),
                var (key, _, sentence) => Finding.Wrong(
                    $"{key}: {sentence}", $"The relay cannot start: {sentence}", $"find the other program with ss -ltnp, often another mail server, and stop it; or change {key}"),
            };
        }

        foreach (var listener in listeners)
        {
            var target = PortProbe.Target(listener.Address, listener.Port);
            if (await TryAsync(target, examination.Clock, cancel) is { } refused)
            {
                return Finding.Wrong(
                    $"listener {listener.Name}: {target}: {refused}", "The relay runs and does not answer there: it has another configuration",
                    "hverelay check, then restart the relay");
            }
        }

        return Finding.Ok("the relay answers on " + string.Join(", ", listeners.Select(listener => $"{listener.Name} {listener.Address}:{listener.Port}")));
    }

    private static async Task<string?> TryAsync(IPEndPoint target, TimeProvider clock, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(target, either.Token);
            return null;
        }
        catch (SocketException refused)
        {
            return refused.Message;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"no answer within {Patience.TotalSeconds} s";
        }
    }
}
