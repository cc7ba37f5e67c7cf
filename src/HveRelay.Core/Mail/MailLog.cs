using System.Globalization;

namespace HveRelay.Mail;

/// <summary>
/// All lines of the mail log, one method each; names and order of the fields are the contract's. Who writes them down is handed in.
/// </summary>
/// <param name="writeOut">See <see cref="WriteOut"/>; null where <paramref name="write"/> does not put off.</param>
public sealed class MailLog(TimeProvider clock, Action<MailEvent> write, Action? writeOut = null)
{
    /// <summary>
    /// Ends when the lines so far are with the system, and would outlive this process; after some seconds all the same, for no log may hold
    /// up the mail for ever. For what has to be told before it is done.
    /// </summary>
    public void WriteOut() => writeOut?.Invoke();


    public void Connected(string client, string ip, string listener) =>
        Info("connected", ("client", client), ("ip", ip), ("listener", listener));

    public void Refused(string? client, string ip, string? user, string? from, string? to, string reason, string reply, string listener) =>
        Warn("refused", ("client", client), ("ip", ip), ("user", user), ("from", from), ("to", to), ("reason", reason), ("reply", reply),
            ("listener", listener));

    public void Queued(Envelope mail, int recipients, string? messageId) =>
        Info("queued", ("id", mail.Id.ToString()), ("client", mail.Origin.Client), ("ip", mail.Origin.Address), ("user", mail.Origin.User),
            ("from", mail.ReversePath), ("recipients", Number(recipients)), ("size", Number(mail.Size)), ("tls", mail.Origin.Tls),
            ("message-id", messageId));

    public void Split(Envelope mail, int recipients, int parts) =>
        Info("split", ("id", mail.Id.ToString()), ("client", mail.Origin.Client), ("recipients", Number(recipients)), ("parts", Number(parts)));

    public void Relayed(Envelope mail, string to, string account, string part, int attempt, string reply) =>
        Info("relayed", [.. Recipient(mail, to, account, part, attempt), ("reply", reply), ("delay", Delay(mail))]);

    public void Deferred(Envelope mail, string to, string account, string part, int attempt, string reply, string cause, DateTimeOffset? next) =>
        Warn("deferred", [.. Recipient(mail, to, account, part, attempt), ("reply", reply), ("cause", cause), ("next", Time(next))]);

    public void Failed(Envelope mail, string to, string account, string part, int attempt, string reply, string cause, string remedy) =>
        Error("failed", [.. Recipient(mail, to, account, part, attempt), ("reply", reply), ("cause", cause), ("remedy", Known(remedy)), ("delay", Delay(mail))]);

    public void Expired(Envelope mail, string to, int attempts, string? reply) =>
        Error("expired", ("id", mail.Id.ToString()), ("client", mail.Origin.Client), ("ip", mail.Origin.Address), ("from", mail.ReversePath),
            ("to", to), ("attempts", Number(attempts)), ("reply", reply), ("delay", Delay(mail)));

    public void Unsure(Envelope mail, string to, string account, string part, int attempt, string reply, DateTimeOffset? next) =>
        Warn("unsure", [.. Recipient(mail, to, account, part, attempt), ("reply", reply), ("note", "may be sent twice"), ("next", Time(next))]);

    /// <summary>What HVE said could not be written down: for the queue the attempt is unsure, now or from the next start on.</summary>
    public void NotRecorded(Envelope mail, string to, string account, string part, int attempt, string reply, string cause) =>
        Warn("unsure", [.. Recipient(mail, to, account, part, attempt), ("reply", reply), ("note", "may be sent twice"), ("cause", cause)]);

    /// <summary>Nobody knows whether the recipients have it, and it does not go again by itself.</summary>
    public void UnsureHeld(MessageId id, string recipients) => Alarm(
        "unsure", $"{id} may have been delivered to {recipients}: it is held", "Administrator: ask the recipient; hverelay queue release sends it, remove drops it");

    /// <param name="note">What else there is to know, or null.</param>
    public void Held(Envelope mail, string to, string by, string? reason, string? note) => Info("held", [.. Changed(mail, to, by, reason), ("note", note)]);

    public void Released(Envelope mail, string to, string by, string? reason, string? note) =>
        Info("released", [.. Changed(mail, to, by, reason), ("note", note)]);

    public void Retried(Envelope mail, string to, string by, string? reason) => Info("retried", Changed(mail, to, by, reason));

    public void Removed(Envelope mail, string to, string by, string? reason) => Warn("removed", Changed(mail, to, by, reason));

