namespace HveRelay.Simulator;

/// <summary>Doing wrong on request.</summary>
internal sealed partial class Session
{
    private ValueTask<bool> FaultedAsync(FaultStage stage) => FaultedAsync(stage, []);

    private ValueTask<bool> FaultedAsync(FaultStage stage, IReadOnlyList<string> recipients) =>
        ActAsync(_server.Faults.Take(stage, _account, recipients));

    /// <summary>True: the fault stands for the answer, and the command has no effect. False: go on as usual.</summary>
    private async ValueTask<bool> ActAsync(Fault? fault)
    {
        if (fault is null)
        {
            return false;
        }

        Announce(fault);
        switch (fault.Action)
        {
            case FaultAction.Reply:
                SayVerbatim(string.Join("\r\n", fault.Text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n')));
                _turnedAway |= fault.Stage == FaultStage.Greeting && fault.Text[0] != '2';
                _ending = fault.Stage == FaultStage.Connect || fault.Text.StartsWith("421", StringComparison.Ordinal) ? Ending.Close : Ending.None;
                return true;
            case FaultAction.Close:
                _ending = Ending.Close;
                return true;
            case FaultAction.Reset:
                _ending = Ending.Reset;
                return true;
            case FaultAction.Garbage:
                _wire.Write("\0\x1F\x8B\b%PDF \r\rno reply at all\n\r\n"u8);
                return true;
            case FaultAction.Stall:
                await _wire.FlushAsync();
                var stays = await _server.Faults.StallAsync(release => HoldAsync(fault.Stage, release));
                _ending = stays ? Ending.None : Ending.Gone;
                return !stays;
            case FaultAction.Slow:
                await _wire.FlushAsync();
                _wire.Pace = fault.Pause;
                return false;
            default:
                return false;
        }
    }

    /// <summary>Before a handshake nothing may be read: it would be TLS's.</summary>
    private async ValueTask<bool> HoldAsync(FaultStage stage, Task release)
    {
        if (_wire.Tls is not null || stage is not (FaultStage.StartTls or FaultStage.Connect))
        {
            return await _wire.HoldAsync(release);
        }

        await Task.WhenAny(release, _wire.ClientStirsAsync()).WaitAsync(_server.Stopped);
        return release.IsCompleted;
    }

    private void Announce(Fault fault)
    {
        _transcript.Event($"fault {FaultGrammar.NameOf(fault.Stage)} {fault.Action}");
        _server.Report.Faulted(Number, fault);
    }
}
