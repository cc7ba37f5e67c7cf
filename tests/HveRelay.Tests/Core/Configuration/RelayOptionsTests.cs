using HveRelay.Configuration;

namespace HveRelay.Tests.Core.Configuration;

public sealed class RelayOptionsTests
{
    [Fact]
    public void Every_secret_can_come_from_a_file()
    {
        var secrets = typeof(RelayOptions).Assembly.GetTypes()
            .SelectMany(type => type.GetProperties())
            .Where(property => property.IsDefined(typeof(SecretAttribute), inherit: false))
            .ToList();

        Assert.NotEmpty(secrets);
        Assert.All(secrets, secret =>
        {
            var file = secret.DeclaringType!.GetProperty(secret.Name + "File");
            Assert.True(file?.IsDefined(typeof(PathValueAttribute), inherit: false), $"{secret.DeclaringType.Name}.{secret.Name}File");
        });
    }
}
