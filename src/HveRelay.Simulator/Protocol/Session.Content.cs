namespace HveRelay.Simulator;

/// <summary>DATA and BDAT: the octets of a message.</summary>
internal sealed partial class Session
{
    private async ValueTask DataAsync(string argument)
    {
        var transaction = _transaction!;
        if (argument.Length > 0)
        {
            await RefuseAsync(HveReplies.InvalidArguments);
            return;
        }

        if (transaction.Content is not null)
        {
            await RefuseAsync(HveReplies.BadSequence);    // RFC 3030 section 2: BDAT and DATA do not mix
            return;
        }

        if (await FaultedAsync(FaultStage.Data, transaction.Recipients))
        {
            return;
        }

        Say(HveReplies.StartInput);
        transaction.Content = NewContent();
        if (await ReceiveAsync(transaction, transaction.Content))
        {
            await FinishAsync(transaction, transaction.Content);
        }
    }

    /// <summary>False: the connection ended before the final dot.</summary>
    private async ValueTask<bool> ReceiveAsync(Transaction transaction, ContentSink content)
    {
        var reader = new DotReader(content);
        var fault = _server.Faults.Take(FaultStage.Content, _account, transaction.Recipients);
        var pause = TimeSpan.Zero;
        while (true)
        {
            if (fault is not null && content.Length >= fault.After)
            {
                pause = fault.Action == FaultAction.Slow ? fault.Pause : pause;
                if (await ActAsync(fault))
                {
                    _ending = _ending == Ending.None && fault.Action == FaultAction.Reply ? Ending.Close : _ending;
                }

                _wire.Pace = null;
                fault = null;
                if (_ending != Ending.None)
                {
                    return false;
                }
            }

            var room = fault is null ? _wire.Buffered.Length : (int)Math.Min(_wire.Buffered.Length, fault.After - content.Length);
            var ended = reader.Take(_wire.Buffered[..room], out var consumed);
            _wire.Consume(consumed);
            if (ended)
            {
                _transcript.FromClient($"({content.Length} octets of content and the final dot)");
                transaction.Notes.AddRange(reader.SawLoneDot ? ["A line begins with a dot that was not doubled"] : []);
                return true;
            }

            if (!_wire.Buffered.IsEmpty)
            {
                continue;
            }

            if (pause > TimeSpan.Zero)
            {
                await _wire.FlushAsync();
                await Task.Delay(pause, _server.Clock, _server.Stopped);
            }

            if (!await _wire.FillAsync())
            {
                _transcript.FromClient($"({content.Length} octets of content without the final dot)");
                PartWithoutQuit();
                return false;
            }
        }
    }

    /// <summary>RFC 3030 section 2. The octets follow whatever the answer is.</summary>
    private async ValueTask BdatAsync(string argument)
    {
        var (octets, last) = CommandText.Split(argument);
        if (!Offers("CHUNKING") || CommandText.Octets(octets) is not { } left || last is not ("" or "LAST" or "last"))
        {
            // How many octets follow cannot be known: the connection is of no use any more.
            await RefuseAsync(Offers("CHUNKING") ? HveReplies.InvalidArguments : HveReplies.NotImplemented);
            _ending = Ending.Close;
            return;
        }

        var content = _transaction?.Content;
        if (content is null)
        {
            _ = _hash.GetHashAndReset();    // what a transaction that was given up has left
            content = NewContent();
            _transaction?.Content = content;
        }

        while (left > 0)
        {
            var some = (int)Math.Min(left, _wire.Buffered.Length);
            content.Write(_wire.Buffered[..some]);
            _wire.Consume(some);
            left -= some;
            if (left > 0 && !await _wire.FillAsync())
            {
                PartWithoutQuit();
                return;
            }
        }

        if (Missing(Needs.Recipient) is { } missing)
        {
            await RefuseAsync(missing);
        }
        else if (!await FaultedAsync(FaultStage.Data, _transaction!.Recipients))
        {
            await (last.Length > 0 ? FinishAsync(_transaction, content) : SayAsync(HveReplies.Ok));
        }
    }

    private ContentSink NewContent() => new(_hash, _options.KeepContent, _options.MaxMessageBytes);
}
