namespace HveRelay.Mail;

/// <summary>
/// The way by which a part leaves: any HVE account, one of them, or a smarthost. What waits in one lane never holds up another.
/// </summary>
/// <param name="Name">Empty for any account; an account's address in lower case; or <c>smarthost:</c> and its name.</param>
public readonly record struct Lane(string Name)
{
    public static Lane AnyAccount => new(string.Empty);

    public static Lane Account(string address) => new(address.ToLowerInvariant());

    public static Lane Smarthost(string name) => new("smarthost:" + name);

    public override string ToString() => Name.Length == 0 ? "any account" : Name;
}
