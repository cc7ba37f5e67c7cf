using System.Buffers.Binary;
using System.Net;

namespace HveRelay.Policy;

/// <summary>
/// Finds the entry of <c>Clients</c> that decides, without going through all of them: a table for each length of prefix that occurs,
/// by the network's first address, and in each network the first entry for anybody, for each user, and at all. However many entries
/// there are, a question costs one look-up for each length. Entries without networks stand beside, since they cover every address.
/// </summary>
internal sealed class ClientIndex
{
    private readonly ClientRule[] _rules;
    private readonly Entries _anywhere = new();
    private readonly List<(int Bits, Dictionary<UInt128, Entries> Networks)> _v4 = [];
    private readonly List<(int Bits, Dictionary<UInt128, Entries> Networks)> _v6 = [];

    public ClientIndex(ClientRule[] rules)
    {
        _rules = rules;
        for (var i = 0; i < rules.Length; i++)
        {
            if (rules[i].Networks.Count == 0)
            {
                _anywhere.Add(i, rules[i]);
            }

            foreach (var network in rules[i].Networks)
            {
                Of(network).Add(i, rules[i]);
            }
        }
    }

    /// <summary>The first entry that covers the address and admits the user, or null.</summary>
    public ClientRule? First(IPAddress address, string? user)
    {
        var first = int.MaxValue;
        foreach (var entries in Covering(address))
        {
            first = Math.Min(first, Math.Min(entries.FirstForAnybody, user is null ? int.MaxValue : entries.FirstFor(user)));
        }

        return Rule(first);
    }

    /// <summary>The first entry that covers the address, whoever logs in.</summary>
    public ClientRule? First(IPAddress address)
    {
        var first = int.MaxValue;
        foreach (var entries in Covering(address))
        {
            first = Math.Min(first, entries.First);
        }

        return Rule(first);
    }

    /// <summary>Does an entry that covers the address have users, one that does not ask for TLS that is missing?</summary>
    public bool HasUsers(IPAddress address, bool tls)
    {
        foreach (var entries in Covering(address))
        {
            if (tls ? entries.HasUsers : entries.HasUsersWithoutTls)
            {
                return true;
            }
        }

        return false;
    }

    private ClientRule? Rule(int index) => index == int.MaxValue ? null : _rules[index];

    private Covered Covering(IPAddress address)
    {
        var (number, isV4) = Number(address);
        return new Covered(_anywhere, isV4 ? _v4 : _v6, number, isV4 ? 32 : 128);
    }

    private Entries Of(IPNetwork network)
    {
        var (number, isV4) = Number(network.BaseAddress);
        var tables = isV4 ? _v4 : _v6;
        var bits = network.PrefixLength;
        var table = tables.Find(each => each.Bits == bits).Networks;
        if (table is null)
        {
            tables.Add((bits, table = []));
        }

        return table.TryGetValue(number, out var entries) ? entries : table[number] = new Entries();
    }

    /// <summary>An address as a number. The zone of a link-local one says nothing of the other end and is left out.</summary>
    private static (UInt128 Number, bool IsV4) Number(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out var length);
        return length == 4 ? (BinaryPrimitives.ReadUInt32BigEndian(octets), true) : (BinaryPrimitives.ReadUInt128BigEndian(octets), false);
    }

    private static UInt128 Masked(UInt128 number, int prefix, int bits) => prefix == 0 ? 0 : number >> (bits - prefix) << (bits - prefix);

    /// <summary>The entries of all networks that an address is in; without an allocation.</summary>
    private struct Covered(Entries anywhere, List<(int Bits, Dictionary<UInt128, Entries> Networks)> tables, UInt128 number, int bits)
    {
        private int _next = -1;

        public Entries Current { get; private set; } = anywhere;

        public readonly Covered GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_next < 0)
            {
                _next = 0;
                return true;
            }

            while (_next < tables.Count)
            {
                var (prefix, networks) = tables[_next++];
                if (networks.TryGetValue(Masked(number, prefix, bits), out var entries))
                {
                    Current = entries;
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The entries of one network, by their place in the list; <see cref="int.MaxValue"/> is none.</summary>
    private sealed class Entries
    {
        private readonly Dictionary<string, int> _users = new(StringComparer.OrdinalIgnoreCase);

        public int First { get; private set; } = int.MaxValue;

        public int FirstForAnybody { get; private set; } = int.MaxValue;

        public bool HasUsers => _users.Count > 0;

        public bool HasUsersWithoutTls { get; private set; }

        public int FirstFor(string user) => _users.GetValueOrDefault(user, int.MaxValue);

        /// <summary>In the order of the list: the first stays.</summary>
        public void Add(int index, ClientRule rule)
        {
            First = Math.Min(First, index);
            if (!rule.NeedsUser)
            {
                FirstForAnybody = Math.Min(FirstForAnybody, index);
            }

            foreach (var user in rule.Users)
            {
                _users.TryAdd(user, index);
                HasUsersWithoutTls |= !rule.RequireTls;
            }
        }
    }
}
