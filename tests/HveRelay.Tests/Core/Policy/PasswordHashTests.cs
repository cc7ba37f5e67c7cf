using HveRelay.Policy;

namespace HveRelay.Tests.Core.Policy;

public sealed class PasswordHashTests
{
    private const int Few = 1000; // fast; the form is the same
    private static readonly byte[] Salt = [.. Enumerable.Range(1, PasswordHash.SaltLength).Select(i => (byte)i)];

    [Fact]
    public void The_right_password_is_known_again_and_no_other()
    {
        var hash = PasswordHash.Create("Käse & Brot", Salt, Few);

        Assert.True(PasswordHash.Verify(hash, "Käse & Brot"));
        Assert.False(PasswordHash.Verify(hash, "Käse & brot"));
        Assert.False(PasswordHash.Verify(hash, string.Empty));
    }

    /// <summary>Made with Python: hashlib.pbkdf2_hmac('sha256', b'password', bytes(range(1, 17)), 600000).</summary>
    [Fact]
    public void Is_what_others_compute()
    {
        const string Known = "$pbkdf2-sha256$i=600000$AQIDBAUGBwgJCgsMDQ4PEA$rWFiKLXxg37B+oodFIM9so1efIQWF3NgVaB8AvOvvi4";

        Assert.Equal(Known, PasswordHash.Create("password", Salt));
        Assert.True(PasswordHash.Verify(Known, "password"));
    }

    [Fact]
    public void The_same_password_with_another_salt_is_another_hash() =>
        Assert.NotEqual(PasswordHash.Create("password", Salt, Few), PasswordHash.Create("password", new byte[PasswordHash.SaltLength], Few));

    [Fact]
    public void A_salt_of_another_length_is_a_bug_of_the_caller() =>
        Assert.Throws<ArgumentException>(() => PasswordHash.Create("password", new byte[4], Few));

    [Theory]
    [InlineData("")]
    [InlineData("password")]
    [InlineData("$pbkdf2-sha256$i=600000$AQIDBAUGBwgJCgsMDQ4PEA")]
    [InlineData("$pbkdf2-sha1$i=600000$AQIDBAUGBwgJCgsMDQ4PEA$AQIDBAUGBwgJCgsMDQ4PEAECAwQFBgcICQoLDA0ODxA")]
    [InlineData("$pbkdf2-sha256$i=999$AQIDBAUGBwgJCgsMDQ4PEA$AQIDBAUGBwgJCgsMDQ4PEAECAwQFBgcICQoLDA0ODxA")]
    [InlineData("$pbkdf2-sha256$i=2000000000$AQIDBAUGBwgJCgsMDQ4PEA$AQIDBAUGBwgJCgsMDQ4PEAECAwQFBgcICQoLDA0ODxA")]
    [InlineData("$pbkdf2-sha256$i=600000$AQIDBA$AQIDBAUGBwgJCgsMDQ4PEAECAwQFBgcICQoLDA0ODxA")]
    [InlineData("$pbkdf2-sha256$i=600000$AQIDBAUGBwgJCgsMDQ4PEA$AQIDBAUGBwgJCgsMDQ4PEA")]
    [InlineData("$pbkdf2-sha256$i=600000$!!!!$AQIDBAUGBwgJCgsMDQ4PEAECAwQFBgcICQoLDA0ODxA")]
    [InlineData("$pbkdf2-sha256$i=600000$AQIDBAUGBwgJCgsMDQ4PEA$AQIDBAUGBwgJCgsMDQ4PEAECAwQFBgcICQoLDA0ODxA$")]
    public void Anything_else_is_no_hash_and_lets_nobody_in(string text)
    {
        Assert.False(PasswordHash.IsWellFormed(text));
        Assert.False(PasswordHash.Verify(text, "password"));
    }
}
