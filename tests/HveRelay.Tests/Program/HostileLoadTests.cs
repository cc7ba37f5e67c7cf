using System.Globalization;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>What a hostile network may cost: not the memory of the machine, and not the patience of who sends mail.</summary>
[Trait("Category", "Long")]
[Collection(nameof(AloneCollection))]
public sealed class HostileLoadTests
{
    private const int Sessions = 2000;

    [Fact]
    public async Task Mail_goes_on_amid_two_thousand_idle_two_hundred_slow_and_twenty_flooding_sessions()
    {
        await using var story = await ProgramStory.BeginAsync(configuration =>
        {
            configuration["Listeners"]![0]!["MaxConnections"] = 4000;
            configuration["Listeners"]![0]!["MaxConnectionsPerClient"] = 4000;
        });
        var daemon = await story.StartAsync();
        var clock = TimeProvider.System;
        var content = "Subject: scan\r\n\r\n" + string.Concat(Enumerable.Repeat(new string('x', 76) + "\r\n", 26));
        var atRest = Memory.Now(daemon);
        var quiet = new List<double>();
        while (quiet.Count < Sessions / 10)
        {
            quiet.Add(await SendAsync(story, content));
        }

        quiet.Sort();
        var quiet99 = quiet[quiet.Count * 99 / 100];
        await using var load = new HostileLoad(story.SmtpPort);
        await load.FallSilentAsync(2000);
        var withIdle = Memory.Now(daemon);
        await load.TrickleAsync(200);
        load.Flood(20);
        await Until.True(() => load.Closed >= 20);

        var times = new List<double>();
        var began = clock.GetTimestamp();
        while ((times.Count < Sessions || load.Closed < 60) && clock.GetElapsedTime(began) < TimeSpan.FromSeconds(60))
        {
            times.Add(await SendAsync(story, content));
        }

        var took = clock.GetElapsedTime(began);
        var (peak, idle) = (Memory.Peak(daemon), load.StillIdle);
        times.Sort();
        var story99 = string.Create(CultureInfo.InvariantCulture, $"{times.Count} sessions in {took.TotalSeconds:0.0} s: median {times[times.Count / 2]:0.0} ms, 99th percentile {times[times.Count * 99 / 100]:0.0} ms, longest {times[^1]:0.0} ms; alone {quiet[quiet.Count / 2]:0.0} and {quiet99:0.0} ms; memory {atRest} MB at rest, {withIdle} MB with 2,000 idle sessions, peak {peak} MB; {load.Flooded / 1_000_000} MB of lines without end, closed {load.Closed} times");
        TestContext.Current.TestOutputHelper?.WriteLine(story99);
        Assert.Equal(2000, idle);
        Assert.True(peak < 300, story99);

        // A device waits for minutes; how fast disk and processor are at this moment, the sessions without the load tell.
        Assert.True(times[times.Count * 99 / 100] < 1000 + (10 * quiet99), story99);
    }

    /// <summary>One session with one message; how many milliseconds it took.</summary>
    private static async Task<double> SendAsync(ProgramStory story, string content)
    {
        var start = TimeProvider.System.GetTimestamp();
        await using (var device = await RawSmtp.GreetAsync(story.SmtpPort))
        {
            Assert.StartsWith("250 ", await device.SendMessageAsync("scanner-3@contoso.com", ["you@contoso.com"], content), StringComparison.Ordinal);
            Assert.StartsWith("221 ", await device.CommandAsync("QUIT"), StringComparison.Ordinal);
        }

        return TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
    }
}
