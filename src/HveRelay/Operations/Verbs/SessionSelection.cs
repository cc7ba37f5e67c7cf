using System.CommandLine;
using HveRelay.Configuration;
using HveRelay.Files;

namespace HveRelay.Operations.Verbs;

/// <summary>How <c>send</c> and <c>send-test</c> reach the relay: by which listener, and as whom.</summary>
internal sealed class SessionSelection
{
    private readonly Option<string?> _user = new("--user") { Description = "Log in as this one of Users" };
    private readonly Option<FileInfo?> _password = new("--password-file") { Description = "A file with that user's password" };
    private readonly Option<string?> _listener = new("--listener") { Description = "The listener to connect to; without it one that fits" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _user, _password, _listener })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What is wrong with what was typed; null where nothing is.</summary>
    public string? Wrong(ParseResult parsed, RelayOptions options) =>
        parsed.GetValue(_listener) is { } wanted && options.Listeners.TrueForAll(each => each.Name != wanted)
            ? $"--listener: there is no {wanted}; there are {string.Join(", ", options.Listeners.Select(each => each.Name))}"
            : parsed.GetValue(_user) is not null && parsed.GetValue(_password) is null ? "--user: wants --password-file" : null;

    /// <exception cref="RelayStartException">The password cannot be read.</exception>
    public TestSubmission Of(ParseResult parsed, RelayOptions options) => new(options, TimeProvider.System)
    {
        Login = parsed.GetValue(_user) is { } user ? (user, PasswordIn(parsed.GetValue(_password)!.FullName)) : null,
        Listener = parsed.GetValue(_listener),
    };

    private static string PasswordIn(string file) =>
        SecretFile.TryRead(file, out var password, out var sentence) ? password : throw new RelayStartException("--password-file", sentence);
}
