namespace HveRelay.Delivery;

/// <summary>
/// How many connections an account may use at once: half as many each time the next hop asks for less, one more after each while in
/// which all goes well. Pure, with the time handed in; times count from a beginning of the caller's.
/// </summary>
/// <param name="Most">Of the configuration.</param>
/// <param name="Allowed">From 1 to <paramref name="Most"/>.</param>
/// <param name="Since">When it changed last.</param>
internal readonly record struct ConnectionAllowance(int Most, int Allowed, TimeSpan Since)
{
    /// <summary>What was under way together is told off together, and that counts once.</summary>
    public static readonly TimeSpan Together = TimeSpan.FromSeconds(1);

    /// <summary>As long as nobody complains, there is one more after each.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    public static ConnectionAllowance Full(int most) => new(most, most, -Step);

    /// <summary>The next hop asks for less.</summary>
    public ConnectionAllowance Less(TimeSpan now) =>
        IsTold(now) ? this : this with { Allowed = Math.Max(1, Allowed / 2), Since = now };

    /// <summary>A transaction went well.</summary>
    public ConnectionAllowance More(TimeSpan now) =>
        Allowed == Most || now - Since < Step ? this : this with { Allowed = Allowed + 1, Since = now };

    /// <summary>There was something to give: at one connection that does not go, and fewer messages must do.</summary>
    public bool GivesWay(TimeSpan now) => Allowed > 1 || IsTold(now);

    private bool IsTold(TimeSpan now) => Since >= TimeSpan.Zero && Allowed < Most && now - Since < Together;
}
