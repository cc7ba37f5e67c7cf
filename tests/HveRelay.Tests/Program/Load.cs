using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>Devices that send messages one after another, each with a number in its subject, and remember which were answered 250.</summary>
internal sealed class Load(int port, int first = 0)
{
    private const int Devices = 4;

    private readonly ConcurrentDictionary<int, string> _accepted = new();
    private int _next = first;

    /// <summary>Between two messages of a device that sends until the relay is gone.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>The ids given in the 250, by the message's number.</summary>
    public IReadOnlyDictionary<int, string> Accepted => _accepted;

    /// <summary>Sends so many messages; all must be taken.</summary>
    public async Task SendAsync(int count)
    {
        var last = _next + count;
        await Task.WhenAll(Enumerable.Range(0, Devices).Select(async _ =>
        {
            await using var device = await RawSmtp.GreetAsync(port);
            while (Interlocked.Increment(ref _next) is var number && number <= last)
            {
                await SendOneAsync(device, number);
            }
        }));
        _next = last;
    }

    /// <summary>Sends until the relay is gone.</summary>
    public Task SendUntilBrokenAsync() => Task.WhenAll(Enumerable.Range(0, Devices).Select(async _ =>
    {
        try
        {
            await using var device = await RawSmtp.GreetAsync(port);
            while (true)
            {
                await SendOneAsync(device, Interlocked.Increment(ref _next));
                await Task.Delay(Pause, TimeProvider.System);
            }
        }
        catch (Exception gone) when (gone is IOException or SocketException)
        {
            // What was not answered 250 may arrive or not.
        }
    }));

    /// <summary>How often each number has arrived at HVE, and under which ids.</summary>
    public static ILookup<int, string> Arrived(IEnumerable<RecordedMessage> messages) => messages
        .Select(message => System.Text.Encoding.ASCII.GetString(message.Header.Span))
        .ToLookup(header => int.Parse(Field(header, "Subject: load "), CultureInfo.InvariantCulture), header => Field(header, " id "));

    /// <summary>The ids under which messages arrived, each time.</summary>
    public static IEnumerable<string> Ids(IEnumerable<RecordedMessage> messages) =>
        messages.Select(message => Field(System.Text.Encoding.ASCII.GetString(message.Header.Span), " id "));

    private async Task SendOneAsync(RawSmtp device, int number)
    {
        var reply = await device.SendMessageAsync("scanner-3@contoso.com", [$"user{number}@contoso.com"], $"Subject: load {number}\r\n\r\nhello\r\n");
        Assert.StartsWith("250 2.0.0 OK queued as ", reply, StringComparison.Ordinal);
        _accepted[number] = reply[^13..];
    }

    /// <summary>The word that follows the first <paramref name="before"/>.</summary>
    private static string Field(string header, string before)
    {
        var rest = header[(header.IndexOf(before, StringComparison.Ordinal) + before.Length)..];
        return rest[..rest.IndexOfAny([' ', ';', '\r', '\n'])];
    }
}
