using HveRelay.Configuration;
using Serilog;
using Serilog.Settings.Configuration;

namespace HveRelay.Operations.Log;

/// <summary>Serilog's own section of the configuration. Serilog throws at what it does not understand, each kind of it something else.</summary>
internal static class SerilogSection
{
    private const string Key = "Serilog";

    private static readonly string[] Targets = ["WriteTo", "AuditTo"];

    /// <summary>The section says where lines go. One of levels alone does not: with nothing in the place of the files there was no log at all.</summary>
    public static bool IsElsewhere(IConfigurationSection section) => Targets.Any(target => section.GetSection(target).Exists());

    /// <exception cref="WrongUsageException">Serilog cannot make anything of it.</exception>
    public static LoggerConfiguration Read(IConfiguration section, LoggerConfiguration into)
    {
        try
        {
            return into.ReadFrom.Configuration(section, new ConfigurationReaderOptions { SectionName = string.Empty });
        }
        catch (Exception refused)
        {
            throw new WrongUsageException(Key, FirstLine(refused), refused);
        }
    }

    /// <summary>What is wrong with it, as far as that shows without opening what it writes to; null: nothing.</summary>
    public static ConfigurationError? Fault(IConfigurationSection section)
    {
        var rest = section.AsEnumerable(makePathsRelative: true).Where(pair => !Targets.Contains(pair.Key.Split(':')[0], StringComparer.OrdinalIgnoreCase));
        try
        {
            Read(new ConfigurationBuilder().AddInMemoryCollection(rest).Build(), new LoggerConfiguration());
            return null;
        }
        catch (WrongUsageException refused)
        {
            return new ConfigurationError(Key, FirstLine(refused.InnerException!));
        }
    }

    private static string FirstLine(Exception refused) => refused.GetBaseException().Message.Split('\n')[0].TrimEnd();
}
