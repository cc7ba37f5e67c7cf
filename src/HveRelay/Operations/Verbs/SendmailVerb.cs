using System.CommandLine;
using HveRelay.Configuration;
using HveRelay.Files;
using HveRelay.Operations.Configuration;
using HveRelay.Smtp.Server;

namespace HveRelay.Operations.Verbs;

/// <summary>
/// <c>sendmail</c>: what scripts, cron and PHP call. The message comes on standard input; the exit statuses are those of sysexits.h,
/// which callers know. Whoever may not read the configuration is served too, by the listener on port 25 of this machine.
/// </summary>
internal static class SendmailVerb
{
    private const int Ok = 0;
    private const int Usage = 64;
    private const int DataError = 65;
    private const int Unavailable = 69;
    private const int Software = 70;
    private const int TryAgain = 75;
    private const int Configuration = 78;

    public static Command Create()
    {
        var command = new Command("sendmail", "Takes a message from standard input as sendmail does: -t -i -f SENDER RECIPIENT…; other flags are heard and mean nothing; exit statuses of sysexits.h")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var errors = parsed.InvocationConfiguration.Error;
            try
            {
                var (status, sentences) = await RunAsync(parsed, cancel);
                foreach (var sentence in sentences)
                {
                    await errors.WriteLineAsync($"sendmail: {sentence.ReplaceLineEndings(" ")}");
                }

                return status;
            }
            catch (RelayStartException absent)
            {
                await errors.WriteLineAsync($"sendmail: {absent.Message.ReplaceLineEndings(" ")}");
                return TryAgain;
            }
            catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
            {
                await errors.WriteLineAsync($"sendmail: {broken.Message}");
                return Software;
            }
        });
        return command;
    }

    private static async Task<(int Status, IReadOnlyList<string> Sentences)> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        if (SendmailArguments.Read(parsed.UnmatchedTokens, out var fault) is not { } arguments)
        {
            return (Usage, [fault!]);
        }

        if (parsed.GetValue(Verb.Config) is { } named && Absent(named) is { } absent)
        {
            return (Configuration, [$"--config: {absent}"]);
        }

        // Nothing at all on standard input is a message too, as with sendmail and Postfix: a cron job that says nothing has still run.
        await using var spool = await SpoolAsync(arguments.IgnoresDots, cancel);
        if (await MailFile.OpenAsync(spool, cancel) is not { } mail)
        {
            return (DataError, ["the header is larger than 256 KiB"]);
        }

        string[] recipients =
        [
            .. arguments.Recipients.SelectMany(Submission.Addresses).Concat(arguments.FromHeader ? mail.Envelope.Recipients : [])
                .Select(Known).Distinct(StringComparer.OrdinalIgnoreCase),
        ];
        if (recipients.Length == 0)
        {
            return (Usage, ["the message names no recipient"]);
        }

        var (options, broken) = Options(parsed.GetValue(Verb.Config));
        if (broken is not null)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"sendmail: {broken}; port 25 of this machine is tried");
        }

        var end = await Submission.SendAsync(
            options, new TestSubmission(options, TimeProvider.System), mail, arguments.Sender ?? CurrentUser.Name, recipients, cancel);
        return end.Refused.Count == 0 ? (Ok, []) : (end.IsForNow ? TryAgain : Unavailable, end.Refused);
    }

    /// <summary>Null where it is there: one that may not be read is.</summary>
    private static string? Absent(string file)
    {
        try
        {
            File.OpenHandle(file).Dispose();
            return null;
        }
        catch (Exception fault) when (Directory.Exists(file) || fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return FileFault.Sentence(file, fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A name without a domain is a mailbox of this machine, which has none: the relay knows who its postmaster is.</summary>
    /// <remarks>Several words are no name: the relay refuses them, and the caller hears it.</remarks>
    private static string Known(string recipient) => recipient.AsSpan().ContainsAny("@ <") ? recipient : "postmaster";

    /// <summary>As far as they can be read: cron's users may not read secrets, and need none.</summary>
    /// <returns>Also what is wrong with a file that can be read and is no JSON: the message is not lost for that while a relay runs.</returns>
    private static (RelayOptions Options, ConfigurationError? Broken) Options(string? configured)
    {
        var path = ConfigurationFile.Find(configured);
        var (options, _, report) = ConfigurationReader.ReadAll(path, EnvironmentKeys.OfThisProcess());
        return options is { Listeners.Count: > 0 }
            ? (options, null)
            : (new RelayOptions { Listeners = [new ListenerOptions { Name = "devices", Address = "127.0.0.1" }] }, options is null ? report.Errors.FirstOrDefault(error => error.Key == path) : null);
    }

    /// <summary>Standard input on the disk, so that a large message takes no memory; gone when it is closed.</summary>
    private static async Task<FileStream> SpoolAsync(bool ignoresDots, CancellationToken cancel)
    {
        var spool = PrivateFile.Create(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileOptions.DeleteOnClose, FileAccess.ReadWrite);
        await using var input = Console.OpenStandardInput();
        if (ignoresDots)
        {
            await input.CopyToAsync(spool, cancel);
        }
        else
        {
            CopyToDot(input, spool);
        }

        await spool.FlushAsync(cancel);
        return spool;
    }

    /// <summary>Up to a line that is a single dot.</summary>
    private static void CopyToDot(Stream input, Stream spool)
    {
        // Longer than the line that ends it, so that a beginning that is written out cannot have been one.
        const int Longest = 1024;
        using var buffered = new BufferedStream(input, 64 * 1024);
        var (line, isWhole) = (new List<byte>(Longest), true);
        for (int octet; (octet = buffered.ReadByte()) >= 0;)
        {
            line.Add((byte)octet);
            if (octet != '\n' && line.Count < Longest)
            {
                continue;
            }

            if (isWhole && line is ([(byte)'.', (byte)'\n'] or [(byte)'.', (byte)'\r', (byte)'\n']))
            {
                return;
            }

            Write();
            isWhole = octet == '\n';
        }

        if (!isWhole || line is not [(byte)'.'])
        {
            Write();
        }

        void Write()
        {
            spool.Write(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(line));
            line.Clear();
        }
    }
}
