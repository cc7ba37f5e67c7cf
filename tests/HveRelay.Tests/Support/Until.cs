namespace HveRelay.Tests.Support;

/// <summary>Waits for something that another task is about to do. The bound is a safety net, never part of a test.</summary>
public static class Until
{
    public static async Task True(Func<bool> condition)
    {
        using var net = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (!condition())
        {
            net.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
