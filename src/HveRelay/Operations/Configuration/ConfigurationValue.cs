using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using HveRelay.Configuration;

namespace HveRelay.Operations.Configuration;

/// <summary>Reads one text as the value of one property, and says in a sentence why it cannot be.</summary>
internal static class ConfigurationValue
{
    private const int LongestQuote = 60;
    private static readonly string[] TimeSpanForms = [@"hh\:mm\:ss", @"d\.hh\:mm\:ss"];

    /// <param name="property">Where the value goes; of a list, the attributes speak of its entries.</param>
    /// <param name="type">The type of the property, or of an entry of the list.</param>
    public static bool TryRead(
        PropertyInfo property, Type type, string text, [NotNullWhen(true)] out object? value, [NotNullWhen(false)] out string? sentence)
    {
        value = Parse(Nullable.GetUnderlyingType(type) ?? type, text);
        var secret = property.IsDefined(typeof(SecretAttribute));
        var wrong = value is null ? Expectation(type)
            : !secret && text.Any(char.IsControl) ? "holds a control character" // in a name it could end a line of the log
            : Objection(property, value);
        sentence = wrong is null ? null : secret ? wrong : $"{Quote(text)} {wrong}";
        return sentence is null;
    }

    /// <summary>Short, and on one line whatever it is.</summary>
    public static string Quote(string text)
    {
        var shown = text.Length > LongestQuote ? text[..LongestQuote] + "…" : text;
        return $"'{Printable(shown)}'";
    }

    public static string Printable(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? '?' : letter));

    private static object? Parse(Type type, string text) => type switch
    {
        _ when type == typeof(string) => text,
        _ when type == typeof(bool) => bool.TryParse(text, out var truth) ? truth : null,
        _ when type == typeof(int) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
        _ when type == typeof(long) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
        _ when type == typeof(TimeSpan) =>
            TimeSpan.TryParseExact(text, TimeSpanForms, CultureInfo.InvariantCulture, out var span) ? span : null,
        { IsEnum: true } => Enum.GetNames(type).FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name
            ? Enum.Parse(type, name)
            : null,
        _ => throw new NotSupportedException($"RelayOptions has a property of type {type}, which the reader does not know"),
    };

    private static string Expectation(Type type) => type switch
    {
        _ when type == typeof(bool) => "is neither true nor false",
        _ when type == typeof(int) || type == typeof(long) => "is no whole number, or far too large a one",
        _ when type == typeof(TimeSpan) => "is no time span; write d.hh:mm:ss, as in 00:05:00 for five minutes or 2.00:00:00 for two days",
        _ => OneOf(Enum.GetNames(type)),
    };

    private static string? Objection(PropertyInfo property, object value) =>
        property.GetCustomAttributes().Select(attribute => Objection(attribute, value)).FirstOrDefault(objection => objection is not null);

    private static string? Objection(Attribute attribute, object value) => (attribute, value) switch
    {
        (WithinAttribute within, int or long) => Convert.ToInt64(value, CultureInfo.InvariantCulture) is var number
            && number >= within.Least && number <= within.Most ? null : $"is not within {within.Least} and {within.Most}",
        (OneOfAttribute one, string text) => one.Values.Contains(text, StringComparer.Ordinal) ? null : OneOf(one.Values),
        (AddressValueAttribute, string text) => text.Length == 0 || AddressText.IsAddress(text)
            ? null : "is no e-mail address such as hve1@contoso.com",
        (IpAddressValueAttribute, string text) => NetworkText.IsIpAddress(text)
            ? null : "is no IP address; 0.0.0.0 stands for every IPv4 address of this machine, :: for all",
        (NetworkValueAttribute, string text) => NetworkText.TryRead(text, out _, out var sentence) ? null : sentence,
        _ => null,
    };

    private static string OneOf(IEnumerable<string> words) => $"is none of {string.Join(", ", words.Where(word => word.Length > 0))}";
}
