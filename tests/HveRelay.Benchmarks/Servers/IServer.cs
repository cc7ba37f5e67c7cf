using HveRelay.Benchmarks.Processes;

namespace HveRelay.Benchmarks.Servers;

/// <summary>A server that is measured: it runs from its making to its disposal.</summary>
internal interface IServer : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Where it takes mail, on 127.0.0.1.</summary>
    int Port { get; }

    ChildProcess Process { get; }
}
