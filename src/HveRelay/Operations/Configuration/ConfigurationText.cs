using System.Text.Json;
using HveRelay.Configuration;

namespace HveRelay.Operations.Configuration;

/// <summary>
/// Makes of the file's text what IConfiguration can take. That knows neither null nor an object without keys and gives up at the
/// first key that stands twice; here each of these is reported and the rest goes on.
/// </summary>
internal sealed class ConfigurationText
{
    private static readonly JsonDocumentOptions Dialect = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private readonly List<ConfigurationError> _errors = [];

    private ConfigurationText()
    {
    }

    /// <summary>Null where the text is no JSON object at all; then there is an error.</summary>
    public static byte[]? Clean(string path, string text, List<ConfigurationError> errors)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Dialect);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                errors.Add(new ConfigurationError(path, "is not an object; everything stands between { and }"));
                return null;
            }

            var scan = new ConfigurationText();
            using var cleaned = new MemoryStream();
            using (var writer = new Utf8JsonWriter(cleaned))
            {
                scan.Copy(document.RootElement, string.Empty, writer);
            }

            errors.AddRange(scan._errors);
            return cleaned.ToArray();
        }
        catch (JsonException fault)
        {
            // The parser's own message may quote what stands there, and that may be a password.
            errors.Add(new ConfigurationError(
                path,
                $"is no JSON at line {fault.LineNumber + 1}, column {fault.BytePositionInLine + 1}; "
                + "look there and just before for a comma, a quotation mark or a bracket too many or too few"));
            return null;
        }
        catch (InvalidOperationException)
        {
            // The grammar of JSON allows this (RFC 8259 section 8.2), text does not.
            errors.Add(new ConfigurationError(path, "holds an escape from \\uD800 to \\uDFFF without its other half"));
            return null;
        }
    }

    private void Copy(JsonElement element, string key, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                CopyKeys(element, key, writer);
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                CopyEntries(element, key, writer);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    // A key that is null is a key that is not there.
    private void CopyKeys(JsonElement element, string key, Utf8JsonWriter writer)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in element.EnumerateObject())
        {
            var name = ConfigurationValue.Printable(property.Name);
            var inner = key.Length == 0 ? name : $"{key}.{name}";
            if (!seen.Add(property.Name))
            {
                _errors.Add(new ConfigurationError(inner, "stands there twice"));
            }
            else if (property.Name.Contains(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal))
            {
                _errors.Add(new ConfigurationError(inner, "is no key; write objects inside each other instead of a colon"));
            }
            else if (property.Name.Any(char.IsControl))
            {
                _errors.Add(new ConfigurationError(inner, "is no key; it holds a control character"));
            }
            else if (property.Value.ValueKind != JsonValueKind.Null)
            {
                writer.WritePropertyName(property.Name);
                Copy(property.Value, inner, writer);
            }
        }
    }

    private void CopyEntries(JsonElement element, string key, Utf8JsonWriter writer)
    {
        var i = 0;
        foreach (var entry in element.EnumerateArray())
        {
            var inner = $"{key}[{i++}]";
            if (entry.ValueKind == JsonValueKind.Null)
            {
                _errors.Add(new ConfigurationError(inner, "is null"));
            }

            Copy(entry, inner, writer);
        }
    }
}
