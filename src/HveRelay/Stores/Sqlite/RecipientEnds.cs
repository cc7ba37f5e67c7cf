using HveRelay.Mail;

namespace HveRelay.Stores.Sqlite;

/// <summary>What moves of recipients change in their message: how many are queued and held.</summary>
internal record struct Tally(int Queued, int Held);

/// <summary>
/// Moves recipients from state to state, and with the last of them ends the message and drops its content. Of who fails somebody has
/// to be told.
/// <code>
/// to        from
/// Queued    Queued             a new due time; an operator's hold or removal stands
/// Held      Queued
/// Relayed   Queued, Held       it is done, whatever the operator meant meanwhile
/// Failed    Queued, Held
/// </code>
/// </summary>
internal sealed class RecipientEnds(Database database, ContentRows contents, UntoldRows untold)
{
    private readonly Statement _state = database.Prepare("SELECT state FROM recipient WHERE message = ? AND part = ? AND number = ?");

    private readonly Statement _move = database.Prepare(
        "UPDATE recipient SET state = ?, due_at = ?, ended_at = ? WHERE message = ? AND part = ? AND number = ?");

    private readonly Statement _message = database.Prepare("SELECT queued, held, content FROM message WHERE id = ?");

    private readonly Statement _count = database.Prepare(
        "UPDATE message SET queued = ?, held = ?, content = ?, ended_at = ? WHERE id = ?");

    public void Move(
        (long Message, int Part, int Number) recipient, RecipientState to, DateTimeOffset? dueAt, DateTimeOffset at, ref Tally tally)
    {
        var ends = IsEnd(to);
        var state = _state.Set(recipient.Message).Set(recipient.Part).Set(recipient.Number).Number();
        var from = state is { } known ? (RecipientState)known : RecipientState.Removed;
        if (from != RecipientState.Queued && !(ends && from == RecipientState.Held))
        {
            return;
        }

        Set(recipient, from, to, dueAt, at, ref tally);
    }

    /// <summary>Moves it whatever the table says: for who has looked.</summary>
    public void Set(
        (long Message, int Part, int Number) recipient,
        RecipientState from,
        RecipientState to,
        DateTimeOffset? dueAt,
        DateTimeOffset at,
        ref Tally tally)
    {
        var ends = IsEnd(to);
        _move.Set((int)to).Set(ends ? null : dueAt).Set(ends ? at : null)
            .Set(recipient.Message).Set(recipient.Part).Set(recipient.Number).Run();
        if (to == RecipientState.Failed)
        {
            untold.Add(recipient.Message, recipient.Number, at);
        }

        tally.Queued += One(to == RecipientState.Queued) - One(from == RecipientState.Queued);
        tally.Held += One(to == RecipientState.Held) - One(from == RecipientState.Held);
    }

    public void Count(long message, Tally tally, DateTimeOffset at)
    {
        if (tally == default || !_message.Set(message).Next())
        {
            return;
        }

        var (queued, held) = (_message.Long(0) + tally.Queued, _message.Long(1) + tally.Held);
        long? content = _message.IsNull(2) ? null : _message.Long(2);
        _message.Reset();
        var ended = queued + held == 0;
        _count.Set(queued).Set(held).Set(ended ? null : content).Set(ended ? at : null).Set(message).Run();
        if (ended && content is { } dropped)
        {
            contents.Delete(dropped);
        }
    }

    private static bool IsEnd(RecipientState state) => state is RecipientState.Relayed or RecipientState.Failed or RecipientState.Removed;

    private static int One(bool yes) => yes ? 1 : 0;
}
