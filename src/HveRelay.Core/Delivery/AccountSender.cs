using HveRelay.Mail;
using HveRelay.Queue;
using Microsoft.Extensions.Logging;

namespace HveRelay.Delivery;

/// <summary>
/// Sends what is due by one account: takes parts while there is room, hands each to an attempt, and leaves the account alone while
/// its circuit is open or its quota used up.
/// </summary>
internal sealed class AccountSender : IAsyncDisposable
{
    private static readonly TimeSpan BriefWait = TimeSpan.FromSeconds(2);

    private volatile Pace? _pace;
    private volatile SenderPlan _plan;
    private volatile SenderPlan _today;
    private readonly DeliveryContext _shared;
    private volatile AccountCircuit _circuit;
    private readonly ConnectionPool _pool;
    private readonly SemaphoreSlim _inHand;
    private readonly ConnectionGate _sending;
    private readonly TakeOver _takeOver;
    private readonly int _most;
    private DateTimeOffset _noQuotaUntil = DateTimeOffset.MinValue;
    private DateTimeOffset _onlyUrgentUntil = DateTimeOffset.MinValue;

    /// <summary>Before it, the clock was set back, and the time until which there is no quota means nothing any more.</summary>
    private DateTimeOffset _noQuotaSince = DateTimeOffset.MinValue;

    /// <summary>As the configuration is now.</summary>
    private DeliveryContext Context => _shared.For(_plan);

    public AccountSender(SenderPlan plan, DeliveryContext context, TakeOver takeOver)
    {
        _plan = plan;
        _today = plan;
        _shared = context;
        _takeOver = takeOver;
        _pace = NewPace(plan);
        _sending = new ConnectionGate(context.Clock, plan.Connections, allowed => context.Board.Allow(plan.Account, allowed));
        _circuit = NewCircuit();
        _pool = new ConnectionPool(
            context.Clock, context.Options.KeepConnection, () => _sending.Allowed, more => context.Board.Connected(plan.Account, more));
        _most = plan.Connections * context.Options.PartsAhead;
        _inHand = new SemaphoreSlim(_most);
    }

    /// <summary>
    /// Runs until <paramref name="stop"/>, then lets what is in hand finish; <paramref name="abort"/> cuts that short.
    /// </summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        await RememberPaceAsync(stop);
        while (!stop.IsCancellationRequested)
        {
            var next = Context.Signal.Next;
            try
            {
                var parts = await TakeAsync(abort);
                if (parts.Count > 0)
                {
                    foreach (var part in parts)
                    {
                        _ = RunPartAsync(part, abort);
                    }

                    continue;
                }
            }
            catch (StoreException trouble)
            {
                Context.Alarm.Raise(trouble);
            }
            catch (Exception unexpected)
            {
                // A bug; but an account that stops in silence is worse than one that stumbles every second and says so.
                Context.Logger.LogError(unexpected, "Taking mail for {Account} failed and is tried again", _plan.Account);
            }

            await _pool.CloseColdAsync();
            await WaitAsync(next, stop);
        }

