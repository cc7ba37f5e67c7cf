using HveRelay.Benchmarks.Processes;
using HveRelay.Benchmarks.Servers;

namespace HveRelay.Benchmarks.Measuring;

/// <summary>The memory of a server's processes after the load.</summary>
/// <param name="Peak">Octets: the peaks of all its processes added up; what they share counts in each.</param>
/// <param name="Proportional">Octets at the end, what is shared divided.</param>
internal sealed record Footprint(int Processes, long Peak, long Proportional)
{
    public static Footprint Of(IServer server) => new(
        ProcessTree.Of(server.Process.Id).Count, ProcessTree.PeakMemory(server.Process.Id), ProcessTree.ProportionalMemory(server.Process.Id));

    public override string ToString() =>
        $"{Peak / 1_048_576} MiB in {Processes} process{(Processes == 1 ? "" : "es")}; "
        + $"at the end {Proportional / 1_048_576} MiB, what is shared divided";
}
