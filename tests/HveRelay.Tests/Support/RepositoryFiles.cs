namespace HveRelay.Tests.Support;

/// <summary>Files of the repository that tests hold to the code.</summary>
public static class RepositoryFiles
{
    private static readonly Lazy<string> Root = new(() =>
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "HveRelay.sln")))
        {
            directory = Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException("The tests run outside the repository");
        }

        return directory;
    });

    public static string PathOf(string name) => Path.Combine(Root.Value, name);
}
