namespace HveRelay.Simulator;

/// <summary>How faults are written, for <c>--help</c> and the control API: from the tables of the grammar.</summary>
public static class FaultHelp
{
    public static string Text { get; } =
        "What HVE does wrong, several times: STAGE=WHAT[;OPTION=VALUE]..., or a preset with its own options, such as throttled;times=3.\n"
        + $"STAGE: {FaultGrammar.Words.Stages}.\n"
        + $"WHAT: a reply, such as 451 4.7.500 Server busy, or {FaultGrammar.Words.Actions}.\n"
        + $"OPTION: {FaultGrammar.Words.Options}: times=2 the first two, nth=3 the third alone, to=bob@* one recipient, after=OCTETS within content, pause=SECONDS of slow.\n"
        + "Presets:\n"
        + string.Join('\n', FaultPresets.All.Select(preset => $"  {preset.Name,-20} {preset.Meaning}"));
}
