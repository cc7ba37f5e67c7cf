using System.Buffers;
using System.IO.Pipelines;

namespace HveRelay.Tests.Support;

/// <summary>Shows what has come only bit by bit: each read adds a line or an octet to what the one before showed.</summary>
public sealed class TricklingReader(PipeReader inner, Arrival arrival) : PipeReader
{
    private ReadOnlySequence<byte> _all;
    private long _shown;
    private bool _isCompleted;
    private bool _holds;

    public override bool TryRead(out ReadResult result)
    {
        if (_holds)
        {
            result = ShowMore();
            return true;
        }

        if (inner.TryRead(out var read))
        {
            result = Take(read);
            return true;
        }

        result = default;
        return false;
    }

    /// <summary>Who reads waits for more: all that came has been shown.</summary>
    public bool IsWaitedFor { get; private set; }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_holds)
        {
            return ShowMore();
        }

        var read = inner.ReadAsync(cancellationToken);
        IsWaitedFor = !read.IsCompleted;
        try
        {
            return Take(await read);
        }
        finally
        {
            IsWaitedFor = false;
        }
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var length = _all.Length;
        var isAllShown = _shown == length;
        _all = _all.Slice(consumed);
        _shown -= length - _all.Length;
        if (isAllShown)
        {
            _holds = false;
            inner.AdvanceTo(consumed, examined);
        }
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private ReadResult Take(ReadResult read)
    {
        (_all, _isCompleted, _holds) = (read.Buffer, read.IsCompleted, true);
        return read.IsCanceled ? new ReadResult(_all.Slice(0, _shown), isCanceled: true, isCompleted: false) : ShowMore();
    }

    private ReadResult ShowMore()
    {
        var hidden = _all.Slice(_shown);
        _shown += arrival switch
        {
            Arrival.ByOctet => Math.Min(1, hidden.Length),
            Arrival.ByLine when hidden.PositionOf((byte)'\n') is { } end => hidden.Slice(0, end).Length + 1,
            _ => hidden.Length,
        };
        return new ReadResult(_all.Slice(0, _shown), isCanceled: false, _isCompleted && _shown == _all.Length);
    }
}
