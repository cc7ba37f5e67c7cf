namespace HveRelay.Simulator;

/// <summary>How the session speaks: to its client, and about it.</summary>
internal sealed partial class Session
{
    /// <summary>A server that does not offer ENHANCEDSTATUSCODES does not use them.</summary>
    private void Say(string reply)
    {
        if (reply.Length > 9 && reply[0] != '3' && !_enhanced && char.IsAsciiDigit(reply[4]) && reply[5] == '.')
        {
            reply = reply[..4] + reply[(reply.IndexOf(' ', 4) + 1)..];
        }

        SayVerbatim(reply);
    }

    private void SayVerbatim(string reply)
    {
        _transcript.FromServer(reply);
        _wire.Write(reply);
        _wire.Write("\r\n"u8);
    }

    private ValueTask SayAsync(string reply)
    {
        Say(reply);
        return ValueTask.CompletedTask;
    }

    private ValueTask RefuseAsync(string reply, string? to = null)
    {
        _server.Report.Refused(Number, _stage, reply, _account, to);
        return SayAsync(reply);
    }

    private ValueTask RefuseForLimitAsync(string reply, string? to = null)
    {
        _server.Tally.LimitRefusal();
        return RefuseAsync(reply, to);
    }

    private void Note(string sentence)
    {
        _transcript.Note(sentence);
        _server.Report.Noted(Number, sentence);
        _server.Pulse.Beat();
    }
}
