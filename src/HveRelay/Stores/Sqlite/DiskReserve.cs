using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Keeps space for what is queued to leave: below the reserve no new mail is taken. Asks the volume once a second at most.</summary>
internal sealed class DiskReserve(SqliteStoreOptions options, TimeProvider clock)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private readonly Func<long> _freeBytes = options.FreeBytes ?? (() => new DriveInfo(options.Directory).AvailableFreeSpace);
    private readonly Lock _gate = new();
    private long? _askedAt;
    private long _free;

    /// <summary>A volume that cannot be asked has room until writing to it fails.</summary>
    public bool HasRoom
    {
        get
        {
            try
            {
                ThrowIfLow();
                return true;
            }
            catch (StoreException trouble)
            {
                return trouble.Fault != StoreFault.Full;
            }
        }
    }

    /// <exception cref="StoreException">With <see cref="StoreFault.Full"/>.</exception>
    public void ThrowIfLow()
    {
        if (options.MinimumFreeBytes > 0 && Free() is var free && free < options.MinimumFreeBytes)
        {
            throw new StoreException(
                StoreFault.Full,
                $"{free} octets are free on the volume of {options.Directory}, fewer than the {options.MinimumFreeBytes} kept in reserve");
        }
    }

    private long Free()
    {
        lock (_gate)
        {
            if (_askedAt is not { } askedAt || clock.GetElapsedTime(askedAt) >= Every)
            {
                _free = Ask();
                _askedAt = clock.GetTimestamp();
            }

            return _free;
        }
    }

    private long Ask()
    {
        try
        {
            return _freeBytes();
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFault.Unwritable, $"the free space of {options.Directory} cannot be told: {cause.Message}", cause);
        }
    }
}
