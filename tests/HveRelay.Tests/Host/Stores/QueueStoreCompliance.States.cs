using System.Text.RegularExpressions;
using HveRelay.Mail;
using HveRelay.Queue;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Host.Stores;

public abstract partial class QueueStoreCompliance
{
    private enum Before
    {
        Queued,
        Sending,
        Held,
        HeldWhileSending,
        Relayed,
        Failed,
        Removed,
    }

    [Fact]
    public async Task The_states_of_a_recipient_lead_where_the_table_in_docs_says_and_nowhere_else()
    {
        (string Name, Func<MessageId, DuePart?, long, Task> Do)[] events =
        [
            .. Enum.GetValues<ChangeKind>().Select(kind => (kind.ToString(), (Func<MessageId, DuePart?, long, Task>)((id, _, _) => ChangeAsync(kind, id, "not wanted")))),
            ("relayed", (_, part, attempt) => EndAsync(part, attempt, Outcome.Relayed)),
            ("failed", (_, part, attempt) => EndAsync(part, attempt, Outcome.Failed)),
            ("deferred", (_, part, attempt) => EndAsync(part, attempt, Outcome.Deferred, Now.AddHours(1))),
            ("unsure", (_, part, attempt) => EndAsync(part, attempt, Outcome.Unsure, Now.AddHours(1))),
            ("unsure and held", (_, part, attempt) => EndAsync(part, attempt, Outcome.Unsure)),
            ("expired", async (_, _, _) =>
            {
                Clock.Advance(TimeSpan.FromDays(30));
                await Store.ExpireAsync(AnyLane, Now, 10, Cancel);
            }),
            ("a start", async (_, _, _) =>
            {
                await ReopenAsync();
                await Store.RecoverAsync(AnyLane, Now, Now.AddMinutes(5), Cancel);
            }),
        ];

        var seen = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var before in Enum.GetValues<Before>())
        {
            foreach (var (name, happen) in events)
            {
                var (id, part, attempt) = await PrepareAsync(before);
                var was = Assert.Single((await FindAsync(id)).Recipients);
                await happen(id, part, attempt);
                var now = Assert.Single((await FindAsync(id)).Recipients);
                if (was.State != now.State || was.DueAt != now.DueAt)
                {
                    seen.Add($"{was.State} > {now.State}".ToLowerInvariant());
                }

                // Out of the way of the next.
                await ChangeAsync(ChangeKind.Remove, id);
                await EndAsync(part, attempt, Outcome.Failed);
            }
        }

        Assert.Equal(TableOfStates().Order(StringComparer.Ordinal), seen);
    }

    private async Task<(MessageId Id, DuePart? Part, long Attempt)> PrepareAsync(Before before)
    {
        var id = await EnqueueAsync(Message());
        if (before is Before.Held or Before.Removed)
        {
            await ChangeAsync(before == Before.Held ? ChangeKind.Hold : ChangeKind.Remove, id);
        }

        if (before is Before.Queued or Before.Held or Before.Removed)
        {
            return (id, null, 0);
        }

        var part = (await TakeAsync()).Single(each => each.Envelope.Id == id);
        var attempt = await BegunAsync(part);
        switch (before)
        {
            case Before.HeldWhileSending:
                await ChangeAsync(ChangeKind.Hold, id);
                break;
            case Before.Relayed or Before.Failed:
                await EndAsync(part, attempt, before == Before.Relayed ? Outcome.Relayed : Outcome.Failed);
                break;
        }

        return (id, part, attempt);
    }

    private async Task EndAsync(DuePart? part, long attempt, Outcome outcome, DateTimeOffset? dueAt = null)
    {
        if (part is not null)
        {
            await CompleteAsync(part, attempt, new RecipientEnd(0, outcome, "a reply", dueAt));
        }
    }

    /// <summary>Of docs/queue.md, "States of a recipient": each row may name several states, the way in aside.</summary>
    private static IEnumerable<string> TableOfStates()
    {
        var lines = File.ReadLines(RepositoryFiles.PathOf("docs/queue.md"))
            .SkipWhile(line => line != "## States of a recipient").Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal));
        return (from line in lines
                let cells = line.Split('|')
                where cells.Length > 3
                from one in States(cells[1])
                from other in States(cells[2])
                select $"{one} > {other}").Distinct(StringComparer.Ordinal);

        static IEnumerable<string> States(string cell) => Regex.Matches(cell, "queued|held|relayed|failed|removed").Select(match => match.Value);
    }
}
