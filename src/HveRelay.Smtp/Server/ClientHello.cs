using System.Buffers.Binary;
using System.Globalization;
using System.Net.Security;
using System.Text;

namespace HveRelay.Smtp.Server;

/// <summary>
/// What a client offers in the first message of a TLS handshake (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2), or in the hello of
/// SSL 2 that old devices begin with (RFC 5246 appendix E.2). Read to explain a failure, and therefore tolerant: what is cut off or
/// damaged is left out. A pure function of the octets; it never throws.
/// </summary>
/// <param name="ServerName">SNI (RFC 6066 section 3), or null.</param>
/// <param name="Highest">The highest version by the old field; what <paramref name="Versions"/> names goes before it.</param>
/// <param name="Versions">Of the extension supported_versions (RFC 8446 section 4.2.1); empty where it is missing.</param>
/// <param name="CipherSuites">In the client's order, without those that only signal something.</param>
public sealed record ClientHello(string? ServerName, int Highest, IReadOnlyList<int> Versions, IReadOnlyList<int> CipherSuites)
{
    /// <summary>Names of suites that are shown; more are counted.</summary>
    private const int MostNames = 8;

    private const byte Handshake = 0x16;
    private const int ServerNameExtension = 0;
    private const int SupportedVersionsExtension = 43;

    /// <summary>TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746) and TLS_FALLBACK_SCSV (RFC 7507) are no suites.</summary>
    private static readonly int[] Signals = [0x00FF, 0x5600];

    /// <summary>The first octets are those of a TLS record with a handshake in it, or of a hello of SSL 2.</summary>
    public static bool IsTls(ReadOnlySpan<byte> octets) =>
        octets is [Handshake, 3, ..] or [Handshake] || IsOldHello(octets);

    /// <summary>Null where the octets do not begin a ClientHello.</summary>
    public static ClientHello? Read(ReadOnlySpan<byte> octets)
    {
        if (IsOldHello(octets))
        {
            return ReadOldHello(octets);
        }

        // Record: type, version, length. Message: type, length. A message cut into several records is read as far as the first goes.
        if (octets.Length < 9 || octets is not [Handshake, 3, _, _, _, 1, ..])
        {
            return null;
        }

        var record = octets[5..];
        record = record[..Math.Min(record.Length, BinaryPrimitives.ReadUInt16BigEndian(octets[3..]))];
        if (record.Length < 4)
        {
            return null;
        }

        var body = new Octets(record[4..]);
        var highest = body.Number(2);
        body.Take(32);
        body.Vector(1);
        var suites = Numbers(body.Vector(2));
        body.Vector(1);
        string? serverName = null;
        IReadOnlyList<int> versions = [];
        var extensions = new Octets(body.Vector(2));
        while (!extensions.IsEmpty)
        {
            var type = extensions.Number(2);
            var content = new Octets(extensions.Vector(2));
            switch (type)
            {
                case ServerNameExtension:
                    serverName = ReadServerName(ref content);
                    break;
                case SupportedVersionsExtension:
                    versions = Numbers(content.Vector(1));
                    break;
            }
        }

        return new ClientHello(serverName, highest, versions, suites);
    }

    /// <summary>For the log: <c>offered TLSv1.0 at most, 2 cipher suites (…), no SNI</c>.</summary>
    public override string ToString()
    {
        var versions = Versions.Count > 0 ? string.Join(' ', Versions.Select(Version)) : $"{Version(Highest)} at most";
        var names = string.Join(' ', CipherSuites.Take(MostNames).Select(Suite));
        var more = CipherSuites.Count > MostNames ? $" and {CipherSuites.Count - MostNames} more" : string.Empty;
        var suites = CipherSuites.Count switch
        {
            0 => "no cipher suite",
            1 => $"1 cipher suite ({names})",
            _ => $"{CipherSuites.Count} cipher suites ({names}{more})",
        };
        return $"offered {versions}, {suites}, {(ServerName is null ? "no SNI" : $"SNI {ServerName}")}";
    }

    private static bool IsOldHello(ReadOnlySpan<byte> octets) => octets is [>= 0x80, _, 1, 0 or 2 or 3, ..];

    /// <summary>Length, type, version, lengths of three fields; suites of three octets, of which those that begin with 0 are TLS's.</summary>
    private static ClientHello ReadOldHello(ReadOnlySpan<byte> octets)
    {
        var hello = new Octets(octets[3..]);
        var highest = hello.Number(2);
        var length = hello.Number(2);
        hello.Take(4);
        var list = hello.Take(length);
        var suites = new List<int>();
        for (; list.Length >= 3; list = list[3..])
        {
            suites.Add((list[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(list[1..]));
        }

        return new ClientHello(null, highest, [], [.. suites.Where(IsMeant)]);
    }

    private static string? ReadServerName(ref Octets content)
    {
        var list = new Octets(content.Vector(2));
        var isHostName = list.Number(1) == 0;
        var name = list.Vector(2);

        // It goes to the log: whatever is no name of a host is left out.
        return isHostName && name.Length is > 0 and <= 255 && !name.ContainsAnyExceptInRange((byte)'-', (byte)'z') ? Encoding.ASCII.GetString(name) : null;
    }

    private static int[] Numbers(ReadOnlySpan<byte> list)
    {
        var numbers = new List<int>(list.Length / 2);
        for (; list.Length >= 2; list = list[2..])
        {
            numbers.Add(BinaryPrimitives.ReadUInt16BigEndian(list));
        }

        return [.. numbers.Where(IsMeant)];
    }

    /// <summary>Not one of the numbers that only keep servers from choking on new ones (RFC 8701), and no signal.</summary>
    private static bool IsMeant(int number) => !((number & 0x0F0F) == 0x0A0A && (number >> 8) == (number & 0xFF)) && !Signals.Contains(number);

    private static string Version(int version) => version switch
    {
        0x0002 or 0x0200 => "SSLv2",
        0x0300 => "SSLv3",
        0x0301 => "TLSv1.0",
        0x0302 => "TLSv1.1",
        0x0303 => "TLSv1.2",
        0x0304 => "TLSv1.3",
        _ => Hex(version),
    };

    private static string Suite(int suite) =>
        suite <= ushort.MaxValue && Enum.IsDefined((TlsCipherSuite)suite) ? ((TlsCipherSuite)suite).ToString() : Hex(suite);

    private static string Hex(int number) => "0x" + number.ToString("X4", CultureInfo.InvariantCulture);

    /// <summary>Reads from the front; behind the end there is nothing, and nothing fails.</summary>
    private ref struct Octets(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        public readonly bool IsEmpty => _rest.IsEmpty;

        public ReadOnlySpan<byte> Take(int count)
        {
            var taken = _rest[..Math.Min(count, _rest.Length)];
            _rest = _rest[taken.Length..];
            return taken;
        }

        /// <summary>Big-endian.</summary>
        public int Number(int octets)
        {
            var number = 0;
            foreach (var octet in Take(octets))
            {
                number = (number << 8) | octet;
            }

            return number;
        }

        /// <summary>What stands behind a length of so many octets.</summary>
        public ReadOnlySpan<byte> Vector(int octets) => Take(Number(octets));
    }
}
