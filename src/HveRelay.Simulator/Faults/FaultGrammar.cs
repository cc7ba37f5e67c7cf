using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace HveRelay.Simulator;

/// <summary>
/// Faults as text:
/// <code>
/// fault  = ( preset / stage "=" what ) *( ";" option )
/// stage  = connect / greeting / ehlo / starttls / auth / mail / rcpt / data / content / dot / after-dot / quit
/// what   = reply / close / reset / stall / garbage / slow        ; a reply: "550 5.1.10 unknown"; \n parts its lines
/// option = times=COUNT / nth=NUMBER / to=PATTERN / account=PATTERN / after=OCTETS / pause=SECONDS
/// </code>
/// <c>nth=3</c> alone hits the third occurrence only; with <c>times=2</c> the third and fourth. A semicolon that no
/// <c>name=</c> follows belongs to the reply, since Microsoft's replies have semicolons.
/// </summary>
internal static class FaultGrammar
{
    private static readonly (string Name, FaultStage Stage)[] Stages =
    [
        ("connect", FaultStage.Connect), ("greeting", FaultStage.Greeting), ("ehlo", FaultStage.Ehlo),
        ("starttls", FaultStage.StartTls), ("auth", FaultStage.Auth), ("mail", FaultStage.Mail), ("rcpt", FaultStage.Rcpt),
        ("data", FaultStage.Data), ("content", FaultStage.Content), ("dot", FaultStage.Dot), ("after-dot", FaultStage.AfterDot),
        ("quit", FaultStage.Quit),
    ];

    private static readonly (string Name, Func<FaultStage, Fault> Make)[] Actions =
    [
        ("close", Fault.Close), ("reset", Fault.Reset), ("stall", Fault.Stall), ("garbage", Fault.Garbage), ("slow", Fault.Slow),
    ];