        for (var i = 0; i < _most; i++)
        {
            await _inHand.WaitAsync(CancellationToken.None);
        }
    }

    /// <summary>The configuration changed: what comes next goes by this plan, with as many connections as before.</summary>
    /// <param name="anew">It may log in otherwise, or elsewhere: what failed before says nothing any more.</param>
    public async Task FollowAsync(SenderPlan plan, bool anew)
    {
        var isOther = !plan.HasRulesOf(_plan);
        if (plan.Smarthost?.MessagesPerMinute != _plan.Smarthost?.MessagesPerMinute)
        {
            _pace = NewPace(plan);
        }

        _plan = _today = plan;
        if (isOther)
        {
            _noQuotaUntil = _onlyUrgentUntil = DateTimeOffset.MinValue;
            Context.Board.Relieve(plan.Account);
        }

        if (anew)
        {
            _circuit = NewCircuit();
            Context.Board.TriesAnew(plan.Account);
            await _pool.CloseAllAsync();
        }

        Context.Signal.Pulse();
    }

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        _inHand.Dispose();
    }

    /// <summary>As many parts as there is room for, with their room taken; none while the account is to be left alone.</summary>
    private async ValueTask<IReadOnlyList<DuePart>> TakeAsync(CancellationToken cancel)
    {
        var now = Context.Clock.GetUtcNow();
        if (IsUsedUp(Priority.Urgent) || _circuit.IsResting || Context.Board.IsPaused(_plan.Account) || Context.Board.IsGone(_plan.Account))
        {
            return [];
        }

        // A probe goes alone: the others would only be turned away.
        var isProbe = _circuit.OpenUntil is not null;
        var room = 0;
        var most = Math.Min(isProbe ? 1 : _most, _pace?.Room ?? _most);
        while (room < most && await _inHand.WaitAsync(0, CancellationToken.None))
        {
            room++;
        }

        if (room == 0 || (isProbe && _inHand.CurrentCount < _most - 1))
        {
            GiveBack(room);
            return [];
        }

        IReadOnlyList<DuePart> parts = [];
        try
        {
            var today = _today = await _plan.TodayAsync(Context.Store, now, cancel);
            parts = await Context.Store.TakeAsync(
                new TakeRequest(_takeOver.LanesOf(today), now, now + Context.Options.Lease, room, today.Recipients)
                {
                    Least = IsUsedUp(Priority.Bulk) ? Priority.Urgent : Priority.Bulk,
                },
                cancel);
        }
        finally
        {
            GiveBack(room - parts.Count);
        }

        return parts;
    }

    private async Task RunPartAsync(DuePart part, CancellationToken abort)
    {
        var attempt = new PartAttempt(_today, part, Context, _circuit, _pool, _sending, _takeOver, WaitForQuota, IsUsedUp, abort) { Pace = _pace };
        try
        {
            await attempt.RunAsync();
        }
        catch (StoreException trouble)
        {
            Context.Alarm.Raise(trouble);
            await attempt.GiveBackAsync(null);
        }
        catch (Exception unexpected)
        {
            // A bug: the mail must not wait for its lease, nor go round in a tight circle.
            Context.Logger.LogError(unexpected, "The attempt on {Id} part {Part} broke", part.Lease.Message.ToString(), part.Number);
            await attempt.GiveBackAsync(Context.Schedule.After(part.Wait, Context.Clock.GetUtcNow()));
        }
        finally
        {
            GiveBack(1);
            Context.Signal.Pulse();
        }
    }

    /// <summary>There is no quota for mail of such urgency: it need not even connect.</summary>
    private bool IsUsedUp(Priority priority)
    {
        var now = Context.Clock.GetUtcNow();
        return now >= _noQuotaSince && (now < _noQuotaUntil || (priority != Priority.Urgent && now < _onlyUrgentUntil));
    }

    /// <summary>A restart must not send twice as much in a minute: of what was taken the ledger has every recipient, so every message.</summary>
    private async Task RememberPaceAsync(CancellationToken stop)
    {
        if (_pace is not { } pace)
        {
            return;
        }

        try
        {
            var since = Context.Clock.GetUtcNow() - TimeSpan.FromMinutes(1);
            pace.Remember(await Context.Store.UsedAsync(_plan.Rules[0].Scope, since, stop));
        }
        catch (Exception unknown) when (unknown is StoreException or OperationCanceledException)
        {
            // Then nobody can send now either.
        }
    }

    private void WaitForQuota(Priority priority, string scope, DateTimeOffset until)
    {
        var now = Context.Clock.GetUtcNow();
        until = _plan.Smarthost?.WarmUp?.Grows(now) is { } more && more < until ? more : until;
        var urgentGoes = priority != Priority.Urgent && _plan.HasReserve;
        var rule = (urgentGoes ? _today.OtherRules : _today.Rules).First(rule => rule.Scope == scope);
        if (now < _noQuotaSince)
        {
            _noQuotaUntil = _onlyUrgentUntil = DateTimeOffset.MinValue;
        }

        _noQuotaSince = now;
        ref var before = ref urgentGoes ? ref _onlyUrgentUntil : ref _noQuotaUntil;
        if (until - now <= BriefWait)
        {
            // Only attempts under way are in the way: when they end there may be room. Nothing is used up yet.
            before = until;
        }
        else if (until - now > rule.Window + BriefWait)
        {
            // No window is so long: the clock was set back after the question, which is asked again.
            before = now + BriefWait;
        }
        else if (until > before)
        {
            // Parts that are asked for together differ by moments, which is no news.
            var isNews = until - before > BriefWait;
            before = until;
            Context.Board.Exhausted(_plan.Account, scope, until, urgentGoes);
            if (isNews)
            {
                Context.Log.Quota(scope, rule.Limit, until, urgentGoes);
            }
        }
    }

    private AccountCircuit NewCircuit() => new(Context.Clock, Context.Random, Context.Replies, _sending);

    private Pace? NewPace(SenderPlan plan) => plan.Smarthost is { MessagesPerMinute: > 0 and var most } ? new Pace(most, _shared.Clock) : null;

    private void GiveBack(int room)
    {
        if (room > 0)
        {
            _inHand.Release(room);
        }
    }

    private async Task WaitAsync(Task next, CancellationToken stop)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var look = Task.Delay(Context.Options.Look, Context.Clock, enough.Token);
        await Task.WhenAny(next, look);
        await enough.CancelAsync();
    }
}
