using System.Runtime.InteropServices;

namespace HveRelay.Operations.Verbs;

/// <summary>
/// SIGTERM and Ctrl-C: the first asks the process to end in good order, the second to hurry. SIGHUP asks a daemon for something else; it
/// ends whatever was left on a terminal that is closed.
/// </summary>
#pragma warning disable CA1001 // It lives as long as the process.
internal sealed class Signals
#pragma warning restore CA1001
{
    // Taken until the process is gone: a signal in its last moments must not cut the closing of the queue short.
    private static readonly List<PosixSignalRegistration> Registrations = [];

    private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _hurry = new();
    private readonly TaskCompletionSource<Action> _hangUp = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Signals(CancellationToken cancel, bool isDaemon = false)
    {
        Registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take));
        Registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Take));
        if (isDaemon && !OperatingSystem.IsWindows())
        {
            // From the first moment: a relay that is starting must not die of it.
            Registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                _ = HangUpAsync();
            }));
        }

        cancel.Register(() => _first.TrySetResult("cancelled"));
    }

    /// <summary>The name of the first signal.</summary>
    public Task<string> First => _first.Task;

    /// <summary>A second signal came.</summary>
    public CancellationToken Hurry => _hurry.Token;

    /// <summary>What SIGHUP asks for. Windows has no such signal: what is called so there is the closing of a console.</summary>
    public void OnHangUp(Action act) => _hangUp.TrySetResult(act);

    /// <summary>One that comes before the relay listens, though it has said that it is ready, waits for it.</summary>
    private async Task HangUpAsync() => (await _hangUp.Task)();

    private void Take(PosixSignalContext context)
    {
        // The process ends when we are done, not now.
        context.Cancel = true;
        if (!_first.TrySetResult(context.Signal.ToString()))
        {
            _hurry.Cancel();
        }
    }
}
