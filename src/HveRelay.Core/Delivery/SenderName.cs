namespace HveRelay.Delivery;

/// <summary>Accounts and smarthosts share one board; the name says which it is, since only an account has an @.</summary>
public static class SenderName
{
    public static bool IsSmarthost(string name) => name.Length > 0 && !name.Contains('@', StringComparison.Ordinal);

    public static string WithKind(string name) => IsSmarthost(name) ? $"smarthost {name}" : $"account {name}";
}
