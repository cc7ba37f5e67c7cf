using HveRelay.Delivery;
using HveRelay.Smtp;

namespace HveRelay.Tests.Core.Delivery;

public sealed class TokenTableTests
{
    [Fact]
    public void Every_row_is_reached_by_its_own_code_and_an_account_fault_says_who_mends_it() =>
        Assert.All(TokenTable.Rows, row =>
        {
            var verdict = TokenTable.Classify($"localhost answered 401: {row.Code}: Something is wrong.");

            Assert.Equal((row.Class, row.Cause), (verdict.Class, verdict.Cause));
            Assert.True(row.Class == ReplyClass.Unreachable || row.Remedy.Length > 0, row.Code);
        });

    [Theory]
    [InlineData("invalid_client: AADSTS7000222: expired", "The application's client secret has expired")]
    [InlineData("invalid_client: AADSTS7000229: no service principal", "The application has no enterprise application in the tenant")]
    [InlineData("invalid_client: AADSTS700021: audience", "The signature with the certificate is for another application")]
    [InlineData("invalid_client: AADSTS7000213: new", "The identity platform does not accept the application's secret or certificate")]
    [InlineData("my_invalid_client", "The identity platform gives no token, for a reason that is not known here")]
    [InlineData("", "The identity platform gives no token, for a reason that is not known here")]
    public void A_code_is_a_word_and_the_narrower_one_decides(string words, string cause) =>
        Assert.Equal(cause, TokenTable.Classify(words).Cause);

    [Fact]
    public void None_of_it_ends_a_message() =>
        Assert.All(
            TokenTable.Rows.Select(row => row.Code).Append("anything"),
            words => Assert.Contains(
                ReplyTable.BuiltIn.Classify(new SmtpFailure(Stage.Auth, null, Breakage.TokenRefused, words)).Class,
                (ReplyClass[])[ReplyClass.AccountFault, ReplyClass.Unreachable]));
}
