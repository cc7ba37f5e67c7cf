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

    private readonly Pace? _pace;
    private readonly DeliveryContext _context;
    private readonly AccountCircuit _circuit;
    private readonly ConnectionPool _pool;
    private readonly SemaphoreSlim _inHand;
    private readonly ConnectionGate _sending;
    private readonly TakeOver _takeOver;
    private readonly int _most;
    private SenderPlan _plan;
    private DateTimeOffset _noQuotaUntil = DateTimeOffset.MinValue;
    private DateTimeOffset _onlyUrgentUntil = DateTimeOffset.MinValue;

    /// <summary>Before it, the clock was set back, and the time until which there is no quota means nothing any more.</summary>
    private DateTimeOffset _noQuotaSince = DateTimeOffset.MinValue;

    public AccountSender(SenderPlan plan, DeliveryContext context, TakeOver takeOver)
    {
        _plan = plan;
        _context = context = context.For(plan);
        _takeOver = takeOver;
        _pace = plan.Smarthost is { MessagesPerMinute: > 0 and var most } ? new Pace(most, context.Clock) : null;
        _sending = new ConnectionGate(context.Clock, plan.Connections, allowed => context.Board.Allow(plan.Account, allowed));
        _circuit = new AccountCircuit(context.Clock, context.Random, context.Replies, _sending);
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
            var next = _context.Signal.Next;
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
                _context.Alarm.Raise(trouble);
            }
            catch (Exception unexpected)
            {
                // A bug; but an account that stops in silence is worse than one that stumbles every second and says so.
                _context.Logger.LogError(unexpected, "Taking mail for {Account} failed and is tried again", _plan.Account);
            }

            await _pool.CloseColdAsync();
            await WaitAsync(next, stop);
        }

        for (var i = 0; i < _most; i++)
        {
            await _inHand.WaitAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        _inHand.Dispose();
    }

    /// <summary>As many parts as there is room for, with their room taken; none while the account is to be left alone.</summary>
    private async ValueTask<IReadOnlyList<DuePart>> TakeAsync(CancellationToken cancel)
    {
        var now = _context.Clock.GetUtcNow();
        if (IsUsedUp(Priority.Urgent) || _circuit.IsResting || _context.Board.IsPaused(_plan.Account))
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

        var parts = Array.Empty<DuePart>() as IReadOnlyList<DuePart>;
        try
        {
            _plan = await _plan.TodayAsync(_context.Store, now, cancel);
            parts = await _context.Store.TakeAsync(
                new TakeRequest(_takeOver.LanesOf(_plan), now, now + _context.Options.Lease, room, _plan.Recipients)
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
        var attempt = new PartAttempt(_plan, part, _context, _circuit, _pool, _sending, _takeOver, WaitForQuota, IsUsedUp, abort) { Pace = _pace };
        try
        {
            await attempt.RunAsync();
        }
        catch (StoreException trouble)
        {
            _context.Alarm.Raise(trouble);
            await attempt.GiveBackAsync(null);
        }
        catch (Exception unexpected)
        {
            // A bug: the mail must not wait for its lease, nor go round in a tight circle.
            _context.Logger.LogError(unexpected, "The attempt on {Id} part {Part} broke", part.Lease.Message.ToString(), part.Number);
            await attempt.GiveBackAsync(_context.Schedule.After(part.Wait, _context.Clock.GetUtcNow()));
        }
        finally
        {
            GiveBack(1);
            _context.Signal.Pulse();
        }
    }

    /// <summary>There is no quota for mail of such urgency: it need not even connect.</summary>
    private bool IsUsedUp(Priority priority)
    {
        var now = _context.Clock.GetUtcNow();
        return now >= _noQuotaSince && (now < _noQuotaUntil || (priority != Priority.Urgent && now < _onlyUrgentUntil));
    }

    /// <summary>A restart must not send twice as much in a minute: of what was taken the ledger has every recipient, so every message.</summary>
    private async Task RememberPaceAsync(CancellationToken stop)
    {
        if (_pace is null)
        {
            return;
        }

        try
        {
            var since = _context.Clock.GetUtcNow() - TimeSpan.FromMinutes(1);
            _pace.Remember(await _context.Store.UsedAsync(_plan.Rules[0].Scope, since, stop));
        }
        catch (Exception unknown) when (unknown is StoreException or OperationCanceledException)
        {
            // Then nobody can send now either.
        }
    }

    private void WaitForQuota(Priority priority, string scope, DateTimeOffset until)
    {
        var now = _context.Clock.GetUtcNow();
        until = _plan.Smarthost?.WarmUp?.Grows(now) is { } more && more < until ? more : until;
        var urgentGoes = priority != Priority.Urgent && _plan.HasReserve;
        var rule = (urgentGoes ? _plan.OtherRules : _plan.Rules).First(rule => rule.Scope == scope);
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
            before = until;
            _context.Board.Exhausted(_plan.Account, scope, until, urgentGoes);
            _context.Log.Quota(scope, rule.Limit, until, urgentGoes);
        }
    }

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
        var look = Task.Delay(_context.Options.Look, _context.Clock, enough.Token);
        await Task.WhenAny(next, look);
        await enough.CancelAsync();
    }
}
