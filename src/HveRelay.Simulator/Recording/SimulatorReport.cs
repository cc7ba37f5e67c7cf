using System.Text;

namespace HveRelay.Simulator;

/// <summary>One line for each event, <c>event key=value …</c>, for the console of whoever runs the simulator.</summary>
internal sealed class SimulatorReport(Action<string>? write)
{
    private readonly Lock _gate = new();

    public void Accepted(RecordedMessage message)
    {
        if (write is not null)
        {
            Line(
                "accepted",
                ("id", message.Id), ("connection", message.Connection.ToString()), ("account", message.Account),
                ("from", message.ReversePath), ("to", string.Join(',', message.Recipients)), ("size", message.Length.ToString()),
                ("from-header", string.Join(',', message.HeaderFrom)), ("answered", message.Answered ? null : "no"));
        }
    }

    public void Refused(int connection, string stage, string reply, string? account, string? to) => Line(
        "refused", ("stage", stage), ("connection", connection.ToString()), ("account", account), ("to", to), ("reply", FirstLine(reply)));

    public void Faulted(int connection, Fault fault) => Line(
        "fault", ("stage", FaultGrammar.NameOf(fault.Stage)), ("connection", connection.ToString()),
        ("action", fault.Action.ToString()), ("reply", fault.Text.Length == 0 ? null : FirstLine(fault.Text)));

    public void Noted(int connection, string sentence) => Line("note", ("connection", connection.ToString()), ("text", sentence));

    private static string FirstLine(string reply) => reply.Split('\r', '\n')[0];

    private void Line(string name, params ReadOnlySpan<(string Key, string? Value)> pairs)
    {
        if (write is null)
        {
            return;
        }

        var line = new StringBuilder(name);
        foreach (var (key, value) in pairs)
        {
            if (value is not null)
            {
                line.Append(' ').Append(key).Append('=').Append(Quoted(value));
            }
        }

        lock (_gate)
        {
            write(line.ToString());
        }
    }

    /// <summary>A client's words cannot end the line or stand for another key.</summary>
    private static string Quoted(string value)
    {
        if (value.Length > 0 && !value.AsSpan().ContainsAny(" \"=\\") && !value.Any(char.IsControl))
        {
            return value;
        }

        var quoted = new StringBuilder("\"");
        foreach (var character in value)
        {
            _ = character is '"' or '\\' ? quoted.Append('\\').Append(character)
                : char.IsControl(character) ? quoted.Append($"\\x{(int)character:x2}")
                : quoted.Append(character);
        }

        return quoted.Append('"').ToString();
    }
}
