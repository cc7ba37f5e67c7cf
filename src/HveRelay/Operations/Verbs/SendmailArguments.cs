namespace HveRelay.Operations.Verbs;

/// <summary>The command line of sendmail, as far as scripts, cron and PHP use it; its flags run together with their values.</summary>
/// <param name="Sender">Of -f or -r; null where there is none.</param>
/// <param name="FromHeader">-t: the recipients of the message are added to those named.</param>
/// <param name="IgnoresDots">-i or -oi: a line with a single dot does not end the message.</param>
internal sealed record SendmailArguments(string? Sender, bool FromHeader, bool IgnoresDots, IReadOnlyList<string> Recipients)
{
    /// <summary>Flags that have a value and mean nothing here: full name, hops, body type, DSN, options in words.</summary>
    private const string WithValue = "FhBNRVOLpXAC";

    /// <summary>Flags without a value that mean nothing here.</summary>
    private const string Idle = "mnvUGEsx";

    /// <summary>Null where a flag is not known or asks for what this is not, with a sentence.</summary>
    public static SendmailArguments? Read(IReadOnlyList<string> words, out string? fault)
    {
        fault = null;
        var (sender, header, dots, recipients) = ((string?)null, false, false, new List<string>());
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (word == "--")
            {
                recipients.AddRange(words.Skip(i + 1));
                break;
            }

            if (word is not ['-', var flag, .. var value])
            {
                recipients.Add(word);
            }
            else if (flag is 'f' or 'r' || WithValue.Contains(flag, StringComparison.Ordinal))
            {
                var given = value.Length > 0 ? value : ++i < words.Count ? words[i] : null;
                fault = given is null ? $"{word}: a value is missing" : fault;
                sender = flag is 'f' or 'r' ? given?.Trim('<', '>') : sender;
                fault = flag is 'f' or 'r' && sender?.IndexOfAny(['<', '>']) >= 0 && !sender.Any(char.IsControl)
                    ? $"-{flag}: {given} is no address" : fault;
            }
            else if (flag == 'o')
            {
                dots |= value == "i";
            }
            else if (word == "-bm" || flag == 'q')
            {
                // What it does anyhow.
            }
            else if (flag == 'b')
            {
                fault = $"{word}: only mail is taken here; the queue is shown by: hverelay queue list";
            }
            else
            {
                // -ti and the like.
                foreach (var each in word.AsSpan(1))
                {
                    header |= each == 't';
                    dots |= each == 'i';
                    fault = each is 't' or 'i' || Idle.Contains(each, StringComparison.Ordinal) ? fault : $"{word}: no flag that is known here";
                }
            }
        }

        fault ??= header || recipients.Count > 0 ? null : "names no recipient; -t takes them from the message";
        return fault is null ? new SendmailArguments(sender, header, dots, recipients) : null;
    }
}
