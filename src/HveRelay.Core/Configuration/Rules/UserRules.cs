using HveRelay.Policy;
using static HveRelay.Configuration.Rules.Weight;

namespace HveRelay.Configuration.Rules;

internal static class UserRules
{
    /// <summary>For a name in a list of names.</summary>
    public static readonly Rule<string>[] OfEachMention =
    [
        new(Error, string.Empty, (name, all) => !all.Users.Select(user => user.Name).Has(name), name => $"'{name}' is not among Users"),
    ];

    private static readonly Rule<UserOptions>[] OfEach =
    [
        new(Error, "Name", (u, _) => u.Name.Length == 0, "is missing"),
        new(Error, "Name", (u, all) => Entry.IsRepeated(u, all.Users, x => x.Name), u => $"'{u.Name}' is the name of an earlier user"),
        new(Error, "PasswordHash", (u, _) => u.PasswordHash.Length == 0, "is missing; `hverelay user hash` makes one"),
        new(
            Error,
            "PasswordHash",
            (u, _) => u.PasswordHash.Length > 0 && !PasswordHash.IsWellFormed(u.PasswordHash),
            "is no hash of the form $pbkdf2-sha256$i=…$salt$hash; `hverelay user hash` makes one"),
    ];

    public static IEnumerable<Finding> Of(RelayOptions relay) => Entry.Each("Users", relay.Users).Apply(OfEach, relay);
}
