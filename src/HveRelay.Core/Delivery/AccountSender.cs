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

    private volatile SenderPlan _plan;
    private readonly DeliveryContext _context;
    private volatile AccountCircuit _circuit;
    private readonly ConnectionPool _pool;
    private readonly SemaphoreSlim _inHand;
    private readonly SemaphoreSlim _sending;
    private readonly int _most;
    private DateTimeOffset _noQuotaUntil = DateTimeOffset.MinValue;
    private DateTimeOffset _onlyUrgentUntil = DateTimeOffset.MinValue;

    /// <summary>Before it, the clock was set back, and the time until which there is no quota means nothing any more.</summary>
    private DateTimeOffset _noQuotaSince = DateTimeOffset.MinValue;

    public AccountSender(SenderPlan plan, DeliveryContext context)
    {
        _plan = plan;
        _context = context;
        _circuit = NewCircuit();
        _pool = new ConnectionPool(context.Clock, context.Options.KeepConnection, () => context.Board.Connected(plan.Account, -1));
        _most = plan.Connections * context.Options.PartsAhead;
        _inHand = new SemaphoreSlim(_most);
        _sending = new SemaphoreSlim(plan.Connections);
    }

    /// <summary>
    /// Runs until <paramref name="stop"/>, then lets what is in hand finish; <paramref name="abort"/> cuts that short.
    /// </summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
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

    /// <summary>The configuration changed: what comes next goes by this plan, with as many connections as before.</summary>
    /// <param name="anew">It may log in otherwise, or elsewhere: what failed before says nothing any more.</param>
    public async Task FollowAsync(SenderPlan plan, bool anew)
    {
        var isOther = !plan.HasRulesOf(_plan);
        _plan = plan;
        if (isOther)
        {
            _noQuotaUntil = _onlyUrgentUntil = DateTimeOffset.MinValue;
            _context.Board.Relieve(plan.Account);
        }

        if (anew)
        {
            _circuit = NewCircuit();
            await _pool.CloseAllAsync();
        }

        _context.Signal.Pulse();
    }

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        _inHand.Dispose();
        _sending.Dispose();
    }

    /// <summary>As many parts as there is room for, with their room taken; none while the account is to be left alone.</summary>
    private async ValueTask<IReadOnlyList<DuePart>> TakeAsync(CancellationToken cancel)
    {
        var now = _context.Clock.GetUtcNow();
        if ((now < _noQuotaUntil && now >= _noQuotaSince) || _circuit.IsResting
            || _context.Board.IsPaused(_plan.Account) || _context.Board.IsGone(_plan.Account))
        {
            return [];
        }

        // A probe goes alone: the others would only be turned away.
        var isProbe = _circuit.OpenUntil is not null;
        var room = 0;
        while (room < (isProbe ? 1 : _most) && await _inHand.WaitAsync(0, CancellationToken.None))
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
            parts = await _context.Store.TakeAsync(
                new TakeRequest(_plan.Lanes, now, now + _context.Options.Lease, room, _plan.Recipients)
                {
                    Least = now < _onlyUrgentUntil && now >= _noQuotaSince ? Priority.Urgent : Priority.Bulk,
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
        var attempt = new PartAttempt(_plan, part, _context, _circuit, _pool, _sending, WaitForQuota);
        try
        {
            await attempt.RunAsync(abort);
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

    private void WaitForQuota(Priority priority, string scope, DateTimeOffset until)
    {
        var now = _context.Clock.GetUtcNow();
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

    private AccountCircuit NewCircuit() => new(_context.Clock, _context.Random, _context.Replies);

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
