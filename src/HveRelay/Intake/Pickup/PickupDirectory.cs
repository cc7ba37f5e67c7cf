using HveRelay.Configuration;
using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Intake.Pickup;

// The states of a file, which are its name:
//   scan.eml                  somebody puts it there; taken once its size and date are the same at two looks, a second apart, and
//                             where it is empty at looks of a minute
//   scan.eml.06GZ…            taken: renamed (atomic) to the id that it has or will have in the queue
//   gone                      it is in the queue under that id, for every recipient
//   Badmail/scan.06GZ….eml    it, or some of its recipients, were refused; scan.06GZ….txt beside it says which and why
// Whatever kills the relay, a taken file is found by its name: where the queue knows the id it is deleted, else it is sent with that
// id. So none is lost, and none is sent twice as long as the queue remembers (Queue.KeepHistory).

/// <summary>Takes mail from files, as IIS and Exchange do. Who may write into the directory may send: the rights of the files decide.</summary>
/// <param name="options">Read anew at each look: the configuration may change.</param>
internal sealed class PickupDirectory(Func<PickupOptions> options, IntakeContext context)
{
    internal const string Badmail = "Badmail";

    internal static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Between two tries with a file that cannot be queued now.</summary>
    internal static readonly TimeSpan Again = TimeSpan.FromSeconds(10);

    /// <summary>So long an empty file may be about to be written.</summary>
    internal static readonly TimeSpan EmptyFor = TimeSpan.FromMinutes(1);

    private const string Ending = ".eml";
    private const int AtOnce = 8;
    private const int MostNamed = 10; // files that cannot be taken, in one line

    private readonly Dictionary<string, DateTimeOffset> _notBefore = new(StringComparer.Ordinal);
    private Dictionary<string, (long Length, DateTime Date, DateTimeOffset Since)> _seen = new(StringComparer.Ordinal);
    private string? _trouble;

    /// <summary>Runs until <paramref name="stop"/>; what was begun then is finished.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stop);
                _trouble = null;
            }
            catch (Exception failed)
            {
                // Said once; it is tried again every second.
                if (_trouble != failed.Message)
                {
                    context.Log.Config(EventLevel.Error, "Pickup.Directory", $"{options().Directory}: {failed.Message}");
                }

                _trouble = failed.Message;
            }

            await Task.Delay(Look, context.Clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Takes what is ready.</summary>
    internal async Task LookAsync(CancellationToken stop)
    {
        var now = options();
        if (now.Directory.Length == 0)
        {
            return;
        }

        var directory = Directory.CreateDirectory(now.Directory);
        directory.CreateSubdirectory(Badmail);
        var stuck = new List<Exception>();
        await Parallel.ForEachAsync(
            Ready(directory, stuck).ToList(),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = CancellationToken.None },
            async (taken, _) =>
            {
                if (!stop.IsCancellationRequested)
                {
                    await SendAsync(taken, now);
                }
            });
        if (stuck.Count > 0)
        {
            throw new IOException(string.Join("; ", stuck.Take(MostNamed).Select(failed => failed.Message)));
        }
    }

    /// <summary>The files that can be sent now, each under the name that says so.</summary>
    /// <param name="stuck">Why files cannot be taken that should be: the others must not wait for them.</param>
    private IEnumerable<TakenFile> Ready(DirectoryInfo directory, List<Exception> stuck)
    {
        var before = _seen;
        _seen = new(StringComparer.Ordinal);
        var now = context.Clock.GetUtcNow();
        foreach (var file in directory.EnumerateFiles().OrderBy(file => file.LastWriteTimeUtc))
        {
            if (TakenFile.Of(file.FullName, Ending) is { } earlier)
            {
                if (!_notBefore.TryGetValue(earlier.Path, out var at) || now >= at)
                {
                    yield return earlier;
                }
            }
            else if (file.Name.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) && file.Name.Length > Ending.Length && file.Name[0] != '.'
                && IsStill(file, before, now, stuck) && Take(file, stuck) is { } taken)
            {
                yield return taken;
            }
        }
    }

    /// <summary>Nobody has written to it since the look before.</summary>
    private bool IsStill(FileInfo file, Dictionary<string, (long Length, DateTime Date, DateTimeOffset Since)> before, DateTimeOffset now, List<Exception> stuck)
    {
        try
        {
            var isSame = before.TryGetValue(file.Name, out var last) && (last.Length, last.Date) == (file.Length, file.LastWriteTimeUtc);
            var since = isSame ? last.Since : now;
            _seen[file.Name] = (file.Length, file.LastWriteTimeUtc, since);
            return isSame && (file.Length > 0 || now - since >= EmptyFor);
        }
        catch (FileNotFoundException)
        {
            if (file.Name.Contains('\uFFFD', StringComparison.Ordinal))
            {
                stuck.Add(new IOException($"{file.Name}: its name is not UTF-8; rename it"));
            }

            return false;
        }
    }

    /// <summary>Null where somebody writes to it, or has taken it himself, or it cannot be renamed: its name has no room for an id, or it is another's.</summary>
    private TakenFile? Take(FileInfo file, List<Exception> stuck)
    {
        var id = context.Ids.Next();
        var taken = new TakenFile($"{file.FullName}.{id}", Path.GetFileNameWithoutExtension(file.Name), id) { IsNew = true };

        // A pipe looks empty, and whoever opens it waits for a writer.
        if (file.LinkTarget is null && file.Length > 0 && IsHeld(file.FullName))
        {
            return null;
        }

        try
        {
            file.MoveTo(taken.Path);
            return taken;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            stuck.Add(new IOException($"{file.Name}: {failed.Message}", failed));
            return null;
        }
    }

    /// <summary>Whoever holds it open for writing keeps it: on Windows any program, elsewhere those that lock, .NET's among them.</summary>
    private static bool IsHeld(string path)
    {
        try
        {
            using var alone = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None, 1);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            // Nobody's to keep: it is taken, and set aside for that.
            return false;
        }
    }

    private async Task SendAsync(TakenFile taken, PickupOptions now)
    {
        var outcome = PickupOutcome.Later;
        try
        {
            if (!taken.IsNew && await context.Store.FindAsync(taken.Id, CancellationToken.None) is not null)
            {
                // The relay died, or lost the queue, after it was queued.
                taken.Delete();
                return;
            }

            outcome = await new PickupSubmission(context, now.Client).SendAsync(taken);
        }
        catch (StoreException trouble)
        {
            context.Alarm.Raise(trouble);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            // One file, and the others must not wait for it.
            context.Log.Config(EventLevel.Error, "Pickup.Directory", $"{taken.Path}: {failed.Message}");
        }

        lock (_notBefore)
        {
            _notBefore.Remove(taken.Path);
            if (outcome == PickupOutcome.Later)
            {
                _notBefore[taken.Path] = context.Clock.GetUtcNow() + Again;
            }
        }
    }
}