    public void Bounced(Envelope mail, string to, string by, string reason) =>
        Error("failed", ("id", mail.Id.ToString()), ("client", mail.Origin.Client), ("ip", mail.Origin.Address), ("from", mail.ReversePath),
            ("to", to), ("reply", reason), ("cause", "an operator bounced it"), ("delay", Delay(mail)), ("by", by));

    /// <summary>A notice of ours that nobody got: there is no notice about a notice.</summary>
    public void NoticeFailed(Envelope notice, string to) =>
        Alarm("notices", $"the notice {notice.Id} could not be delivered to {to}", "Administrator: see NotifyOnFailure and Postmaster; hverelay queue show has what it told");

    /// <param name="notice">The queue id of the notice.</param>
    /// <param name="count">Recipients it tells of.</param>
    /// <param name="messages">Some of their messages.</param>
    public void Notified(MessageId notice, string to, int count, string messages) =>
        Info("notified", ("id", notice.ToString()), ("to", to), ("count", Number(count)), ("messages", messages));

    public void Ready(string version, string listeners, string? web, string data) =>
        Info("ready", ("version", version), ("listeners", listeners), ("web", web), ("data", data));

    public void Stopping(string reason) => Info("stopping", ("reason", reason));

    /// <param name="cut">Sessions that were cut short.</param>
    public void Stopped(string reason, int cut) => Info("stopped", ("reason", reason), ("cut", Number(cut)));

    /// <param name="kind">What is at fault, or null.</param>
    public void Account(string account, string state, string? kind, string cause, string remedy, string? reply, DateTimeOffset? next, EventLevel level) =>
        Write(level, "account", ("account", account), ("state", state), ("kind", kind), ("cause", Known(cause)), ("remedy", Known(remedy)), ("reply", reply),
            ("next", Time(next)));

    /// <param name="urgentGoes">Only mail that is not urgent has to wait.</param>
    public void Quota(string scope, long limit, DateTimeOffset until, bool urgentGoes) =>
        Warn("quota", ("scope", scope.Length == 0 ? "tenant" : scope), ("limit", Number(limit)), ("next", Time(until)),
            ("cause", urgentGoes
                ? "the daily limit of recipients is reached, but for the reserve of urgent mail; other mail waits and is not bounced"
                : "the daily limit of recipients is reached; mail waits and is not bounced"));

    public void QuotaFills(string scope, long used, long limit, int percent) =>
        Warn("quota", ("scope", scope.Length == 0 ? "tenant" : scope), ("used", Number(used)), ("limit", Number(limit)),
            ("cause", $"{percent} percent of the daily limit of recipients are used"));

    public void Certificate(string subject, string until, string source) =>
        Info("certificate", ("subject", subject), ("until", until), ("source", source));

    /// <summary>A certificate by which others know us comes to its end.</summary>
    public void CertificateEnds(EventLevel level, string subject, string until, string source, string cause, string remedy) =>
        Write(level, "certificate", ("subject", subject), ("until", until), ("source", source), ("cause", cause), ("remedy", Known(remedy)));

    public void Config(EventLevel level, string key, string sentence) => Write(level, "config", ("key", key), ("text", sentence));

    public void Alarm(string what, string cause, string remedy) =>
        Error("alarm", ("what", what), ("cause", cause), ("remedy", Known(remedy)));

    private static IEnumerable<(string, string?)> Recipient(Envelope mail, string to, string account, string part, int attempt) =>
    [
        ("id", mail.Id.ToString()), ("client", mail.Origin.Client), ("ip", mail.Origin.Address), ("from", mail.ReversePath),
        ("account", account), ("to", to), ("part", part), ("attempt", Number(attempt)),
    ];

    private static (string, string?)[] Changed(Envelope mail, string to, string by, string? reason) =>
    [
        ("id", mail.Id.ToString()), ("client", mail.Origin.Client), ("ip", mail.Origin.Address), ("from", mail.ReversePath), ("to", to),
        ("by", by), ("reason", reason),
    ];

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? Known(string text) => text.Length == 0 ? null : text;

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private string Delay(Envelope mail) =>
        (clock.GetUtcNow() - mail.ReceivedAt).TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture) + "s";

    private void Info(string name, params (string, string?)[] fields) => Write(EventLevel.Information, name, fields);

    private void Warn(string name, params (string, string?)[] fields) => Write(EventLevel.Warning, name, fields);

    private void Error(string name, params (string, string?)[] fields) => Write(EventLevel.Error, name, fields);

    private void Write(EventLevel level, string name, params (string Key, string? Value)[] fields) =>
        write(new MailEvent(clock.GetUtcNow(), level, name, Array.ConvertAll(fields, field => KeyValuePair.Create(field.Key, field.Value))));
}