    private static readonly (string Name, Func<Fault, string, (Fault? Fault, string Error)> Apply)[] Options =
    [
        ("times", (fault, value) => Number(value) is { } n and > 0 and <= int.MaxValue
            ? (fault with { Times = (int)n }, "") : Wrong($"times={value}: the number of occurrences is a number from 1 up.")),
        ("nth", (fault, value) => Number(value) is { } n and > 0 and <= int.MaxValue
            ? (fault with { First = (int)n, Times = fault.Times ?? 1 }, "") : Wrong($"nth={value}: the occurrence is a number from 1 up.")),
        ("to", (fault, value) => fault.Stage is FaultStage.Rcpt or (>= FaultStage.Data and < FaultStage.Quit)
            ? NotEmpty("to", value) ?? (fault with { To = value }, "")
            : Wrong($"to={value}: no recipient is known at '{NameOf(fault.Stage)}'; it works from rcpt to after-dot.")),
        ("account", (fault, value) => fault.Stage >= FaultStage.Auth
            ? NotEmpty("account", value) ?? (fault with { Account = value }, "")
            : Wrong($"account={value}: no account is known yet at '{NameOf(fault.Stage)}'; it works from auth on.")),
        ("after", (fault, value) => fault.Stage != FaultStage.Content
            ? Wrong($"after={value}: octets are counted at 'content' only.")
            : Number(value) is { } n and >= 0
                ? (fault with { After = n }, "") : Wrong($"after={value}: the number of octets is a number from 0 up.")),
        ("pause", (fault, value) => fault.Action != FaultAction.Slow
            ? Wrong($"pause={value}: only 'slow' makes pauses.")
            : double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var s) && s <= 86_400
                ? (fault with { Pause = TimeSpan.FromSeconds(s) }, "") : Wrong($"pause={value}: the pause is seconds, such as 0.5, up to 86400.")),
    ];

    public static string NameOf(FaultStage stage) => Stages.First(each => each.Stage == stage).Name;

    /// <summary>Names of what can stand in each place, for people.</summary>
    public static (string Stages, string Actions, string Options) Words =>
        (List(Stages.Select(each => each.Name)), List(Actions.Select(each => each.Name)), List(Options.Select(each => each.Name)));

    public static string Write(Fault fault)
    {
        var head = fault.Action switch
        {
            FaultAction.TlsRefused => "tls-refused",
            FaultAction.StrangerCertificate => "stranger-certificate",
            FaultAction.NoStartTls => "no-starttls",
            FaultAction.Reply => $"{NameOf(fault.Stage)}={fault.Text.ReplaceLineEndings(@"\n")}",
            var action => $"{NameOf(fault.Stage)}={action.ToString().ToLowerInvariant()}",
        };
        (string Name, string? Value)[] options =
        [
            ("nth", fault.First > 1 ? Text(fault.First) : null),
            ("times", fault.Times is { } times && (fault.First == 1 || times > 1) ? Text(times) : null),
            ("to", fault.To),
            ("account", fault.Account),
            ("after", fault.After > 0 ? Text(fault.After) : null),
            ("pause", fault.Action == FaultAction.Slow ? fault.Pause.TotalSeconds.ToString(CultureInfo.InvariantCulture) : null),
        ];
        return head + string.Concat(options.Where(option => option.Value is not null).Select(option => $";{option.Name}={option.Value}"));

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out Fault? fault, out string error)
    {
        (fault, error) = Parse(text.Trim());
        return fault is not null;
    }

    private static (Fault? Fault, string Error) Parse(string text)
    {
        var (head, options) = Split(text);
        var result = Head(head);
        foreach (var (name, value) in options)
        {
            if (result.Fault is { } fault)
            {
                var option = Array.Find(Options, each => name.Equals(each.Name, StringComparison.Ordinal));
                result = option.Apply is null
                    ? Wrong($"'{name}' is no option of a fault; there are {List(Options.Select(each => each.Name))}.")
                    : option.Apply(fault, value);
            }
        }

        return result;
    }

    private static (Fault? Fault, string Error) Head(string head)
    {
        if (head.Length == 0)
        {
            return Wrong("A fault is a preset, such as 'throttled', or a stage and what happens there, such as 'rcpt=550 5.1.10 unknown'.");
        }

        var equals = head.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            return Array.Find(FaultPresets.Table, preset => head.Equals(preset.Name, StringComparison.OrdinalIgnoreCase)) is { } found
                ? (found.Fault, "")
                : Wrong($"'{head}' is no preset; there are {List(FaultPresets.Table.Select(preset => preset.Name))}.");
        }

        var (name, what) = (head[..equals].Trim().ToLowerInvariant(), head[(equals + 1)..].Trim());
        var stage = Array.Find(Stages, each => name.Equals(each.Name, StringComparison.Ordinal));
        if (stage.Name is null)
        {
            return Wrong($"'{name}' is no stage; there are {List(Stages.Select(each => each.Name))}.");
        }

        var action = Array.Find(Actions, each => what.Equals(each.Name, StringComparison.OrdinalIgnoreCase));
        return action.Make is not null ? (action.Make(stage.Stage), "")
            : LooksLikeReply(what) ? (Fault.Reply(stage.Stage, what.Replace(@"\n", "\r\n", StringComparison.Ordinal)), "")
            : Wrong($"'{what}' is neither a reply, such as '451 4.7.500 Server busy', nor one of {List(Actions.Select(each => each.Name))}.");
    }

    /// <summary>Options stand at the end: the first semicolon that a <c>name=</c> follows ends the head.</summary>
    private static (string Head, List<(string Name, string Value)> Options) Split(string text)
    {
        var segments = text.Split(';');
        var options = new List<(string Name, string Value)>();
        var heads = 1;
        for (var i = 1; i < segments.Length; i++)
        {
            var equals = segments[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? "" : segments[i][..equals].Trim();
            if (name.Length > 0 && name.All(char.IsAsciiLetter))
            {
                options.Add((name.ToLowerInvariant(), segments[i][(equals + 1)..].Trim()));
            }
            else if (options.Count == 0)
            {
                heads++;
            }
            else
            {
                options.Add((segments[i].Trim(), ""));
            }
        }

        return (string.Join(';', segments[..heads]).TrimEnd(), options);
    }

    private static bool LooksLikeReply(string text) =>
        text.Length >= 3 && text[0] is >= '2' and <= '5' && char.IsAsciiDigit(text[1]) && char.IsAsciiDigit(text[2])
        && (text.Length == 3 || text[3] is ' ' or '-');

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static (Fault?, string)? NotEmpty(string name, string value) =>
        value.Length == 0 ? Wrong($"{name}= needs an address, in which * stands for anything.") : null;

    private static (Fault? Fault, string Error) Wrong(string sentence) => (null, sentence);

    private static string List(IEnumerable<string> names) => string.Join(", ", names);
}
