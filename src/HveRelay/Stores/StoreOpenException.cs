namespace HveRelay.Stores;

/// <summary>The store cannot be opened. The message is a sentence for the operator that names the file or the database and what to do.</summary>
public sealed class StoreOpenException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Another relay has it open.</summary>
    public bool IsInUse { get; init; }
}
