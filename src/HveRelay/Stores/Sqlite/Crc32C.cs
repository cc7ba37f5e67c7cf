using System.Buffers.Binary;
using System.Numerics;

namespace HveRelay.Stores.Sqlite;

/// <summary>
/// The CRC-32C of octets (RFC 3720 section 12.1), which the processor computes. SQLite's pages have no checksum: without one, octets that
/// a disk has changed would leave as the message.
/// </summary>
internal static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> octets)
    {
        var crc = uint.MaxValue;
        for (; octets.Length >= sizeof(ulong); octets = octets[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(octets));
        }

        foreach (var octet in octets)
        {
            crc = BitOperations.Crc32C(crc, octet);
        }

        return ~crc;
    }
}
