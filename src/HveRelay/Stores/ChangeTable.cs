using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores;

/// <summary>The table at <see cref="QueueChange"/>: what a change makes of a recipient.</summary>
internal static class ChangeTable
{
    public static (RecipientState To, ChangeEffect Effect) Decide(ChangeKind kind, RecipientState state, bool isSending)
    {
        if (state is not (RecipientState.Queued or RecipientState.Held))
        {
            return (state, ChangeEffect.Ended);
        }

        return (kind, state) switch
        {
            (ChangeKind.Hold, RecipientState.Queued) => Also(RecipientState.Held),
            (ChangeKind.Release, RecipientState.Held) => Also(RecipientState.Queued),
            (ChangeKind.Retry, RecipientState.Queued) => Only(RecipientState.Queued),
            (ChangeKind.Remove, _) => Only(RecipientState.Removed),
            (ChangeKind.Bounce, _) => Only(RecipientState.Failed),
            _ => (state, ChangeEffect.Unfit),
        };

        (RecipientState, ChangeEffect) Also(RecipientState to) => (to, isSending ? ChangeEffect.ChangedWhileSending : ChangeEffect.Changed);

        (RecipientState, ChangeEffect) Only(RecipientState to) => isSending ? (state, ChangeEffect.Sending) : (to, ChangeEffect.Changed);
    }
}
