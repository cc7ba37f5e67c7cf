using System.Runtime.InteropServices;

namespace HveRelay.Operations.Verbs;

/// <summary>SIGTERM and Ctrl-C: the first asks the process to end in good order, the second to hurry.</summary>
internal sealed class Signals : IDisposable
{
    private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _hurry = new();
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;
    private readonly CancellationTokenRegistration _cancelled;

    public Signals(CancellationToken cancel)
    {
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Take);
        _cancelled = cancel.Register(() => _first.TrySetResult("cancelled"));
    }

    /// <summary>The name of the first signal.</summary>
    public Task<string> First => _first.Task;

    /// <summary>A second signal came.</summary>
    public CancellationToken Hurry => _hurry.Token;

    public void Dispose()
    {
        _cancelled.Dispose();
        _interrupt.Dispose();
        _terminate.Dispose();
        _hurry.Dispose();
    }

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
