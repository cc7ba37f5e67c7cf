using System.Text;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace HveRelay.Operations.Log;

/// <summary>Writes lines to a stream, as UTF-8.</summary>
internal sealed class StreamSink(ITextFormatter formatter, Stream to) : ILogEventSink, IDisposable
{
    private readonly StreamWriter _writer = new(to, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };

    public void Emit(LogEvent logEvent) => formatter.Format(logEvent, _writer);

    public void Dispose() => _writer.Dispose();
}
