using System.Globalization;

namespace HveRelay.Smtp.Message;

/// <summary>Date and time as RFC 5322 section 3.3 writes them.</summary>
public static class InternetDate
{
    /// <summary>In UTC: <c>Sun, 22 Nov 2026 03:12:00 +0000</c>.</summary>
    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);
}
