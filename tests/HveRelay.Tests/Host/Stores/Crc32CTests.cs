using System.Text;
using HveRelay.Stores.Sqlite;

namespace HveRelay.Tests.Host.Stores;

/// <summary>The values of RFC 3720 appendix B.4, and the one by which catalogues of checksums know CRC-32C.</summary>
public sealed class Crc32CTests
{
    [Theory]
    [InlineData("", 0x00000000)]
    [InlineData("123456789", 0xE3069283)]
    public void A_text_has_the_checksum_that_the_catalogues_name(string text, uint expected) =>
        Assert.Equal(expected, Crc32C.Of(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Thirty_two_octets_have_the_checksum_of_the_RFC()
    {
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Of([.. Enumerable.Repeat((byte)0xff, 32)]));
        Assert.Equal(0x46DD794Eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(octet => (byte)octet)]));
    }
}
