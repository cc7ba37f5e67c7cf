using HveRelay.Operations.Doctor.Checks;

namespace HveRelay.Operations.Doctor;

/// <summary>The checks in their order: from this machine to HVE, so that the first that is wrong explains those behind it.</summary>
internal static class DoctorRound
{
    public static readonly (string Name, Func<Examination, CancellationToken, Task<Finding>> Run)[] Table =
    [
        ("configuration", ConfigurationCheck.RunAsync),
        ("files", FilesCheck.RunAsync),
        ("disk", DiskCheck.RunAsync),
        ("queue", QueueCheck.RunAsync),
        ("clock", ClockCheck.RunAsync),
        ("ports", PortsCheck.RunAsync),
        ("certificate", CertificateCheck.RunAsync),
        ("open relay", OpenRelayCheck.RunAsync),
        ("dns", DnsCheck.RunAsync),
        ("tcp", TcpCheck.RunAsync),
        ("starttls", StartTlsCheck.RunAsync),
        ("login", LoginCheck.RunAsync),
        ("sender", SenderCheck.RunAsync),
        ("smarthosts", SmarthostsCheck.RunAsync),
        ("accounts", AccountsCheck.RunAsync),
        ("quota", QuotaCheck.RunAsync),
    ];

    public static async Task<Diagnosis> RunAsync(Examination examination, CancellationToken cancel)
    {
        var lines = new List<CheckedLine>();
        foreach (var (name, run) in Table)
        {
            lines.Add(new CheckedLine(name, await run(examination, cancel)));
        }

        return new Diagnosis(lines);
    }
}
