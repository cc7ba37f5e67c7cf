using HveRelay.Configuration;
using HveRelay.Smtp;
using HveRelay.Tests.Support;
using HveRelay.Upstream;
using HveRelay.Upstream.Tokens;

namespace HveRelay.Tests.Host.Upstream.Tokens;

public sealed class AccountTokensTests : IDisposable
{
    private static readonly TimeSpan _net = TimeSpan.FromSeconds(60);
    private static readonly SmtpFailure _down = new(Stage.Auth, null, Breakage.TokenUnavailable, "down");

    private readonly ManualClock _clock = new();
    private readonly ScriptedEndpoint _endpoint = new();
    private readonly AccountOptions _account = new() { Address = "hve1@contoso.com", OAuth = new OAuthOptions() };
    private readonly AccountTokens _tokens;

    public AccountTokensTests() => _tokens = new AccountTokens(_endpoint, _clock);

    public void Dispose() => _tokens.Dispose();

    [Theory]
    [InlineData(60, 40)]
    [InlineData(1440, 1420)]
    [InlineData(41, 21)]
    [InlineData(40, 20)]
    [InlineData(10, 5)]
    public async Task A_token_is_renewed_20_minutes_before_its_end_or_after_half_of_a_short_life(int lifetime, int good)
    {
        _endpoint.Lifetime = TimeSpan.FromMinutes(lifetime);
        var first = await TokenAsync();

        _clock.Advance(TimeSpan.FromMinutes(good) - TimeSpan.FromSeconds(1));
        Assert.Equal(first, await TokenAsync());
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("token 2", (await TokenAsync()).Value);
        Assert.Equal(_clock.GetUtcNow(), first.Until);
    }

    [Fact]
    public async Task A_token_that_took_long_to_come_ends_by_the_time_of_the_question()
    {
        _endpoint.Hold();
        var asking = TokenAsync();
        await _endpoint.AskedAsync(1);
        var asked = _clock.GetUtcNow();
        _clock.Advance(TimeSpan.FromSeconds(25));
        _endpoint.Release();

        Assert.Equal(asked.AddMinutes(40), (await asking).Until);
    }

    [Fact]
    public async Task Many_who_want_one_at_the_same_time_share_one_question()
    {
        _endpoint.Hold();
        var all = Enumerable.Range(0, 50).Select(_ => TokenAsync()).ToList();
        await _endpoint.AskedAsync(1);
        _endpoint.Release();

        Assert.All(await Task.WhenAll(all).WaitAsync(_net), token => Assert.Equal("token 1", token.Value));
        Assert.Equal(1, _endpoint.Asked);
    }

    [Fact]
    public async Task Accounts_have_tokens_of_their_own()
    {
        var other = new AccountOptions { Address = "hve2@contoso.com", OAuth = new OAuthOptions() };

        var first = await TokenAsync();

        Assert.NotEqual(first.Value, Assert.IsType<TokenResult.Token>(await _tokens.GetAsync(other, CancellationToken.None)).Value);
        Assert.Equal(first, await TokenAsync());
    }

    [Fact]
    public async Task Who_goes_away_does_not_take_the_question_from_the_others()
    {
        _endpoint.Hold();
        using var leaving = new CancellationTokenSource();
        var goes = _tokens.GetAsync(_account, leaving.Token);
        var stays = TokenAsync();
        await _endpoint.AskedAsync(1);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => goes);
        _endpoint.Release();

        Assert.Equal("token 1", (await stays.WaitAsync(_net)).Value);
    }

    [Fact]
    public async Task A_failure_is_told_to_all_who_wait_and_not_remembered()
    {
        _endpoint.Hold();
        _endpoint.Failure = _down;
        var all = Enumerable.Range(0, 5).Select(_ => _tokens.GetAsync(_account, CancellationToken.None)).ToList();
        await _endpoint.AskedAsync(1);
        _endpoint.Release();
        Assert.All(await Task.WhenAll(all).WaitAsync(_net), result => Assert.Equal(new TokenResult.Failed(_down), result));

        _endpoint.Failure = null;

        Assert.Equal("token 2", (await TokenAsync()).Value);
    }

    [Fact]
    public async Task An_endpoint_that_says_nothing_is_given_up_after_30_seconds()
    {
        _endpoint.Hold();
        var asking = _tokens.GetAsync(_account, CancellationToken.None);
        await _endpoint.AskedAsync(1);

        _clock.Advance(TimeSpan.FromSeconds(30));

        var failure = Assert.IsType<TokenResult.Failed>(await asking.WaitAsync(_net)).Failure;
        Assert.Equal((Stage.Auth, Breakage.TokenUnavailable), (failure.Stage, failure.Breakage));
        Assert.Contains("00:00:30", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_HVE_did_not_take_is_not_handed_out_again_and_a_newer_one_stays()
    {
        var first = await TokenAsync();
        _tokens.Forget(_account, first);
        var second = await TokenAsync();

        _tokens.Forget(_account, first);

        Assert.Equal(("token 2", second), (second.Value, await TokenAsync()));
        Assert.Equal(2, _endpoint.Asked);
    }

    /// <summary>The configuration changed between the look at the tokens in force and the question: it broke with an exception.</summary>
    [Fact]
    public async Task Who_asks_after_the_end_is_told_that_none_comes()
    {
        _endpoint.Hold();
        _tokens.Dispose();

        var result = await _tokens.GetAsync(_account, CancellationToken.None).WaitAsync(_net);

        Assert.Equal(Breakage.TokenUnavailable, Assert.IsType<TokenResult.Failed>(result).Failure.Breakage);
    }

    private async Task<TokenResult.Token> TokenAsync() =>
        Assert.IsType<TokenResult.Token>(await _tokens.GetAsync(_account, CancellationToken.None).WaitAsync(_net));

    private sealed class ScriptedEndpoint : ITokenEndpoint
    {
        private TaskCompletionSource _gate = Open();
        private int _asked;

        public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(60);

        public SmtpFailure? Failure { get; set; }

        public int Asked => Volatile.Read(ref _asked);

        public Task AskedAsync(int times) => Until.True(() => Asked >= times);

        public void Hold() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _gate.TrySetResult();

        public async Task<TokenAnswer> RequestAsync(OAuthOptions oauth, CancellationToken cancel)
        {
            var number = Interlocked.Increment(ref _asked);
            await _gate.Task.WaitAsync(cancel);
            return Failure is { } failure ? new TokenAnswer.Failed(failure) : new TokenAnswer.Issued($"token {number}", Lifetime);
        }

        private static TaskCompletionSource Open()
        {
            var open = new TaskCompletionSource();
            open.SetResult();
            return open;
        }
    }
}
