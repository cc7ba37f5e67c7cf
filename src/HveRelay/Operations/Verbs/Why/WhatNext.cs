using HveRelay.Delivery;
using HveRelay.Mail;
using HveRelay.Operations.Control;
using HveRelay.Queue;
using HveRelay.Wording;

namespace HveRelay.Operations.Verbs.Why;

/// <summary>What happens next with some recipients of a message.</summary>
/// <param name="At">When, where that is known.</param>
/// <param name="Notes">What it depends on, and who can do what about it.</param>
internal sealed record NextStep(IReadOnlyList<string> To, string Words, DateTimeOffset? At, IReadOnlyList<string> Notes);

/// <summary>What happens next with a message, and when. Pure: from the history, what the relay is up to, and the time.</summary>
/// <remarks>Of accounts in the language that is asked for; its other sentences are whole, and put into it by who shows them.</remarks>
internal static class WhatNext
{
    public static IReadOnlyList<NextStep> Of(MessageRecord record, RelayNow relay, DateTimeOffset now, Language language)
    {
        var waiting = from recipient in record.Recipients
                      where recipient.State is RecipientState.Queued or RecipientState.Held
                      group recipient by (recipient.Part, recipient.State, recipient.DueAt) into same
                      select Of(record, [.. same], relay, now, language);
        return [.. waiting, .. Untold(record)];
    }

    private static NextStep Of(MessageRecord record, IReadOnlyList<RecipientRecord> same, RelayNow relay, DateTimeOffset now, Language language)
    {
        var (first, id) = (same[0], record.Envelope.Id);
        string[] to = [.. same.Select(recipient => recipient.Address)];
        if (first.State == RecipientState.Held)
        {
            return new NextStep(to, "held: it waits for an operator", null, [$"'hverelay queue release {id}' lets it go, 'hverelay queue remove {id}' takes it out"]);
        }

        var attempts = record.Attempts.Where(attempt => attempt.Part == first.Part).ToList();
        if (attempts.Find(attempt => attempt.EndedAt is null) is { } open && (first.DueAt is null || first.DueAt <= open.StartedAt))
        {
            return relay.Runs == false
                ? new NextStep(
                    to, $"attempt {open.Number} was under way when the relay ended", null,
                    ["at its next start that is marked unsure, may be sent twice, and tried again after the first wait of Queue.RetrySchedule"])
                : new NextStep(to, $"attempt {open.Number} is under way, by {open.Account}", open.StartedAt, []);
        }

        var at = first.DueAt is { } due && due > now ? due : now;
        var (notes, lasts) = (new List<string>(), first.DueAt >= record.Envelope.ExpiresAt);
        if (relay.Runs == false)
        {
            notes.Add("no relay answers here: it goes when one runs");
        }

        notes.AddRange(Accounts(first.Lane, relay, language));
        if (relay.QuotaRoomAt is { } room && !first.Lane.IsSmarthost)
        {
            notes.Add($"the tenant's daily limit of recipients is reached: there is room again at {PlainText.Time(room)}; mail waits for it and is not bounced");
            at = room > at ? room : at;
        }

        var when = at > now ? $"at {PlainText.Time(at)}, in {QueueText.Span(at - now)}" : "now: it is due";
        notes.Add(Expiry(record.Envelope, lasts, now));
        return new NextStep(to, $"attempt {attempts.Count + 1} {when}", at, notes);
    }

    /// <summary>Where one account of the lane is healthy there is nothing to say.</summary>
    private static IEnumerable<string> Accounts(Lane lane, RelayNow relay, Language language)
    {
        if (lane.IsSmarthost && relay.Smarthosts is { } smarthosts && !smarthosts.ContainsKey(lane.SmarthostName))
        {
            return [$"the smarthost {lane.SmarthostName} is not among Smarthosts, and its mail goes by no other way: put it back, or give the mail up by hverelay queue bounce"];
        }

        var accounts = relay.Accounts.Where(account => Serves(account.Account, lane)).ToList();
        if (accounts.Exists(account => account.State == AccountState.Healthy))
        {
            return lane.IsSmarthost && relay.Smarthosts?.GetValueOrDefault(lane.SmarthostName) is > 0 and var most
                ? [$"the smarthost {lane.SmarthostName} gets {most} messages a minute at most (MessagesPerMinute): others may go first"]
                : [];
        }

        return accounts.Count == 0 && !lane.IsSmarthost && relay is { Runs: true, Accounts.Count: > 0 }
            ? [$"{lane} is not configured here: the relay moves its mail to any account within a minute"]
            : accounts.Select(account => Words(account, language));
    }

    private static bool Serves(string account, Lane lane) => lane == Lane.AnyAccount
        ? account.Contains('@', StringComparison.Ordinal)
        : Lane.Account(account) == lane || Lane.Smarthost(account) == lane;

    private static string Words(AccountAnswer account, Language language)
    {
        var state = account.State is { } known ? QueueText.Word(known) : "unknown";
        var (colon, semicolon) = language.IsEnglish ? (": ", "; ") : (string.Empty, string.Empty);
        return string.Concat(
            Standing(account, state, language),
            account.Cause is null ? string.Empty : colon + language.Say(account.Cause, account.Remedy ?? string.Empty),
            account.NextTry is { } next ? semicolon + language.Say($"it is tried again at {PlainText.Time(next)}") : string.Empty);
    }

    private static string Standing(AccountAnswer account, string state, Language language) => language.Say((SenderName.IsSmarthost(account.Account), account.Since) switch
    {
        (true, { } since) => $"smarthost {account.Account} is {state} since {PlainText.Time(since)}",
        (true, null) => $"smarthost {account.Account} is {state}",
        (false, { } since) => $"account {account.Account} is {state} since {PlainText.Time(since)}",
        (false, null) => $"account {account.Account} is {state}",
    });

    private static string Expiry(Envelope mail, bool isLast, DateTimeOffset now)
    {
        var told = mail.Origin.IsNotice ? "nobody is told of a notice" : "its sender, NotifyOnFailure of the client or the Postmaster is told";
        return mail.ExpiresAt <= now
            ? $"its lifetime is over since {PlainText.Time(mail.ExpiresAt)}: one more failure, unless an account is at fault, ends it (a second one, where an account or quota held it up until now), and {told}"
            : $"{(isLast ? "the last one" : "tried")} until {PlainText.Time(mail.ExpiresAt)}, in {QueueText.Span(mail.ExpiresAt - now)}; then, unless an account is at fault, it fails, and {told}";
    }

    private static IEnumerable<NextStep> Untold(MessageRecord record) =>
        from notice in record.Notices
        where notice.At is null
        select new NextStep(
            [.. record.Recipients.Where(recipient => notice.Recipients.Contains(recipient.Number)).Select(recipient => recipient.Address)],
            notice.IsDelayed ? "late, and nobody has been told yet" : "failed, and nobody has been told yet",
            null,
            ["the next notice tells of it: the first at once, then one an hour for each receiver"]);
}
