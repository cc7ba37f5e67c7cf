using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// Damage that shows while the relay runs. As long as it stands no new mail is taken, for nobody can say whether it could be read
/// again; what is queued and readable still leaves. Once a minute the whole file is checked, for what only seemed damaged.
/// </summary>
/// <param name="check">The first thing that is wrong with the file, or "ok".</param>
/// <param name="tell">Told of the first sign of damage.</param>
internal sealed class DamageWatch(Func<string> check, Action<StoreException> tell, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private StoreException? _damage;
    private long _lookedAt;
    private bool _looking;

    /// <summary>True from the first sign on, whatever was found since: the next start is to check the file.</summary>
    public bool WasSeen { get; private set; }

    /// <summary>Notes an exception that tells of damage; returns it as it came.</summary>
    public Exception Note(Exception cause)
    {
        if (cause is not StoreException { Fault: StoreFault.Damaged } damage)
        {
            return cause;
        }

        bool isFirst;
        lock (_gate)
        {
            _lookedAt = _damage is null ? clock.GetTimestamp() : _lookedAt;
            _damage ??= damage;
            isFirst = !WasSeen;
            WasSeen = true;
        }

        if (isFirst)
        {
            tell(damage);
        }

        return cause;
    }

    /// <exception cref="StoreException">With <see cref="StoreFault.Damaged"/>.</exception>
    public void ThrowIfDamaged()
    {
        lock (_gate)
        {
            if (_damage is null)
            {
                return;
            }

            if (!_looking && clock.GetElapsedTime(_lookedAt) >= Every)
            {
                _looking = true;
                _ = Task.Run(Look);
            }

            throw new StoreException(StoreFault.Damaged, _damage.Message, _damage);
        }
    }

    private void Look()
    {
        string found;
        try
        {
            found = check();
        }
        catch (Exception cause)
        {
            found = cause.Message;
        }

        lock (_gate)
        {
            (_looking, _lookedAt) = (false, clock.GetTimestamp());
            _damage = found == "ok" ? null : _damage;
        }

        log.LogWarning("the queue seemed damaged and was checked: {Found}", found);
    }
}
