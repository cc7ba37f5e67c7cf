using HveRelay.Smtp;

namespace HveRelay.Queue;

/// <summary>Where in the dialogue an attempt failed, and what broke where there was no reply: with the words all that a verdict needs.</summary>
public sealed record FailurePoint(Stage Stage, Breakage Breakage)
{
    /// <summary>As a store keeps it: by names, which stay when others come between.</summary>
    public override string ToString() => $"{Stage} {Breakage}";

    /// <summary>Null for null, and for what another version has written and this one does not know.</summary>
    public static FailurePoint? Parse(string? text) =>
        text?.Split(' ') is [var stage, var breakage] && Enum.TryParse<Stage>(stage, out var at) && Enum.TryParse<Breakage>(breakage, out var broke)
            ? new FailurePoint(at, broke)
            : null;
}
