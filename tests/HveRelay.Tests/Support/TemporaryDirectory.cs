namespace HveRelay.Tests.Support;

/// <summary>A directory of its own for a test, gone with it.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    private const int MostTries = 100;

    public string Path { get; } = Directory.CreateTempSubdirectory("hverelay-").FullName;

    /// <summary>The absolute path of a file in it, whether there is one or not.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Returns the absolute path.</summary>
    public string Write(string name, string content)
    {
        var path = File(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Again where somebody made a file in it meanwhile, as a check of a damaged queue that has outlived its store.</summary>
    public void Dispose()
    {
        for (var tries = 1; Directory.Exists(Path); tries++)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
            }
            catch (IOException) when (tries < MostTries)
            {
                Task.Delay(TimeSpan.FromMilliseconds(tries), TimeProvider.System).GetAwaiter().GetResult();
            }
        }
    }
}
