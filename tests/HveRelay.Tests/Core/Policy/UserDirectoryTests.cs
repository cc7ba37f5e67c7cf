using HveRelay.Configuration;
using HveRelay.Policy;

namespace HveRelay.Tests.Core.Policy;

public sealed class UserDirectoryTests
{
    private const int Rounds = 2000;
    private readonly List<(int Rounds, string Password)> _work = [];
    private readonly UserDirectory _users;

    public UserDirectoryTests() => _users = new UserDirectory(
        [
            new UserOptions { Name = "erp", PasswordHash = PasswordHash.Create("geheim", new byte[PasswordHash.SaltLength], Rounds) },
            new UserOptions { Name = "old", PasswordHash = PasswordHash.Create("secret", new byte[PasswordHash.SaltLength], Rounds / 2) },
        ],
        (hash, password) =>
        {
            lock (_work)
            {
                _work.Add((PasswordHash.Rounds(hash), password));
            }

            return PasswordHash.Verify(hash, password);
        });

    [Theory]
    [InlineData("erp", "geheim", true)]
    [InlineData("ERP", "geheim", true)]
    [InlineData("erp", "Geheim", false)]
    [InlineData("erp", "", false)]
    [InlineData("nobody", "geheim", false)]
    [InlineData("", "", false)]
    public async Task A_login(string user, string password, bool isRight)
    {
        Assert.Equal(isRight, await _users.VerifyAsync(user, password, CancellationToken.None));
        Assert.Equal(isRight, _users.Verify(user, password));
    }

    [Fact]
    public void A_name_that_does_not_exist_costs_the_work_of_a_wrong_password()
    {
        _users.Verify("erp", "wrong");
        _users.Verify("nobody", "wrong");

        Assert.Equal([(Rounds, "wrong"), (Rounds, "wrong")], _work);
    }

    [Fact]
    public async Task A_right_login_is_work_once_and_a_wrong_one_every_time()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.True(await _users.VerifyAsync("erp", "geheim", CancellationToken.None));
            Assert.True(await _users.VerifyAsync("ERP", "geheim", CancellationToken.None));
            Assert.False(await _users.VerifyAsync("erp", "wrong", CancellationToken.None));
        }

        Assert.Equal(4, _work.Count);
    }

    [Fact]
    public void What_is_remembered_of_one_user_lets_no_other_in()
    {
        _users.Verify("erp", "geheim");

        Assert.False(_users.Verify("old", "geheim"));
        Assert.False(_users.Verify("er", "p\0geheim"));
        Assert.False(_users.Verify("erp\0geheim", ""));
    }

    [Fact]
    public void Without_users_nobody_logs_in() => Assert.False(new UserDirectory([]).Verify("erp", "geheim"));
}
