using HveRelay.Configuration;
using HveRelay.Mail;

namespace HveRelay.Operations.Configuration;

/// <summary>
/// Reads the configuration again while the relay runs. What is good comes into force; what is not is refused with its reasons, and the
/// one before goes on. Environment variables override the file as they did at the start.
/// </summary>
/// <param name="path">The file that was read at the start.</param>
/// <param name="before">What is in force, changed by <paramref name="follow"/>.</param>
/// <param name="follow">Brings other options into force; is given those that changed.</param>
internal sealed class ConfigurationReload(
    string path,
    IReadOnlyDictionary<string, string> environment,
    ConfigurationReading.Loaded before,
    Func<RelayOptions, IReadOnlyList<OptionChange>, Task> follow,
    MailLog log,
    TimeProvider clock)
{
    private const string Everything = "configuration";

    private readonly HashSet<string> _told = [.. before.Warnings.Select(warning => warning.ToString())];
    private readonly string _serilog = Text(before.Serilog);
    private bool _isRefused;

    /// <summary>What to watch: the file, and the files of secrets that it named when it was read last.</summary>
    public IReadOnlyList<string> Files => [path, .. SecretFiles(before.Options)];

    /// <param name="asked">By a signal: then it is also said that nothing changed.</param>
    public async Task RunAsync(bool asked)
    {
        try
        {
            await ReadAsync(asked);
        }
        catch (Exception failed)
        {
            // A bug, or a store that fails at this very moment: the relay goes on with what has come into force so far, and sees the next change.
            log.Alarm(Everything, $"a change did not come into force as a whole: {failed.Message}", "Administrator: change the file once more, or restart");
        }
    }

    private async Task ReadAsync(bool asked)
    {
        var reading = ConfigurationReader.Read(path, environment);
        var loaded = reading as ConfigurationReading.Loaded;
        var files = loaded is null ? CheckReport.Clean : FileChecks.Check(loaded.Options, clock);
        var errors = reading is ConfigurationReading.Invalid invalid ? invalid.Errors : files.Errors;
        if (errors.Count > 0 || loaded is null)
        {
            Refuse(errors);
            _isRefused = true;
            return;
        }

        var isGoodAgain = _isRefused;
        _isRefused = false;

        foreach (var warning in loaded.Warnings.Concat(files.Warnings).Where(warning => _told.Add(warning.ToString())))
        {
            log.Config(EventLevel.Warning, warning.Key, warning.Sentence);
        }

        var changes = OptionChanges.Between(before.Options, loaded.Options);
        var live = changes.Where(change => !change.NeedsRestart).ToList();
        if (live.Count > 0)
        {
            await follow(loaded.Options, live);
            log.Config(EventLevel.Information, Keys(live), "changed and in force; sessions and mail under way go on");
        }

        var waiting = changes.Where(change => change.NeedsRestart).Concat(Text(loaded.Serilog) == _serilog ? [] : [new OptionChange("Serilog", true)]).ToList();
        if (waiting.Count > 0)
        {
            log.Config(EventLevel.Warning, Keys(waiting), "changed, but counts from the next start on");
        }
        else if (live.Count == 0 && (asked || isGoodAgain))
        {
            log.Config(EventLevel.Information, Everything, isGoodAgain ? "is good again, and nothing has changed" : "was read again, and nothing has changed");
        }
    }

    private void Refuse(IReadOnlyList<ConfigurationError> errors)
    {
        foreach (var error in errors)
        {
            log.Config(EventLevel.Error, error.Key, error.Sentence);
        }

        var count = errors.Count == 1 ? "1 error" : $"{errors.Count} errors";
        log.Alarm(Everything, $"{path} was changed and is refused for {count}; the configuration before it goes on", "Administrator: hverelay check says what is wrong");
    }

    private static string Keys(IReadOnlyList<OptionChange> changes) => string.Join(' ', changes.Select(change => change.Key));

    private static string Text(IConfigurationSection section) => string.Join('\n', section.AsEnumerable().Select(pair => $"{pair.Key}={pair.Value}"));

    private static IEnumerable<string> SecretFiles(object options)
    {
        foreach (var property in OptionKeys.Of(options.GetType()))
        {
            var value = property.GetValue(options);
            if (value is string file && file.Length > 0 && OptionKeys.SecretOf(property) is not null)
            {
                yield return file;
            }
            else if (value is System.Collections.IList list)
            {
                foreach (var inner in list.Cast<object>().Where(entry => OptionKeys.IsObject(entry.GetType())).SelectMany(SecretFiles))
                {
                    yield return inner;
                }
            }
            else if (value is not null && OptionKeys.IsObject(property.PropertyType))
            {
                foreach (var inner in SecretFiles(value))
                {
                    yield return inner;
                }
            }
        }
    }
}
