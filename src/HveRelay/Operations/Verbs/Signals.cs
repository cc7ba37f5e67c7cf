using System.Runtime.InteropServices;

namespace HveRelay.Operations.Verbs;

/// <summary>Waits for SIGTERM or Ctrl-C.</summary>
internal static class Signals
{
    /// <summary>The signal's name; or null when <paramref name="instead"/> ended first.</summary>
    public static async Task<string?> WaitAsync(Task instead, CancellationToken cancel)
    {
        var signalled = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Take);
        await using var cancelled = cancel.Register(() => signalled.TrySetResult("cancelled"));
        return await Task.WhenAny(signalled.Task, instead) == signalled.Task ? await signalled.Task : null;

        void Take(PosixSignalContext context)
        {
            // The process ends when we are done, not now.
            context.Cancel = true;
            signalled.TrySetResult(context.Signal.ToString());
        }
    }
}
