using System.Text.RegularExpressions;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.House;

/// <summary>A source file of the repository, as far as the rules of the house ask about it.</summary>
/// <param name="Path">From the root of the repository, with slashes.</param>
internal sealed partial record SourceFile(string Path, string Text)
{
    public int Lines => Text.Count(letter => letter == '\n');

    /// <summary>Empty for top-level statements.</summary>
    public string Namespace => NamespaceLine().Match(Text).Groups["name"].Value;

    /// <summary>The text without comments and without what stands in strings on one line.</summary>
    public string Code => Words().Replace(Text, match => match.Value[0] == '/' ? string.Empty : "\"\"");

    public override string ToString() => Path;

    /// <summary>All below these folders, without what the build makes.</summary>
    public static IReadOnlyList<SourceFile> Under(params string[] folders)
    {
        var root = RepositoryFiles.PathOf(".");
        return
        [
            .. from folder in folders
               from file in Directory.EnumerateFiles(RepositoryFiles.PathOf(folder), "*.cs", SearchOption.AllDirectories)
               let path = System.IO.Path.GetRelativePath(root, file).Replace('\\', '/')
               where !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)
               orderby path
               select new SourceFile(path, File.ReadAllText(file)),
        ];
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"//[^\n]*|""(?:[^""\\\n]|\\.)*""")]
    private static partial Regex Words();
}
