using System.Globalization;
using HveRelay.Benchmarks.Processes;
using HveRelay.Benchmarks.Queues;
using HveRelay.Benchmarks.Report;
using HveRelay.Benchmarks.Servers;
using HveRelay.Simulator;

namespace HveRelay.Benchmarks.Measuring;

/// <summary>
/// A full queue and nothing else to do: from the program's first moment until the simulator of HVE has the last message, without TLS and
/// AUTH, and with both as HVE wants it.
/// </summary>
internal sealed class DrainBenchmark(BenchmarkOptions options, ScratchDirectory scratch, TimeProvider clock)
{
    private const string Password = "benchmark";
    private static readonly (int Messages, int Recipients)[] Queues = [(2_000, 50), (10_000, 1)];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private static readonly SimulatorOptions Simulator = new()
    {
        Accounts = [new SimulatedAccount(NextHop.Account, Password)],
        RecipientsPerDay = 0,
        KeepContent = false,
        RecordLimit = 0,
        TranscriptLimit = 0,
    };

    public async Task RunAsync(Table table, CancellationToken cancel)
    {
        await using var open = await HveSimulator.StartAsync(Simulator with { Security = SimulatorSecurity.None, RequireAuthentication = false }, clock);
        await using var guarded = await HveSimulator.StartAsync(Simulator, clock);
        var certificate = scratch.Of("drain.pem");
        await File.WriteAllTextAsync(certificate, guarded.CertificatePem, cancel);
        foreach (var (messages, recipients) in Queues)
        {
            var (plain, secure) = (new List<double>(), new List<double>());
            for (var round = 0; round < options.Rounds; round++)
            {
                plain.Add(await DrainAsync(messages, recipients, open, new NextHop(open.Port), cancel));
                secure.Add(await DrainAsync(messages, recipients, guarded, new NextHop(guarded.Port, Password, certificate), cancel));
            }

            var of = string.Create(CultureInfo.InvariantCulture, $"{messages:#,0} messages of {recipients} recipient{(recipients == 1 ? "" : "s")}");
            table.Add($"drained, {of}, without TLS and AUTH", Words(plain, messages * recipients), "–");
            table.Add($"drained, {of}, over STARTTLS and AUTH", Words(secure, messages * recipients), "–");
            table.Add(
                $"drained, {of}, over STARTTLS and AUTH : without",
                new Rates([.. plain.Zip(secure, (without, with) => without / with)]).Show(Table.Ratio),
                "–");
        }
    }

    /// <summary>Seconds.</summary>
    private async Task<double> DrainAsync(int messages, int recipients, HveSimulator hop, NextHop way, CancellationToken cancel)
    {
        var data = scratch.Of("drained");
        await new QueueFill(clock).FillAsync(data, ended: 0, messages, cancel, recipients);
        var (before, start) = (hop.Recorded, clock.GetTimestamp());
        double seconds;
        await using (var server = await HveRelayServer.StartAsync(options.Program, scratch, way, clock, cancel, data: data))
        {
            while (hop.Recorded - before < messages)
            {
                if (clock.GetElapsedTime(start) > Patience)
                {
                    throw new BenchmarkException(
                        $"{messages - (hop.Recorded - before)} of {messages} messages had not been relayed after {Patience.TotalMinutes:0} min: {server.Process.LastWords()}");
                }

                await Task.Delay(Pause, clock, cancel);
            }

            seconds = clock.GetElapsedTime(start).TotalSeconds;
        }

        Directory.Delete(data, recursive: true);
        return seconds;
    }

    private static string Words(IReadOnlyList<double> seconds, int recipients) => string.Create(
        CultureInfo.InvariantCulture,
        $"{new Rates(seconds).Show(each => each.ToString("0.0", CultureInfo.InvariantCulture))} s, {recipients / Rates.MedianOf(seconds):#,0} recipients a second");
}
