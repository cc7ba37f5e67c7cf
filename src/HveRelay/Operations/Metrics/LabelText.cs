using System.Text;

namespace HveRelay.Operations.Metrics;

/// <summary>Labels in Prometheus' text format, values escaped.</summary>
internal static class LabelText
{
    public static string Of(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (labels.IsEmpty)
        {
            return string.Empty;
        }

        var text = new StringBuilder("{");
        foreach (var (key, value) in labels)
        {
            text.Append(text.Length > 1 ? "," : string.Empty).Append(key).Append("=\"")
                .Append(value?.ToString()?.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")).Append('"');
        }

        return text.Append('}').ToString();
    }

    public static string Of(params KeyValuePair<string, object?>[] labels) => Of(labels.AsSpan());
}
