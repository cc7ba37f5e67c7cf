using HveRelay.Mail;
using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>An attempt that has not ended.</summary>
internal sealed record OpenAttempt(
    long Id, long Message, int Part, string Account, int Granted, IReadOnlyList<int> Recipients, IReadOnlyList<string> Scopes);

/// <summary>Attempts: each is written when it begins and once more when it ends.</summary>
internal sealed class AttemptRows(Database database)
{
    private const string Columns = "id, message, part, account, granted, recipients, scopes";

    private readonly Statement _insert = database.Prepare("""
        INSERT INTO attempt(id, message, part, account, granted, recipients, scopes, number, started_at) VALUES (?,?,?,?,?,?,?,?,?)
        """);

    private readonly Statement _open = database.Prepare(
        $"SELECT {Columns} FROM attempt WHERE message = ? AND id = ? AND ended_at IS NULL");

    private readonly Statement _allOpen = database.Prepare(
        $"SELECT {Columns} FROM attempt INDEXED BY attempt_open WHERE ended_at IS NULL ORDER BY message, id");

    private readonly Statement _end = database.Prepare("UPDATE attempt SET ended_at = ?, rewriting = ? WHERE message = ? AND id = ?");

    private readonly Statement _result = database.Prepare(
        "INSERT INTO attempt_result(message, attempt, recipient, outcome, reply, failure) VALUES (?,?,?,?,?,?)");

    private readonly Statement _unsure = database.Prepare($"""
        SELECT r.recipient FROM attempt a JOIN attempt_result r ON r.message = a.message AND r.attempt = a.id
        WHERE a.message = ? AND a.part = ? AND r.outcome = {(int)Outcome.Unsure}
        """);

    public void Begin(OpenAttempt attempt, int number, DateTimeOffset at) =>
        _insert.Set(attempt.Id).Set(attempt.Message).Set(attempt.Part).Set(attempt.Account).Set(attempt.Granted)
            .Set(ListColumns.JoinNumbers(attempt.Recipients)).Set(ListColumns.Join(attempt.Scopes)).Set(number).Set(at).Run();

    public OpenAttempt? Find(long message, long id)
    {
        var attempt = _open.Set(message).Set(id).Next() ? Read(_open) : null;
        _open.Reset();
        return attempt;
    }

    public List<OpenAttempt> AllOpen()
    {
        var attempts = new List<OpenAttempt>();
        while (_allOpen.Next())
        {
            attempts.Add(Read(_allOpen));
        }

        return attempts;
    }

    /// <summary>Recipients of a part of whom an earlier attempt does not know whether they got the message.</summary>
    public HashSet<int> Unsure(long message, int part)
    {
        var unsure = new HashSet<int>();
        _unsure.Set(message).Set(part);
        while (_unsure.Next())
        {
            unsure.Add(_unsure.Int(0));
        }

        return unsure;
    }

    public void Result(OpenAttempt attempt, int recipient, Outcome outcome, string reply, FailurePoint? failure = null) =>
        _result.Set(attempt.Message).Set(attempt.Id).Set(recipient).Set((int)outcome).Set(reply).Set(failure?.ToString()).Run();

    public void End(OpenAttempt attempt, DateTimeOffset at, IReadOnlyList<string>? rewriting = null) =>
        _end.Set(at).Set(ListColumns.JoinLines(rewriting)).Set(attempt.Message).Set(attempt.Id).Run();

    private static OpenAttempt Read(Statement row) => new(
        row.Long(0),
        row.Long(1),
        row.Int(2),
        row.Text(3),
        row.Int(4),
        ListColumns.SplitNumbers(row.Text(5)),
        ListColumns.Split(row.Text(6)));
}
