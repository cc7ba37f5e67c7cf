using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace HveRelay.Delivery;

/// <summary>
/// Polly around the attempts of one account: what takes seconds is guarded here, what takes minutes is a due time in the store.
/// A throttled transaction is tried once more after a breath; an account that fails is left alone for growing intervals, and then
/// probed with one message. Who is asked for less gives connections first, and is left alone where there is but one.
/// </summary>
internal sealed class AccountCircuit
{
    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestBreak = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestBreak = TimeSpan.FromMinutes(5);

    /// <summary>Who slows us down still takes something.</summary>
    private static readonly TimeSpan LongestThrottledBreak = TimeSpan.FromMinutes(1);

    /// <summary>A fault that a person must mend is not asked about every few seconds: HVE might lock the account.</summary>
    private static readonly TimeSpan ShortestFaultBreak = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestFaultBreak = TimeSpan.FromMinutes(15);

    private readonly TimeProvider _clock;
    private readonly ReplyTable _replies;
    private readonly ConnectionGate _gate;
    private readonly ResiliencePipeline<SendResult> _pipeline;
    private readonly Lock _resting = new();
    private DateTimeOffset? _openUntil;
    private long _openedAt;
    private TimeSpan _break;

    public AccountCircuit(TimeProvider clock, Random random, ReplyTable replies, ConnectionGate gate)
    {
        (_clock, _replies, _gate) = (clock, replies, gate);
        _pipeline = new ResiliencePipelineBuilder<SendResult> { TimeProvider = new SteadyTime(clock) }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<SendResult>
            {
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Result is { GaveWay: false } result && result.TroubleIn(replies) is not null),
                FailureRatio = 0.5,
                MinimumThroughput = 2,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDurationGenerator = args => ValueTask.FromResult(BreakOf(args.HalfOpenAttempts)),
                OnOpened = args =>
                {
                    _isBroken = true;
                    RestFor(args.BreakDuration);
                    return ValueTask.CompletedTask;
                },
                OnClosed = _ =>
                {
                    _isBroken = false;
                    _openUntil = null;
                    return ValueTask.CompletedTask;
                },
            })
            .AddRetry(new RetryStrategyOptions<SendResult>
            {
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Result?.IsThrottledIn(replies) == true),
                MaxRetryAttempts = 1,
                Delay = Breath,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Randomizer = () => NextDouble(random),
            })
            .Build();
    }

    /// <summary>Until when nothing is tried; null while the circuit is closed. Past: the next attempt is the probe.</summary>
    public DateTimeOffset? OpenUntil => _openUntil;

    /// <summary>True while nothing is tried, whatever became of the clock meanwhile.</summary>
    public bool IsResting
    {
        get
        {
            lock (_resting)
            {
                return _openUntil is not null && _clock.GetElapsedTime(_openedAt) < _break;
            }
        }
    }

    /// <summary>The class of the latest trouble: what a person must mend is probed less often.</summary>
    private ReplyClass _trouble = ReplyClass.Retry;
    private bool _isThrottled;

    /// <summary>Polly lets nothing through, or a probe.</summary>
    private bool _isBroken;

    /// <summary>Faults in a row, each a while after the one before.</summary>
    private int _faults;

    public async ValueTask<SendResult> ExecuteAsync(Func<CancellationToken, ValueTask<SendResult>> attempt, CancellationToken cancel)
    {
        if (IsResting)
        {
            return new SendResult.NotTried();
        }

        try
        {
            return await _pipeline.ExecuteAsync(
                async token =>
                {
                    var result = await attempt(token);
                    var asksForLess = result.AsksForLessIn(_replies);
                    if (result.TroubleIn(_replies) is { } failure)
                    {
                        (_trouble, _isThrottled) = (_replies.Classify(failure).InTheEnd.Class, asksForLess);
                        if (_trouble == ReplyClass.AccountFault)
                        {
                            RestUnlessResting();
                        }
                    }
                    else if (result is SendResult.Attempted)
                    {
                        _faults = 0;
                        _openUntil = _isBroken ? _openUntil : null;
                    }

                    if (asksForLess)
                    {
                        return result with { GaveWay = _gate.GiveWay() };
                    }

                    if (result.IsGood)
                    {
                        _gate.Thrive();
                    }

                    return result;
                },
                cancel);
        }
        catch (BrokenCircuitException)
        {
            return new SendResult.NotTried();
        }
    }

    /// <summary>
    /// Polly wants to see two failures. A password that was refused once is refused again, and counted against us. Those that were under way
    /// together hear of one fault at one time, and count it once.
    /// </summary>
    private void RestUnlessResting()
    {
        lock (_resting)
        {
            if (!IsResting)
            {
                RestFor(BreakOf(_faults++));
            }
        }
    }

    private void RestFor(TimeSpan time)
    {
        lock (_resting)
        {
            _openUntil = _clock.GetUtcNow() + time;
            (_openedAt, _break) = (_clock.GetTimestamp(), time);
        }
    }

    private static double NextDouble(Random random)
    {
        lock (random)
        {
            return random.NextDouble();
        }
    }

    private TimeSpan BreakOf(int probes)
    {
        var (shortest, longest) = _trouble == ReplyClass.AccountFault ? (ShortestFaultBreak, LongestFaultBreak)
            : _isThrottled ? (ShortestBreak, LongestThrottledBreak)
            : (ShortestBreak, LongestBreak);

        // Of one fault two transactions may tell, and Polly begins to count when it has heard of both.
        var before = _trouble == ReplyClass.AccountFault ? Math.Max(probes, _faults - 1) : probes;
        var wait = shortest * Math.Pow(2, Math.Min(before, 16));
        return wait < longest ? wait : longest;
    }
}
