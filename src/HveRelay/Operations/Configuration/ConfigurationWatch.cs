using HveRelay.Files;

namespace HveRelay.Operations.Configuration;

/// <summary>
/// Sees that the configuration file, or a file with a secret that it names, has another content than when it was read, and says so once
/// it has kept still for a while: an editor may be in the midst of it. What it sees first counts as changed: between the reading and the
/// first look anything may have happened.
/// </summary>
/// <param name="files">The files to look at; asked anew at each look.</param>
/// <param name="changed">Called for one change after another, with whether somebody asked for it.</param>
internal sealed class ConfigurationWatch(Func<IReadOnlyList<string>> files, Func<bool, Task> changed, TimeProvider clock)
{
    internal static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Read it again, changed or not.</summary>
    public void Ask() => Volatile.Read(ref _asked).TrySetResult();

    /// <summary>Runs until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var (read, seen) = (string.Empty, string.Empty);
        while (!stop.IsCancellationRequested)
        {
            var asked = Volatile.Read(ref _asked).Task;
            using (var enough = CancellationTokenSource.CreateLinkedTokenSource(stop))
            {
                await Task.WhenAny(asked, Task.Delay(Look, clock, enough.Token));
                await enough.CancelAsync();
            }

            if (stop.IsCancellationRequested)
            {
                return;
            }

            var now = FileStamp.Of(files());
            if (asked.IsCompleted)
            {
                // Whoever asks from here on asks for one more reading.
                Volatile.Write(ref _asked, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                (read, seen) = (FileStamp.Of(files()), string.Empty);
                await changed(true);
            }
            else if (now == read || now != seen)
            {
                seen = now;
            }
            else
            {
                read = now;
                await changed(false);
            }
        }
    }
}
