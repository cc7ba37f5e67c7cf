using HveRelay.Smtp.Client;
using HveRelay.Upstream;

namespace HveRelay.Tests.Host.Upstream;

public sealed class TranslationTests
{
    [Fact]
    public void Every_stage_and_breakage_of_the_engine_has_its_namesake()
    {
        Assert.All(Enum.GetValues<SmtpStage>(), stage => Assert.Equal(stage.ToString(), Translation.ToStage(stage).ToString()));
        Assert.All(Enum.GetValues<SmtpBreakage>(), breakage => Assert.Equal(breakage.ToString(), Translation.ToBreakage(breakage).ToString()));
    }
}
