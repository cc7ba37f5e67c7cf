using Reserve = HveRelay.Configuration.UrgentReserve;
using static HveRelay.Configuration.Rules.Weight;

namespace HveRelay.Configuration.Rules;

/// <summary>The reserve for urgent mail, and the lists whose members are billed.</summary>
internal static class QuotaRules
{
    private static readonly Rule<HveOptions>[] OfReserve =
    [
        new(
            Error,
            "UrgentReserve",
            (hve, all) => !Reserve.TryParse(hve.UrgentReserve, out _),
            hve => $"'{hve.UrgentReserve}' is neither a number of recipients nor a percentage from 0% to 99%"),
        new(
            Error,
            "UrgentReserve",
            (hve, _) => Reserve.TryParse(hve.UrgentReserve, out var reserve)
                && reserve.Recipients > 0 && hve.RecipientsPerDay > 0 && reserve.Recipients >= hve.RecipientsPerDay,
            hve => $"{hve.UrgentReserve} leaves nothing of Hve.RecipientsPerDay to other mail"),
        new(
            Warning,
            "UrgentReserve",
            (hve, _) => Reserve.TryParse(hve.UrgentReserve, out var reserve) && reserve.Recipients > 0 && hve.RecipientsPerDay == 0,
            "is a reserve of no limit: Hve.RecipientsPerDay is 0"),
    ];

    private static readonly Rule<DistributionListOptions>[] OfEachList =
    [
        new(Error, "Address", (list, _) => list.Address.Length == 0, "is missing"),
        new(
            Error,
            "Address",
            (list, all) => Entry.IsRepeated(list, all.Hve.DistributionLists, x => x.Address),
            list => $"'{list.Address}' is an earlier list"),
    ];

    public static IEnumerable<Finding> Of(RelayOptions relay) =>
    [
        .. Entry.One("Hve", relay.Hve).Apply(OfReserve, relay),
        .. Entry.Each("Hve.DistributionLists", relay.Hve.DistributionLists).Apply(OfEachList, relay),
    ];
}
