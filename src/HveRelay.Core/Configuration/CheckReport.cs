namespace HveRelay.Configuration;

/// <summary>Something that keeps the relay from starting.</summary>
/// <param name="Key">As it stands in the file, <c>Hve.Accounts[1].Password</c>; or the file, or the environment variable, at fault.</param>
/// <param name="Sentence">What is wrong and what would be right, on one line, to be read after the key. Holds no secret.</param>
public sealed record ConfigurationError(string Key, string Sentence)
{
    public override string ToString() => $"{Key}: {Sentence}";
}

/// <summary>Something that works, but hardly as it was meant. <inheritdoc cref="ConfigurationError"/></summary>
public sealed record ConfigurationWarning(string Key, string Sentence)
{
    public override string ToString() => $"{Key}: {Sentence}";
}

/// <summary>All that a check found: first the form of single values, then the rules across keys, then the files.</summary>
public sealed record CheckReport(IReadOnlyList<ConfigurationError> Errors, IReadOnlyList<ConfigurationWarning> Warnings)
{
    public static CheckReport Clean { get; } = new([], []);

    /// <summary>
    /// Joins two reports on the same configuration. What is at fault in this one is not blamed once more by the other: a password
    /// file that cannot be read does not also make an account without a password.
    /// </summary>
    public CheckReport Then(CheckReport later) => new(
        [.. Errors, .. later.Errors.Where(error => !IsBlamed(error.Key))],
        [.. Warnings, .. later.Warnings.Where(warning => !IsBlamed(warning.Key))]);

    private bool IsBlamed(string key) => Errors.Any(error => Holds(error.Key, key) || Holds(key, error.Key) || IsFileOf(error.Key, key));

    private static bool IsFileOf(string file, string secret) =>
        file.Length == secret.Length + "File".Length && file.StartsWith(secret, StringComparison.Ordinal) && file.EndsWith("File", StringComparison.Ordinal);

    private static bool Holds(string outer, string inner) =>
        inner.StartsWith(outer, StringComparison.Ordinal) && (inner.Length == outer.Length || inner[outer.Length] is '.' or '[');
}
