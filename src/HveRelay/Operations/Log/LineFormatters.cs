using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using HveRelay.Mail;
using Serilog.Events;
using Serilog.Formatting;

namespace HveRelay.Operations.Log;

/// <summary><c>2026-11-22T03:12:00.123Z INF relayed id=… client=…</c>: one event, one line.</summary>
internal sealed class TextLineFormatter : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        var (name, fields) = MailLine.Of(logEvent);
        var line = new StringBuilder(256)
            .Append(Line.Time(logEvent)).Append(' ').Append(Line.Level(logEvent)).Append(' ').Append(name);
        foreach (var (key, value) in fields)
        {
            line.Append(' ').Append(key).Append('=');
            MailEvent.AppendValue(line, value);
        }

        output.Write(line.Append('\n'));
    }
}

/// <summary>The same as a JSON object a line, its fields in the same order.</summary>
internal sealed class JsonLineFormatter : ITextFormatter
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Format(LogEvent logEvent, TextWriter output)
    {
        var (name, fields) = MailLine.Of(logEvent);
        var octets = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(octets, Readable))
        {
            json.WriteStartObject();
            json.WriteString("time", Line.Time(logEvent));
            json.WriteString("level", Line.Level(logEvent));
            json.WriteString("event", name);
            foreach (var (key, value) in fields)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetString(octets.WrittenSpan));
        output.Write('\n');
    }
}

internal static class Line
{
    public static string Time(LogEvent entry) =>
        entry.Timestamp.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    public static string Level(LogEvent entry) => entry.Level switch
    {
        LogEventLevel.Verbose => "VRB",
        LogEventLevel.Debug => "DBG",
        LogEventLevel.Information => "INF",
        LogEventLevel.Warning => "WRN",
        LogEventLevel.Error => "ERR",
        _ => "FTL",
    };
}
