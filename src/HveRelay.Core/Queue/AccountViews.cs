namespace HveRelay.Queue;

/// <summary>An operator lets an account send nothing until it is resumed.</summary>
/// <param name="Account">Its address, in lower case.</param>
/// <param name="By">As in the log.</param>
public sealed record AccountPause(string Account, DateTimeOffset At, string By, string? Reason);

/// <summary>The latest attempt of one account that ended.</summary>
/// <param name="Reply">What came of its first recipient.</param>
public sealed record LastAttempt(string Account, DateTimeOffset At, string Reply);

/// <summary>Recipients in the ledger of one scope within one minute.</summary>
/// <param name="Until">The end of the minute, which counts to it; its beginning does not.</param>
public sealed record LedgerMinute(string Scope, DateTimeOffset Until, long Recipients);
