namespace HveRelay.Delivery;

/// <summary>Lets as many attempts of an account go at once as it may have connections; the others wait in turn.</summary>
/// <param name="tell">Is told how many are allowed, at the beginning and whenever that changes.</param>
internal sealed class ConnectionGate(TimeProvider clock, int most, Action<int> tell)
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private readonly long _began = clock.GetTimestamp();
    private ConnectionAllowance _allowance = Open(most, tell);
    private int _inside;

    public int Allowed
    {
        get
        {
            lock (_gate)
            {
                return _allowance.Allowed;
            }
        }
    }

    public async Task EnterAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        TaskCompletionSource turn;
        lock (_gate)
        {
            if (_inside < _allowance.Allowed && _waiting.Count == 0)
            {
                _inside++;
                return;
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
        }

        await using var given = cancel.UnsafeRegister(_ => turn.TrySetCanceled(cancel), null);
        await turn.Task;
    }

    public void Leave()
    {
        lock (_gate)
        {
            _inside--;
            Admit();
        }
    }

    /// <summary>The next hop asks for less. False where there is nothing left to give: it is down to one connection.</summary>
    public bool GiveWay()
    {
        lock (_gate)
        {
            var now = clock.GetElapsedTime(_began);
            var gives = _allowance.GivesWay(now);
            Set(_allowance.Less(now));
            return gives;
        }
    }

    /// <summary>A transaction went well.</summary>
    public void Thrive()
    {
        lock (_gate)
        {
            Set(_allowance.More(clock.GetElapsedTime(_began)));
        }
    }

    private static ConnectionAllowance Open(int most, Action<int> tell)
    {
        tell(most);
        return ConnectionAllowance.Full(most);
    }

    private void Set(ConnectionAllowance allowance)
    {
        if (allowance.Allowed != _allowance.Allowed)
        {
            tell(allowance.Allowed);
        }

        _allowance = allowance;
        Admit();
    }

    private void Admit()
    {
        while (_inside < _allowance.Allowed && _waiting.TryDequeue(out var next))
        {
            _inside += next.TrySetResult() ? 1 : 0;
        }
    }
}
