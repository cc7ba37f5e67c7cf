using System.Net;

namespace HveRelay.Policy;

/// <summary>
/// Who failed to log in too often has to wait until the failures are long enough ago. Counted by address, over all its sessions and
/// whatever the name, so that hanging up between two tries gains nothing. Tries under way at once may go over the limit by the
/// connections that an address may have.
/// </summary>
public sealed class LoginLimit(TimeProvider clock)
{
    /// <summary>A device with an old password tries a few times in an hour, a person a few times in a row.</summary>
    public const int MostFailures = 10;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    private const int MostAddresses = 10_000;

    private readonly SlidingCount<IPAddress> _failures = new(Window, MostAddresses, clock);

    public bool IsReached(IPAddress address) => _failures.HasReached(Host(address), MostFailures);

    /// <summary>When an address that has reached the limit may try again, in whole seconds: its first failure is too long ago by then.</summary>
    public DateTimeOffset Until(IPAddress address)
    {
        var exactly = clock.GetUtcNow() + _failures.Left(Host(address));
        var fraction = exactly.Ticks % TimeSpan.TicksPerSecond;
        return fraction == 0 ? exactly : exactly.AddTicks(TimeSpan.TicksPerSecond - fraction);
    }

    public void Failed(IPAddress address) => _failures.TryAdd(Host(address), MostFailures);

    /// <summary>A host on IPv6 has a network of 64 bits to itself, and any address of it.</summary>
    private static IPAddress Host(IPAddress address)
    {
        var octets = address.GetAddressBytes();
        if (octets.Length == 4)
        {
            return address;
        }

        octets.AsSpan(8).Clear();
        return new IPAddress(octets);
    }
}
