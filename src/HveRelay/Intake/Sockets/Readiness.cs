using System.Threading.Tasks.Sources;

namespace HveRelay.Intake.Sockets;

/// <summary>Whether a socket may have something to read, for one reader. What follows runs on the loop that says so.</summary>
internal sealed class Readiness : IValueTaskSource, IThreadPoolWorkItem
{
    private const int Quiet = 0, Ready = 1, Waiting = 2;
    private ManualResetValueTaskSourceCore<bool> _source;
    private int _state;
    private bool _isLast;

    /// <summary>Until something has come since the last wait.</summary>
    public ValueTask WaitAsync()
    {
        _source.Reset();
        return Interlocked.CompareExchange(ref _state, Waiting, Quiet) == Quiet
            ? new ValueTask(this, _source.Version)
            : Consume();
    }

    /// <summary>The other side has said its last: the system tells of that and of what came before it as one.</summary>
    public bool IsLast => Volatile.Read(ref _isLast);

    /// <summary>Something has come. Runs who waits for it, here.</summary>
    public void Signal(bool isLast = false)
    {
        if (isLast)
        {
            Volatile.Write(ref _isLast, true);
        }

        if (Interlocked.Exchange(ref _state, Ready) == Waiting)
        {
            Volatile.Write(ref _state, Quiet);
            _source.SetResult(true);
        }
    }

    /// <summary>Ends a wait from elsewhere, where nobody else's work may run.</summary>
    public void Wake() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute() => Signal();

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private ValueTask Consume()
    {
        Volatile.Write(ref _state, Quiet);
        return ValueTask.CompletedTask;
    }
}
