using System.Globalization;

namespace HveRelay.Smtp.Server;

// BDAT (RFC 3030 section 2). The rules:
//   1. The octets behind the command are read in any case, also where it is refused: they must never be taken for commands. Where
//      their number cannot be read nobody knows what is a command, and the session ends.
//   2. A chunk that fails fails its transaction: the chunks behind it, which a client may have sent already, get the same reply.
//   3. What came is treated as by DATA, dots aside. BINARYMIME is not offered.

/// <content>The content in chunks.</content>
public sealed partial class SmtpSession
{
    /// <summary>The reply to a chunk that failed, and to those of its transaction that follow.</summary>
    private Reply? _chunkFailure;

    private async ValueTask ChunkAsync(string argument, CancellationToken cancel)
    {
        if (Chunk.Parse(argument) is not { } chunk)
        {
            Close(Refused(SmtpReplies.BadBdat(_options.HostName), "syntax"), SessionEnd.Refused);
            return;
        }

        var wrongOrder = SessionStates.Refusal(SmtpVerb.Bdat, _state);
        var earlier = _chunkFailure;
        var inTransaction = wrongOrder is null && _state != SessionState.Refused;
        if (inTransaction && _state == SessionState.Rcpt)
        {
            await BeginChunksAsync(cancel);
        }

        if (!await ReadChunkAsync(chunk.Octets, inTransaction && _chunkFailure is null ? _content : null, cancel))
        {
            return;
        }

        if (wrongOrder is not null)
        {
            RefuseOrder(wrongOrder);
        }
        else if (!inTransaction)
        {
            // As to DATA; one error of the client, however many chunks it sends.
            Answer(SmtpReplies.NoRecipients, isError: chunk.IsLast);
        }
        else
        {
            await AnswerChunkAsync(chunk, isOldFailure: earlier is not null, cancel);
        }
    }

    private async ValueTask BeginChunksAsync(CancellationToken cancel)
    {
        var (sink, refusal) = await _service.DataAsync(Info, cancel);
        _state = SessionState.Chunks;
        _content = sink is null ? null : new IncomingContent(sink, new DataReader(_service.NewlineMode, chunked: true), _service.MaxMessageBytes);
        _chunkFailure = refusal;
    }

    private async ValueTask AnswerChunkAsync(Chunk chunk, bool isOldFailure, CancellationToken cancel)
    {
        if (_chunkFailure is null && chunk.IsLast)
        {
            await FinishAsync(_content!, cancel);
            return;
        }

        if (_chunkFailure is null && _content!.IsTooLarge)
        {
            _chunkFailure = Refused(SizeWords.TooLarge(_service.MaxMessageBytes), "size");
        }

        if (_chunkFailure is null)
        {
            // Content is no idle talk; an empty chunk is.
            _idleCommands -= chunk.Octets > 0 ? 1 : 0;
            _transport.Write(SmtpReplies.ChunkTaken(chunk.Octets));
            return;
        }

        Answer(_chunkFailure, isError: !isOldFailure);
        if (chunk.IsLast)
        {
            await ResetAsync();
        }
    }

    /// <summary>Reads so many octets into the content, or throws them away. False where the client went away or fell silent.</summary>
    private async ValueTask<bool> ReadChunkAsync(long octets, IncomingContent? content, CancellationToken cancel)
    {
        while (octets > 0)
        {
            if (_transport.Buffer.IsEmpty)
            {
                await WaitAsync(_options.DataTimeout, mayStop: false);
                if (_end is not null)
                {
                    return false;
                }
            }

            var come = _transport.Buffer;
            come = come.Length > octets ? come.Slice(0, octets) : come;
            var read = come.Length;
            if (content is not null)
            {
                content.Read(come, out read);
                Info.Quirks |= await content.HandOnAsync(_eightBit, cancel);
            }

            _transport.Consume(read);
            octets -= read;
        }

        return true;
    }

    /// <param name="Octets">What follows the command.</param>
    /// <param name="IsLast">The message ends with it.</param>
    internal readonly record struct Chunk(long Octets, bool IsLast)
    {
        /// <summary>The argument of BDAT; null where it is none.</summary>
        public static Chunk? Parse(string argument)
        {
            var words = argument.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var isLast = words.Length == 2 && words[1].Equals("LAST", StringComparison.OrdinalIgnoreCase);
            return (words.Length == 1 || isLast) && long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var octets)
                ? new Chunk(octets, isLast)
                : null;
        }
    }
}
