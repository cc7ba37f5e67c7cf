using HveRelay.Mail;
using Serilog.Events;
using Serilog.Parsing;

namespace HveRelay.Operations.Log;

/// <summary>Carries mail events through Serilog with their fields in order, as one structured property.</summary>
internal static class MailLine
{
    public const string Property = "mail";

    private static readonly MessageTemplate Template = new MessageTemplateParser().Parse("{mail}");

    public static Action<MailEvent> To(Serilog.ILogger logger) => mail => logger.Write(new LogEvent(
        mail.At,
        mail.Level switch
        {
            EventLevel.Error => LogEventLevel.Error,
            EventLevel.Warning => LogEventLevel.Warning,
            _ => LogEventLevel.Information,
        },
        null,
        Template,
        [new LogEventProperty(Property, new StructureValue(Fields(mail), mail.Name))]));

    /// <summary>The name and the fields of a line: of a mail event its own, of any other Serilog event <c>log</c>.</summary>
    public static (string Name, IEnumerable<KeyValuePair<string, string>> Fields) Of(LogEvent entry) =>
        entry.Properties.TryGetValue(Property, out var value) && value is StructureValue mail
            ? (mail.TypeTag ?? "log", mail.Properties.Select(field => KeyValuePair.Create(field.Name, Text(field.Value))))
            : ("log", Other(entry));

    private static IEnumerable<LogEventProperty> Fields(MailEvent mail) =>
        from field in mail.Fields
        where field.Value is not null
        select new LogEventProperty(field.Key, new ScalarValue(field.Value));

    private static IEnumerable<KeyValuePair<string, string>> Other(LogEvent entry)
    {
        if (entry.Properties.TryGetValue("SourceContext", out var source))
        {
            yield return KeyValuePair.Create("source", Text(source));
        }

        yield return KeyValuePair.Create("text", entry.RenderMessage());
        if (entry.Exception is { } exception)
        {
            yield return KeyValuePair.Create("exception", exception.ToString());
        }
    }

    private static string Text(LogEventPropertyValue value) =>
        value is ScalarValue { Value: { } scalar } ? scalar.ToString() ?? string.Empty : value.ToString();
}
