namespace HveRelay.Benchmarks;

/// <summary>What is asked for on the command line.</summary>
/// <param name="Messages">Of each measurement; null: as many as fit in <paramref name="Time"/>.</param>
/// <param name="WarmUp">Of each server, before the first measurement.</param>
/// <param name="Kept">Sessions that keep their connection are measured too.</param>
/// <param name="Rounds">How often each is measured.</param>
/// <param name="TimedReplies">Messages whose 250 is timed, for the percentiles.</param>
/// <param name="Queued">Messages queued at each start that is measured.</param>
/// <param name="Drain">How long a queue is watched while it drains.</param>
/// <param name="Only">One of <see cref="BenchmarkRun.Kinds"/>, or null for all.</param>
/// <param name="Write">The Markdown file whose table is replaced, or null.</param>
/// <param name="Directory">Under it lie the queues of all that are measured.</param>
/// <param name="Program">The hverelay to measure.</param>
/// <param name="Arguments">As they were given, for the record.</param>
internal sealed record BenchmarkOptions(
    IReadOnlyList<int> Sessions,
    IReadOnlyList<int> Sizes,
    int? Messages,
    TimeSpan Time,
    TimeSpan WarmUp,
    bool Kept,
    int Rounds,
    int TimedReplies,
    IReadOnlyList<int> Queued,
    TimeSpan Drain,
    string? Only,
    string? Write,
    string Directory,
    string Program,
    string Arguments);
