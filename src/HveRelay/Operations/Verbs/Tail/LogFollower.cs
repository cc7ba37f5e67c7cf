using System.Runtime.CompilerServices;

namespace HveRelay.Operations.Verbs.Tail;

/// <summary>The daily files of the mail log as one stream of lines, over midnight's change of file.</summary>
/// <param name="kind">log or jsonl.</param>
internal sealed class LogFollower(string directory, string kind, TimeProvider clock)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>There is a file of any day.</summary>
    public bool IsThere => Files(string.Empty).Count > 0;

    /// <summary>The last lines that match, of today's file and the one before it; then, where it is to follow, those that come.</summary>
    public async IAsyncEnumerable<string> ReadAsync(
        int lines, bool follow, Func<string, bool> matches, [EnumeratorCancellation] CancellationToken cancel)
    {
        var last = new Queue<string>();
        FollowedFile? current = null;
        try
        {
            foreach (var path in Files(string.Empty).TakeLast(2))
            {
                current?.Dispose();
                current = new FollowedFile(path);
                foreach (var line in current.Added().Where(matches))
                {
                    last.Enqueue(line);
                    if (last.Count > lines)
                    {
                        last.Dequeue();
                    }
                }
            }

            foreach (var line in last)
            {
                yield return line;
            }

            while (follow)
            {
                // Asked before the rest of the old file is read: what was written there until then is not missed.
                var next = Files(current?.Path ?? string.Empty).FirstOrDefault();
                foreach (var line in (current?.Added() ?? []).Where(matches))
                {
                    yield return line;
                }

                if (next is not null)
                {
                    current?.Dispose();
                    current = new FollowedFile(next);
                }
                else
                {
                    await Task.Delay(Look, clock, cancel);
                }
            }
        }
        finally
        {
            current?.Dispose();
        }
    }

    /// <summary>Those of later days than another, oldest first: the day in the name sorts.</summary>
    private List<string> Files(string after) => !Directory.Exists(directory) ? [] :
    [
        .. Directory.GetFiles(directory, $"hverelay-*.{kind}").Where(path => string.CompareOrdinal(path, after) > 0).Order(StringComparer.Ordinal),
    ];
}
