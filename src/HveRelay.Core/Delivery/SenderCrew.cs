namespace HveRelay.Delivery;

/// <summary>
/// The senders of all accounts, which come and go with the configuration. One that goes takes nothing more and finishes what it has in
/// hand; one that comes under the same name waits for that, so that an account never has more connections than it may.
/// </summary>
internal sealed class SenderCrew
{
    private readonly DeliveryContext _context;
    private readonly TakeOver _takeOver;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Member> _members = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Task> _ending = [];

    /// <summary>The work of the latest sender of an account that is gone.</summary>
    private readonly Dictionary<string, Task> _before = new(StringComparer.OrdinalIgnoreCase);
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyList<SenderPlan> _plans;
    private (CancellationToken Stop, CancellationToken Abort)? _running;

    public SenderCrew(IReadOnlyList<SenderPlan> first, DeliveryContext context)
    {
        (_plans, _context) = (first, context);
        _takeOver = new TakeOver(() => Plans, context.Board);
    }

    public IReadOnlyList<SenderPlan> Plans => Volatile.Read(ref _plans);

    /// <summary>Runs until <paramref name="stop"/> and all have finished; <paramref name="abort"/> cuts that short. Throws as soon as one broke.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        lock (_gate)
        {
            _running = (stop, abort);
            foreach (var plan in _plans)
            {
                Begin(plan, Task.CompletedTask);
            }
        }

        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, _context.Clock, stop);
        if (await Task.WhenAny(stopped, _broken.Task) == _broken.Task)
        {
            await _broken.Task;
        }

        Task[] all;
        lock (_gate)
        {
            // Whoever comes now comes too late.
            _running = null;
            all = [.. _members.Values.Select(member => member.Work), .. _ending];
        }

        await Task.WhenAll(all);
        if (_broken.Task.IsFaulted)
        {
            await _broken.Task;
        }
    }

    public async Task FollowAsync(IReadOnlyList<SenderPlan> plans, bool anew)
    {
        var staying = new List<(AccountSender Sender, SenderPlan Plan)>();
        lock (_gate)
        {
            Volatile.Write(ref _plans, plans);
            if (_running is null)
            {
                return;
            }

            _ending.RemoveAll(task => task.IsCompleted);
            var wanted = plans.ToDictionary(plan => plan.Account, StringComparer.OrdinalIgnoreCase);
            foreach (var (account, member) in _members.ToList())
            {
                if (wanted.TryGetValue(account, out var plan) && plan.Connections == member.Plan.Connections)
                {
                    member.Plan = plan;
                    staying.Add((member.Sender, plan));
                }
                else
                {
                    member.Stop.Cancel();
                    _members.Remove(account);
                    _ending.Add(member.Work);
                    _before[account] = member.Work;
                }
            }

            foreach (var plan in plans.Where(plan => !_members.ContainsKey(plan.Account)))
            {
                Begin(plan, _before.GetValueOrDefault(plan.Account, Task.CompletedTask));
            }
        }

        foreach (var (sender, plan) in staying)
        {
            await sender.FollowAsync(plan, anew);
        }
    }

    private void Begin(SenderPlan plan, Task before)
    {
        var (stop, abort) = _running!.Value;
        var member = new Member(plan, new AccountSender(plan, _context, _takeOver), CancellationTokenSource.CreateLinkedTokenSource(stop));
        member.Work = Task.Run(() => WorkAsync(member, before, abort), CancellationToken.None);
        _members[plan.Account] = member;
    }

    private async Task WorkAsync(Member member, Task before, CancellationToken abort)
    {
        try
        {
            await before;
            await member.Sender.RunAsync(member.Stop.Token, abort);
            await member.Sender.DisposeAsync();
        }
        catch (Exception bug)
        {
            _broken.TrySetException(bug);
        }
    }

    private sealed class Member(SenderPlan plan, AccountSender sender, CancellationTokenSource stop)
    {
        public SenderPlan Plan { get; set; } = plan;

        public AccountSender Sender { get; } = sender;

        public CancellationTokenSource Stop { get; } = stop;

        public Task Work { get; set; } = Task.CompletedTask;
    }
}
