using System.CommandLine;
using System.Globalization;
using static HveRelay.Operations.Verbs.PlainText;

namespace HveRelay.Operations.Verbs;

/// <summary><c>quota</c>: recipients of the last 24 hours, where that leads, and what it costs. Reads the ledger, whether the daemon runs or not.</summary>
internal static class QuotaVerb
{
    public static Command Create()
    {
        var command = new Command("quota", "Recipients in the last 24 hours by tenant, account, smarthost and client; forecast and estimated cost") { Verb.Json };
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, cancel) =>
        {
            await using var queue = await QueueToRead.OpenAsync(loaded.Options);
            var report = await QuotaReport.ReadAsync(
                queue, loaded.Options, TimeProvider.System.GetLocalNow(), cancel);
            await parsed.InvocationConfiguration.Output.WriteAsync(
                parsed.GetValue(Verb.Json) ? JsonText.Of(Json(report)) + Environment.NewLine : Text(report));
            return ExitStatus.Done;
        }));
        return command;
    }

    private static string Text(QuotaReport report) =>
        Table(
            ["SCOPE", "NAME", "USED", "LIMIT", "PERCENT", "PER HOUR TODAY", "FULL AT", "ROOM AT"],
            report.Rows.Select(row => new[]
            {
                row.Kind,
                row.Name.Length == 0 ? "-" : row.Name,
                Number(row.Forecast.Used),
                row.Forecast.Limit == 0 ? "-" : Number(row.Forecast.Limit),
                row.Forecast.Percent is { } percent ? percent.ToString("0.0", CultureInfo.InvariantCulture) : "-",
                Tenths(row.Forecast.PerHour),
                row.Forecast.ReachedAt is { } full ? Time(full) : "-",
                row.Forecast.RoomAt is { } room ? Time(room) : "-",
            }))
        + string.Concat(report.Rows.Where(row => row.UrgentReserve > 0).Select(row =>
            $"of the {row.Kind}'s limit {row.UrgentReserve.ToString(CultureInfo.InvariantCulture)} are for urgent mail alone\n"))
        + string.Create(
            CultureInfo.InvariantCulture,
            $"estimated cost: US${report.Day.Dollars:0.00} for {report.Day.Expanded} expanded recipients in the last 24 hours, US${report.Month.Dollars:0.00} for 30 such days\n");

    /// <summary>Rounded up: what was used is not shown as nothing.</summary>
    private static string Tenths(double rate) => (Math.Ceiling(rate * 10) / 10).ToString("0.0", CultureInfo.InvariantCulture);

    private static object Json(QuotaReport report) => new
    {
        quotas = report.Rows.Select(row => new
        {
            row.Kind,
            row.Name,
            row.Forecast.Used,
            row.Forecast.Limit,
            row.Forecast.Percent,
            row.Forecast.PerHour,
            row.Forecast.ReachedAt,
            row.Forecast.RoomAt,
            row.UrgentReserve,
        }),
        cost = new
        {
            report.Day.Expanded,
            report.Day.Dollars,
            dollarsIn30Days = report.Month.Dollars,
        },
    };
}
