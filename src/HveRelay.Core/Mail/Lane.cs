namespace HveRelay.Mail;

/// <summary>
/// The way by which a part leaves: any HVE account, one of them, or a smarthost. What waits in one lane never holds up another.
/// </summary>
/// <param name="Name">Empty for any account; an account's address in lower case; or <c>smarthost:</c> and its name in lower case.</param>
public readonly record struct Lane(string Name)
{
    /// <summary>Before the name of a smarthost; an address never begins with it.</summary>
    public const string SmarthostPrefix = "smarthost:";

    public static Lane AnyAccount => new(string.Empty);

    public static Lane Account(string address) => new(address.ToLowerInvariant());

    public static Lane Smarthost(string name) => new(SmarthostPrefix + name.ToLowerInvariant());

    /// <summary>It leads past HVE: what waits in it never goes by an account.</summary>
    public bool IsSmarthost => Name.StartsWith(SmarthostPrefix, StringComparison.Ordinal);

    /// <summary>The smarthost's name in lower case; empty where it is none.</summary>
    public string SmarthostName => IsSmarthost ? Name[SmarthostPrefix.Length..] : string.Empty;

    /// <summary>For people, who know a smarthost by its name.</summary>
    public string Words => IsSmarthost ? $"smarthost {SmarthostName}" : ToString();

    public override string ToString() => Name.Length == 0 ? "any account" : Name;
}
