namespace HveRelay.Delivery;

/// <summary>The kinds of fault as people read them.</summary>
public static class FaultWords
{
    public static string Of(FaultKind kind) => kind switch
    {
        FaultKind.AppNotAllowed => "app not allowed",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
