using System.IO.Enumeration;

namespace HveRelay.Simulator;

/// <summary>Addresses in which <c>*</c> stands for anything; case does not count.</summary>
internal static class Pattern
{
    public static bool Matches(string pattern, string address) => FileSystemName.MatchesSimpleExpression(pattern, address);
}
