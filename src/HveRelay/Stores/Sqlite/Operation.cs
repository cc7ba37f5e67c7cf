namespace HveRelay.Stores.Sqlite;

/// <summary>What an operation needs before its caller may go on.</summary>
internal enum Need
{
    /// <summary>Nothing: it may be lost with the transaction it is in.</summary>
    Nothing,

    /// <summary>A commit that is on stable storage.</summary>
    Sync,
}

/// <summary>A piece of work for the writer. It runs in a savepoint; then exactly one of the other two is called.</summary>
internal abstract class Operation(Need need)
{
    public Need Need => need;

    public abstract void Run(WriteSession session);

    public abstract void Complete();

    public abstract void Fail(Exception cause);
}

internal sealed class Operation<T>(Need need, Func<WriteSession, T> work) : Operation(need)
{
    // Callers go on elsewhere: the writer's thread is the writer's.
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Done => _done.Task;

    public override void Run(WriteSession session) => _result = work(session);

    public override void Complete() => _done.TrySetResult(_result);

    public override void Fail(Exception cause) => _done.TrySetException(cause);
}
