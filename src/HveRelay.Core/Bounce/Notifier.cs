using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Wording;
using Microsoft.Extensions.Logging;

namespace HveRelay.Bounce;

// Promise 2: who fails is told about. The rules:
//   1. A receiver is told of the first failure or delay at once, of what follows once an hour, with how many there are.
//   2. A notice goes through the queue like any message; about a notice there is none.
//   3. What cannot be told to anybody is said in the log, and is then done with.

/// <summary>Writes notices of what the store says is untold.</summary>
public sealed class Notifier(NoticeContext context)
{
    /// <summary>Between two notices to the same receiver.</summary>
    public static readonly TimeSpan Gap = TimeSpan.FromHours(1);

    /// <summary>Recipients that one notice lists.</summary>
    public const int MostListed = 50;

    private const int MostSources = 10_000;
    private const int LateAtOnce = 500;
    private const int MessagesInLog = 10;

    /// <summary>After a look that took long the next one waits so many times as long.</summary>
    private const int Rest = 20;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    /// <summary>Looks and tells until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var begun = context.Clock.GetTimestamp();
            try
            {
                await RunOnceAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (StoreException trouble)
            {
                context.Alarm.Raise(trouble);
            }
            catch (Exception unexpected)
            {
                // Whatever it was, the next look comes: a loop that ends in silence would leave people untold.
                context.Logger.LogError(unexpected, "Telling of failures broke and is tried again");
            }

            var rest = Math.Clamp(context.Clock.GetElapsedTime(begun).Ticks * Rest, Look.Ticks, LongestRest.Ticks);
            await Task.Delay(new TimeSpan(rest), context.Clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Tells everybody who may be told now.</summary>
    public async Task RunOnceAsync(CancellationToken stop)
    {
        await MarkDelayedAsync(stop);
        var sources = await context.Store.UntoldSourcesAsync(MostSources, stop);
        foreach (var receiver in sources.GroupBy(source => string.Join(',', context.Receivers.Of(source)).ToLowerInvariant()))
        {
            if (await IsDueAsync(receiver.Key, stop))
            {
                await TellAsync(receiver.Key, [.. receiver], stop);
            }
        }
    }

    private async Task MarkDelayedAsync(CancellationToken stop)
    {
        if (context.Options.Queue.DelayWarningAfter <= TimeSpan.Zero)
        {
            return;
        }

        var now = context.Clock.GetUtcNow();
        while (await context.Store.MarkDelayedAsync(now - context.Options.Queue.DelayWarningAfter, now, LateAtOnce, stop) == LateAtOnce)
        {
        }
    }

    /// <summary>A clock that was set back must not make anybody wait for more than the hour.</summary>
    private async Task<bool> IsDueAsync(string receiver, CancellationToken stop)
    {
        var now = context.Clock.GetUtcNow();
        return await context.Store.LastToldAsync(receiver, stop) is not { } last || now - last >= Gap || last > now;
    }

    private async Task TellAsync(string receiver, IReadOnlyList<UntoldSource> sources, CancellationToken stop)
    {
        var (batches, listed) = (new List<UntoldBatch>(), 0);
        foreach (var source in sources)
        {
            var batch = await context.Store.UntoldAsync(source, MostListed - listed, stop);
            if (batch.Count > 0)
            {
                batches.Add(batch);
                listed += batch.First.Count;
            }
        }

        if (batches.Count == 0)
        {
            return;
        }

        var telling = new Telling(receiver, context.Clock.GetUtcNow(), batches, null);
        var to = context.Receivers.Of(sources[0]);
        if (to.Count > 0)
        {
            await NotifyAsync(telling, to, stop);
        }
        else if (await context.Store.TellAsync(telling, null, stop))
        {
            context.Log.Alarm(
                "notices",
                $"{batches.Sum(batch => batch.Failed)} recipients failed and {batches.Sum(batch => batch.Delayed)} are late, and there is nobody to tell",
                "Administrator: set Postmaster");
        }
    }

    private async Task NotifyAsync(Telling telling, IReadOnlyList<string> to, CancellationToken stop)
    {
        var notice = new Notice(
            context.Ids.Next(), telling.At, context.HostName, context.Account, context.Options.Postmaster, to, telling.Batches.Sum(batch => batch.Failed),
            telling.Batches.Sum(batch => batch.Delayed), await ListAsync(telling, stop), Language.Of(context.Options.Language));
        var octets = notice.Write();
        var envelope = new Envelope(
            notice.Id, string.Empty, telling.At, telling.At + context.Options.Queue.Lifetime, octets.Length, Priority.Normal, EightBit: false,
            Origin.OfNotice(context.HostName));
        var message = new NewMessage(envelope, context.Cut(to, telling.At));
        await using var content = context.Store.CreateContent();
        await content.WriteAsync(octets, stop);
        if (!await context.Store.TellAsync(telling with { Notice = message }, content, stop))
        {
            return;
        }

        var messages = notice.Recipients.Select(recipient => recipient.Envelope.Id).Distinct().Take(MessagesInLog);
        context.Log.Notified(notice.Id, string.Join(',', to), notice.Failed + notice.Delayed, string.Join(',', messages));
        context.Signal.Pulse();
    }

    private async Task<IReadOnlyList<NoticedRecipient>> ListAsync(Telling telling, CancellationToken stop)
    {
        var listed = new List<NoticedRecipient>();
        foreach (var message in telling.Batches.SelectMany(batch => batch.First).GroupBy(untold => untold.Message))
        {
            if (await context.Store.FindAsync(message.Key, stop) is { } record)
            {
                listed.AddRange(message.Select(untold => NoticedRecipient.From(record, untold, context.Explain)).OfType<NoticedRecipient>());
            }
        }

        return listed;
    }
}
