using System.Globalization;
using HveRelay.Queue;
using HveRelay.Smtp;

namespace HveRelay.Intake;

/// <summary>What the relay says to clients beyond the protocol itself.</summary>
internal static class IntakeReplies
{
    public static readonly Reply SenderOk = Reply.Of(250, "2.1.0", "OK");
    public static readonly Reply RecipientOk = Reply.Of(250, "2.1.5", "OK");
    public static readonly Reply LoggedIn = Reply.Of(235, "2.7.0", "Authentication successful");
    public static readonly Reply LoginFailed = Reply.Of(535, "5.7.8", "Authentication credentials invalid");
    public static readonly Reply LoginNeeded = Reply.Of(530, "5.7.0", "Authentication required");
    public static readonly Reply TlsNeeded = Reply.Of(530, "5.7.0", "Must issue a STARTTLS command first");
    public static readonly Reply Loop = Reply.Of(554, "5.4.6", "Too many hops: the message goes in a circle");
    public static readonly Reply HeaderTooLarge = Reply.Of(552, "5.3.4", "The header is larger than 256 KiB");
    public static readonly Reply LineTooLong = Reply.Of(554, "5.6.0", "A line of the message is longer than 998 octets (RFC 5322)");

    public static Reply Greeting(string host) => Reply.Plain(220, $"{host} ESMTP HveRelay");

    public static Reply Queued(string id) => Reply.Of(250, "2.0.0", $"OK queued as {id}");

    public static Reply UnknownClient(string address, int code) =>
        Reply.Of(code, "5.7.1", $"{address} is not a client of this relay: no entry of Clients covers it");

    public static Reply TooManyConnections(string host) => Reply.Of(421, "4.7.0", $"{host} Too many connections, try again later");

    /// <param name="until">When AUTH is answered again, at the latest.</param>
    public static Reply TooManyLogins(string host, DateTimeOffset until) =>
        Reply.Of(421, "4.7.0", $"{host} Too many failed logins, try again after {until.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}");

    public static Reply BadProxy(string host, string failure) => Reply.Of(421, "4.7.0", $"{host} {failure}, closing");

    public static Reply TooFast(int limit) => Reply.Of(450, "4.7.1", $"Too many messages: at most {limit} a minute, try again later");

    public static Reply TooLarge(long limit) => SizeWords.TooLarge(limit);

    /// <summary>Trouble of ours is 4yz, never 5yz: promise 8.</summary>
    public static Reply Of(StoreFault fault) => fault switch
    {
        StoreFault.Full => Reply.Of(452, "4.3.1", "Insufficient system storage, try again later"),
        _ => Reply.Of(451, "4.3.0", "The queue cannot take the message now, try again later"),
    };
}
