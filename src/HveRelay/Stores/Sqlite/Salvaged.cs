namespace HveRelay.Stores.Sqlite;

/// <summary>What was saved of a damaged queue.</summary>
/// <param name="File">Where the damaged one lies now.</param>
/// <param name="Waiting">Messages with a recipient that is queued or held, whole in the new queue.</param>
/// <param name="Ended">Messages that have ended: history.</param>
/// <param name="Incomplete">Messages that may have waited and could not be read whole: id and reason.</param>
/// <param name="LedgerIsWhole">False where what was sent in the last 24 hours may be more than the new queue knows.</param>
public sealed record Salvaged(string File, int Waiting, int Ended, IReadOnlyList<string> Incomplete, bool LedgerIsWhole)
{
    /// <summary>One sentence for log and verb.</summary>
    public override string ToString() =>
        $"{Waiting} waiting {(Waiting == 1 ? "message" : "messages")} and {Ended} ended were taken over from {File}, {Incomplete.Count} could not be read whole and stay there"
        + (LedgerIsWhole ? string.Empty : "; the quota ledger has gaps: more may have been sent in the last 24 hours than it says");
}
