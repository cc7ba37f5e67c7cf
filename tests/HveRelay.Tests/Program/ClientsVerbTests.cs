using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace HveRelay.Tests.Program;

/// <summary><c>clients</c>: every device that ever connected, while the daemon runs and when it does not.</summary>
public sealed class ClientsVerbTests
{
    [Fact]
    public async Task An_accepted_device_and_a_refused_one_are_seen_over_a_restart()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a second address on loopback");
        await using var story = ProgramStory.BeginWithoutHve(configuration => configuration["Clients"]![0]!["Networks"]![0] = "127.0.0.1");
        var daemon = await story.StartAsync();
        await story.QueueAsync("you@contoso.com");
        Assert.StartsWith("550 5.7.1 ", await story.SendAsync(["you@example.com"]), StringComparison.Ordinal);
        Assert.StartsWith("554 5.7.1 ", await GreetingFromAsync("127.0.0.2", story.SmtpPort), StringComparison.Ordinal);

        while ((await JsonAsync("clients", "--json")).GetArrayLength() < 2)
        {
            // It is written every few seconds, beside us.
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        daemon.Terminate();
        await daemon.EndAsync();
        await LookAsync();
        await story.StartAsync();
        await story.QueueAsync("you@contoso.com");
        await LookAsync();

        async Task LookAsync()
        {
            var stranger = (await JsonAsync("clients", "--json", "--address", "127.0.0.2")).EnumerateArray().Single();
            Assert.Equal("unknown client", stranger.GetProperty("latestRefusal").GetProperty("reason").GetString());
            Assert.Equal(0, stranger.GetProperty("messages").GetInt64());

            var device = (await JsonAsync("clients", "--json", "--client", "scanners")).EnumerateArray().Single();
            Assert.Equal("127.0.0.1", device.GetProperty("address").GetString());
            Assert.Equal(1, device.GetProperty("refusals").GetInt64());
            Assert.InRange(device.GetProperty("messages").GetInt64(), 1, 2);

            var list = await story.RunAsync("clients", "--refused");
            Assert.Equal(0, list.Status);
            Assert.Contains("127.0.0.2", list.Output, StringComparison.Ordinal);
            var show = await story.RunAsync("clients", "show", "127.0.0.1");
            Assert.Contains("you@example.com", show.Output, StringComparison.Ordinal);
            var record = await JsonAsync("clients", "show", "::ffff:127.0.0.2", "--json");
            Assert.StartsWith("554 5.7.1 127.0.0.2 is not a client", record.GetProperty("refusals")[0].GetProperty("reply").GetString(), StringComparison.Ordinal);
        }

        async Task<JsonElement> JsonAsync(params string[] arguments)
        {
            var ended = await story.RunAsync(arguments);
            Assert.Equal((0, string.Empty), (ended.Status, ended.Error));
            return JsonDocument.Parse(ended.Output).RootElement;
        }
    }

    [Fact]
    public async Task An_address_that_was_never_seen_is_status_1()
    {
        await using var story = ProgramStory.BeginWithoutHve();
        await story.StartAsync();

        var ended = await story.RunAsync("clients", "show", "10.20.3.7");

        Assert.Equal((1, "10.20.3.7: never seen"), (ended.Status, Assert.Single(ended.ErrorLines)));
    }

    private static async Task<string?> GreetingFromAsync(string address, int port)
    {
        using var client = new TcpClient(new IPEndPoint(IPAddress.Parse(address), 0));
        await client.ConnectAsync(IPAddress.Loopback, port);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadLineAsync();
    }
}
