using static HveRelay.Configuration.Rules.Weight;

namespace HveRelay.Configuration.Rules;

/// <summary>The relay's own name, certificate, postmaster and queue.</summary>
internal static class RelayRules
{
    private const string TooLong = "is from 00:00:00 to 3650.00:00:00, ten years";
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>What SQLite writes beside the queue until it is worked in (journal_size_limit): to record what was relayed wants as much.</summary>
    private const long LeastReserve = 64 * 1024 * 1024;

    private static readonly Rule<RelayOptions>[] OfTheName =
    [
        new(
            Error,
            "HostName",
            (relay, _) => relay.HostName.Length > 0 && !AddressText.IsDomain(relay.HostName),
            relay => $"'{relay.HostName}' is no host name such as relay.contoso.com"),
        new(Error, "DataDirectory", (relay, _) => relay.DataDirectory.Length == 0, "is missing; the queue needs a place"),
        new(
            Error,
            "Certificate.File",
            (relay, _) => relay.Certificate is { } certificate && string.IsNullOrEmpty(certificate.File),
            "is missing; without Certificate the relay makes one for itself"),
    ];

    private static readonly Rule<RelayOptions>[] OfThePostmaster =
    [
        new(Warning, "Postmaster", (relay, _) => relay.Postmaster.Length == 0, "is empty: failures of senders outside are told to nobody"),
    ];

    private static readonly Rule<PickupOptions>[] OfThePickup =
    [
        new(
            Error,
            "Client",
            (pickup, all) => pickup.Client.Length > 0 && !(all.Clients ?? []).Select(client => client.Name).Has(pickup.Client),
            pickup => $"'{pickup.Client}' is not among Clients"),
    ];

    private static readonly Rule<QueueOptions>[] OfTheQueue =
    [
        new(
            Error,
            "ConnectionString",
            (queue, _) => queue.Store == QueueStoreKind.Postgres && queue.ConnectionString.Length == 0,
            "is missing; Postgres needs it"),
        new(
            Warning,
            "ConnectionString",
            (queue, _) => queue.Store == QueueStoreKind.Sqlite && queue.ConnectionString.Length > 0,
            "has no effect: Queue.Store is Sqlite"),
        new(
            Warning,
            "MinimumFreeBytes",
            (queue, _) => queue.Store == QueueStoreKind.Sqlite && queue.MinimumFreeBytes < LeastReserve,
            queue => $"{queue.MinimumFreeBytes} is less than the {LeastReserve} that the queue itself may need to send what it holds: on a full disk nothing leaves"),
        new(Error, "Lifetime", (queue, _) => queue.Lifetime <= TimeSpan.Zero, "00:00:00 would give up every message at once"),
        new(Error, "Lifetime", (queue, _) => queue.Lifetime > Longest, TooLong),
        new(Error, "KeepHistory", (queue, _) => queue.KeepHistory > Longest || queue.KeepHistory < TimeSpan.Zero, TooLong),
        new(
            Warning,
            "Lifetime",
            (queue, _) => queue.Lifetime > TimeSpan.Zero && queue.Lifetime <= FirstWait(queue),
            queue => $"{queue.Lifetime} is over before the first retry, which comes after {FirstWait(queue)}"),
        new(
            Warning,
            "DelayWarningAfter",
            (queue, _) => queue.Lifetime > TimeSpan.Zero && queue.DelayWarningAfter >= queue.Lifetime,
            queue => $"{queue.DelayWarningAfter} never comes: Lifetime is {queue.Lifetime}"),
    ];

    private static readonly Rule<TimeSpan>[] OfEachWait =
    [
        new(Error, string.Empty, (wait, _) => wait <= TimeSpan.Zero, "00:00:00 would try again without end and without a pause"),
        new(Error, string.Empty, (wait, _) => wait > Longest, TooLong),
    ];

    public static IEnumerable<Finding> OfName(RelayOptions relay) => Entry.One(string.Empty, relay).Apply(OfTheName, relay);

    public static IEnumerable<Finding> OfPostmaster(RelayOptions relay) =>
    [
        .. Entry.One(string.Empty, relay).Apply(OfThePostmaster, relay),
        .. NoticeRules.Of(Entry.One("Postmaster", relay.Postmaster), relay),
    ];

    public static IEnumerable<Finding> OfPickup(RelayOptions relay) => Entry.One("Pickup", relay.Pickup).Apply(OfThePickup, relay);

    public static IEnumerable<Finding> OfQueue(RelayOptions relay) =>
    [
        .. Entry.One("Queue", relay.Queue).Apply(OfTheQueue, relay),
        .. Entry.Each("Queue.RetrySchedule", relay.Queue.RetrySchedule).Apply(OfEachWait, relay),
    ];

    private static TimeSpan FirstWait(QueueOptions queue) =>
        queue.RetrySchedule.Count > 0 ? queue.RetrySchedule[0] : QueueOptions.DefaultRetrySchedule[0];
}
