using System.Runtime.Versioning;
using HveRelay.Benchmarks.Measuring;
using HveRelay.Benchmarks.Queues;

namespace HveRelay.Tests.Benchmarks;

/// <summary>What the benchmarks compute and read.</summary>
[SupportedOSPlatform("linux")]
public sealed class ArithmeticTests
{
    [Theory]
    [InlineData(1, 50, 1)]
    [InlineData(4, 50, 2)]
    [InlineData(100, 50, 50)]
    [InlineData(100, 99, 99)]
    [InlineData(100, 100, 100)]
    [InlineData(101, 99, 100)]
    [InlineData(10, 99, 10)]
    public void A_percentile_is_a_time_that_was_measured(int measured, double percent, int milliseconds)
    {
        var times = Enumerable.Range(1, measured).Reverse().Select(number => TimeSpan.FromMilliseconds(number)).ToList();

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Percentile.Of(times, percent));
    }

    [Fact]
    public void Of_nothing_there_is_no_percentile() => Assert.Throws<ArgumentException>(() => Percentile.Of([], 50));

    [Theory]
    [InlineData(10, 2048, 5000, 5000)]
    [InlineData(10, 2048, 1, 20)]
    [InlineData(10, 102_400, 1_000_000, 2621)]
    [InlineData(50, 5_242_880, 1_000_000, 51)]
    [InlineData(200, 5_242_880, 10, 200)]
    public void Every_session_gets_messages_and_the_disk_s_cache_is_not_what_is_measured(int sessions, int octets, double perSecond, int messages) =>
        Assert.Equal(messages, new Load(sessions, octets, Keeps: false).Messages(perSecond, TimeSpan.FromSeconds(1)));

    [Theory]
    [InlineData(100, "100 B")]
    [InlineData(2048, "2 KB")]
    [InlineData(5_242_880, "5 MB")]
    public void A_size_is_said_in_the_largest_unit_that_it_fills(int octets, string words) =>
        Assert.Equal(words, new Load(1, octets, Keeps: false).Size);

    [Fact]
    public void The_message_of_a_load_has_the_octets_asked_for_in_lines_and_no_dot_that_ends_it()
    {
        var text = System.Text.Encoding.ASCII.GetString(BenchmarkMessage.Content(2048));
        var body = text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

        Assert.Equal(2048, body.Length);
        Assert.EndsWith("\r\n", body, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\n.\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Strace_s_summary_is_read_with_and_without_its_column_of_errors() => Assert.Equal(1207, SyncCount.Calls(
    [
        "% time     seconds  usecs/call     calls    errors syscall",
        "------ ----------- ----------- --------- --------- ----------------",
        " 98.10    1.234567         102      1200           fdatasync",
        "  1.90    0.001234         176         7         2 fsync",
        "------ ----------- ----------- --------- --------- ----------------",
        "100.00    1.235801         103      1207         2 total",
    ]));
}
