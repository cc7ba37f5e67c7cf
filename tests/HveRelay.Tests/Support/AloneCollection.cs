namespace HveRelay.Tests.Support;

/// <summary>Tests that measure memory: no other runs beside them.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
