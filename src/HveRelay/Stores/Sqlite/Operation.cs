namespace HveRelay.Stores.Sqlite;

/// <summary>What an operation does, and what has to be before its caller may go on.</summary>
internal enum Need
{
    /// <summary>It only reads, what is not committed yet too.</summary>
    Read,

    /// <summary>It writes, and may be lost with the transaction it is in.</summary>
    Write,

    /// <summary>It writes, and its commit has to be on stable storage.</summary>
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
