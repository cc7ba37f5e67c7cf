using System.Net.Security;
using HveRelay.Smtp.Server;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Smtp.Server;

/// <summary>What stands in a hello, read from made octets and from those of a real client.</summary>
public sealed class ClientHelloTests
{
    private static readonly byte[] Suites = [0x0A, 0x0A, 0x13, 0x01, 0x00, 0x2F, 0x00, 0x05, 0x00, 0xFF, 0x56, 0x00, 0xEE, 0xEE];

    [Fact]
    public void A_hello_of_today() => Assert.Equal(
        "offered TLSv1.3 TLSv1.2, 4 cipher suites (TLS_AES_128_GCM_SHA256 TLS_RSA_WITH_AES_128_CBC_SHA TLS_RSA_WITH_RC4_128_SHA 0xEEEE), SNI relay.contoso.com",
        ClientHello.Read(Hello(
            0x0303,
            [0x00, 0x2B, 0, 7, 6, 0x1A, 0x1A, 3, 4, 3, 3],
            [0, 0, 0, 22, 0, 20, 0, 0, 17, .. "relay.contoso.com"u8]))!.ToString());

    [Fact]
    public void A_hello_of_2005_has_one_version_and_no_extension() =>
        Assert.StartsWith("offered TLSv1.0 at most, 4 cipher suites (", ClientHello.Read(Hello(0x0301))!.ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_hello_of_SSL_2_is_understood() => Assert.Equal(
        "offered TLSv1.0 at most, 2 cipher suites (TLS_RSA_WITH_RC4_128_MD5 0x10080), no SNI",
        ClientHello.Read([0x80, 31, 1, 3, 1, 0, 6, 0, 0, 0, 16, 0, 0, 4, 1, 0, 0x80, .. new byte[16]])!.ToString());

    [Theory]
    [InlineData("evil\r\n250 OK")]
    [InlineData("a b")]
    [InlineData("")]
    public void A_name_that_no_host_can_have_is_left_out(string name)
    {
        byte[] octets = [.. System.Text.Encoding.Latin1.GetBytes(name)];
        var length = (byte)octets.Length;

        var hello = ClientHello.Read(Hello(0x0303, [0, 0, 0, (byte)(length + 5), 0, (byte)(length + 3), 0, 0, length, .. octets]));

        Assert.Null(hello!.ServerName);
    }

    [Fact]
    public void What_is_cut_off_anywhere_is_read_as_far_as_it_goes()
    {
        var whole = Hello(0x0303, [0x00, 0x2B, 0, 5, 4, 3, 4, 3, 3]);
        for (var length = 0; length < whole.Length; length++)
        {
            var hello = ClientHello.Read(whole.AsSpan(0, length));
            Assert.Equal(length >= 9, hello is not null);
            Assert.NotEqual(string.Empty, hello?.ToString());
        }
    }

    /// <summary>The seed stands in the name of the test.</summary>
    [Theory]
    [InlineData(1)]
    public void Damage_is_no_accident(int seed)
    {
        var dice = new Random(seed);
        var whole = Hello(0x0303, [0x00, 0x2B, 0, 5, 4, 3, 4, 3, 3]);
        for (var round = 0; round < 100_000; round++)
        {
            var damaged = whole[..dice.Next(whole.Length + 1)];
            for (var i = dice.Next(8); i > 0 && damaged.Length > 0; i--)
            {
                damaged[dice.Next(damaged.Length)] = (byte)dice.Next(256);
            }

            Assert.All(ClientHello.Read(damaged)?.ToString() ?? string.Empty, character => Assert.InRange(character, ' ', '~'));
        }
    }

    [Fact]
    public async Task The_hello_of_a_real_client()
    {
        var (client, server) = DuplexPipe.Pair();
        var tls = new SslStream(new DuplexPipeStream(client));
        var handshake = tls.AuthenticateAsClientAsync(ServerTranscript.ClientOptions());
        var octets = new byte[4096];

        var read = await new DuplexPipeStream(server).ReadAsync(octets, TestContext.Current.CancellationToken);
        var hello = ClientHello.Read(octets.AsSpan(0, read))!;

        Assert.Equal("relay.example", hello.ServerName);
        Assert.Contains(0x0304, hello.Versions);
        Assert.Contains((int)TlsCipherSuite.TLS_AES_256_GCM_SHA384, hello.CipherSuites);
        server.Close();
        client.Close();
        await Assert.ThrowsAnyAsync<Exception>(() => handshake);
        await tls.DisposeAsync();
    }

    /// <summary>A record with a hello that has these extensions.</summary>
    private static byte[] Hello(int version, params byte[][] extensions)
    {
        byte[] all = [.. extensions.SelectMany(each => each)];
        byte[] body =
        [
            (byte)(version >> 8), (byte)version, .. new byte[32], 0, 0, (byte)Suites.Length, .. Suites, 1, 0,
            .. extensions.Length == 0 ? Array.Empty<byte>() : [(byte)(all.Length >> 8), (byte)all.Length, .. all],
        ];
        return [0x16, 3, 1, 0, (byte)(body.Length + 4), 1, 0, 0, (byte)body.Length, .. body];
    }
}
