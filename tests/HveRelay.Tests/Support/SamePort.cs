using System.Net.Sockets;

namespace HveRelay.Tests.Support;

/// <summary>A server that begins again where another has just ended, whose socket the system may not have closed at that moment.</summary>
public static class SamePort
{
    public static async Task<T> BeginAsync<T>(Func<Task<T>> begin)
        where T : class
    {
        T? begun = null;
        await Until.TrueAsync(async () =>
        {
            try
            {
                begun = await begin();
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Not yet.
            }

            return begun is not null;
        });
        return begun!;
    }
}
