using System.Text;

namespace HveRelay.Smtp.Server;

/// <summary>The commands of RFC 5321 section 4.1 and of the extensions that are offered.</summary>
public enum SmtpVerb
{
    Unknown,
    Ehlo,
    Helo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Bdat,
    Rset,
    Noop,
    Vrfy,
    Expn,
    Help,
    Quit,

    /// <summary>A request of HTTP: a browser was made to speak to us, or somebody mistook the port.</summary>
    Http,

    /// <summary>A header of the PROXY protocol where none is believed.</summary>
    Proxy,
}

/// <summary>A command line without its end: the verb, and what follows it.</summary>
public readonly record struct SmtpCommand(SmtpVerb Verb, string Argument)
{
    /// <summary>
    /// Verbs are compared without regard to case (RFC 5321 section 2.4). Octets above 127 are kept one by one, so that
    /// nothing a client sends can fail to decode.
    /// </summary>
    public static SmtpCommand Parse(ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd(" \t"u8);
        var space = line.IndexOf((byte)' ');
        var verb = space < 0 ? line : line[..space];
        var argument = space < 0 ? default : line[(space + 1)..].TrimStart((byte)' ');
        return new SmtpCommand(VerbOf(verb), argument.IsEmpty ? string.Empty : Encoding.Latin1.GetString(argument));
    }

    private static SmtpVerb VerbOf(ReadOnlySpan<byte> verb) => verb.Length switch
    {
        4 => Ascii.EqualsIgnoreCase(verb, "MAIL"u8) ? SmtpVerb.Mail
            : Ascii.EqualsIgnoreCase(verb, "RCPT"u8) ? SmtpVerb.Rcpt
            : Ascii.EqualsIgnoreCase(verb, "DATA"u8) ? SmtpVerb.Data
            : Ascii.EqualsIgnoreCase(verb, "BDAT"u8) ? SmtpVerb.Bdat
            : Ascii.EqualsIgnoreCase(verb, "EHLO"u8) ? SmtpVerb.Ehlo
            : Ascii.EqualsIgnoreCase(verb, "HELO"u8) ? SmtpVerb.Helo
            : Ascii.EqualsIgnoreCase(verb, "AUTH"u8) ? SmtpVerb.Auth
            : Ascii.EqualsIgnoreCase(verb, "RSET"u8) ? SmtpVerb.Rset
            : Ascii.EqualsIgnoreCase(verb, "NOOP"u8) ? SmtpVerb.Noop
            : Ascii.EqualsIgnoreCase(verb, "QUIT"u8) ? SmtpVerb.Quit
            : Ascii.EqualsIgnoreCase(verb, "VRFY"u8) ? SmtpVerb.Vrfy
            : Ascii.EqualsIgnoreCase(verb, "EXPN"u8) ? SmtpVerb.Expn
            : Ascii.EqualsIgnoreCase(verb, "HELP"u8) ? SmtpVerb.Help
            : verb.SequenceEqual("POST"u8) || verb.SequenceEqual("HEAD"u8) ? SmtpVerb.Http
            : SmtpVerb.Unknown,
        3 => verb.SequenceEqual("GET"u8) || verb.SequenceEqual("PUT"u8) ? SmtpVerb.Http : SmtpVerb.Unknown,
        5 => verb.SequenceEqual("PROXY"u8) ? SmtpVerb.Proxy : SmtpVerb.Unknown,
        7 => verb.SequenceEqual("OPTIONS"u8) || verb.SequenceEqual("CONNECT"u8) ? SmtpVerb.Http : SmtpVerb.Unknown,
        8 => Ascii.EqualsIgnoreCase(verb, "STARTTLS"u8) ? SmtpVerb.StartTls : SmtpVerb.Unknown,
        _ => SmtpVerb.Unknown,
    };
}
