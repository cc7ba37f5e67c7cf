using HveRelay.Queue;

namespace HveRelay.Stores.Sqlite;

/// <summary>Writes down which accounts are paused.</summary>
internal sealed class AccountPausing(Database database)
{
    private readonly Statement _pause = database.Prepare("INSERT OR REPLACE INTO pause(account, at, operator, reason) VALUES (?,?,?,?)");
    private readonly Statement _resume = database.Prepare("DELETE FROM pause WHERE account = ?");

    public bool Set(string account, AccountPause? pause)
    {
        var name = account.ToLowerInvariant();
        return (pause is null ? _resume.Set(name) : _pause.Set(name).Set(pause.At).Set(pause.By).Set(pause.Reason)).Run() > 0;
    }
}
