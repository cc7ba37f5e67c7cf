using System.Net;
using System.Net.Sockets;

namespace HveRelay.Simulator;

/// <summary>
/// The stand-in for Microsoft 365 High Volume Email: an SMTP server that keeps HVE's rules as far as they are known, records
/// what it takes, and does wrong what it is asked to. It shares no code with the relay, so that it cannot share its mistakes.
/// </summary>
/// <remarks>All members may be used from any thread.</remarks>
public sealed class HveSimulator : IAsyncDisposable
{
    private readonly ServerState _state;
    private readonly TcpListener _listener;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, (Session Session, Task Run)> _sessions = [];
    private readonly Task _accepting;
    private int _disposed;

    private HveSimulator(ServerState state, TcpListener listener)
    {
        _state = state;
        _listener = listener;
        CertificatePem = state.Certificate.ExportCertificatePem();
        EndPoint = (IPEndPoint)listener.LocalEndpoint;
        _accepting = Task.Run(AcceptAsync);
    }

    public IPEndPoint EndPoint { get; }

    public int Port => EndPoint.Port;

    /// <summary>For clients that are to trust exactly this simulator. Names: localhost, 127.0.0.1, ::1, smtp.hve.mx.microsoft.</summary>
    public string CertificatePem { get; }

    public FaultPlan Faults => _state.Faults;

    /// <summary>Those accepted, in the order of their replies, as far as the record limit remembers.</summary>
    public IReadOnlyList<RecordedMessage> Messages => _state.Messages.Snapshot();

    /// <summary>How many messages were accepted, remembered or not.</summary>
    public long Recorded => _state.Tally.Messages;

    public SimulatorCounters Counters => _state.Tally.Snapshot();

    /// <summary>The dialogues of the last 1,000 connections, in the order of their arrival.</summary>
    public IReadOnlyList<ConnectionTranscript> Transcripts => _state.Transcripts.Snapshot();

    /// <summary>What a careful server dislikes about its clients: <c>connection 3: …</c>. A flawless client leaves none.</summary>
    public IReadOnlyList<string> Notes =>
        [.. Transcripts.SelectMany(transcript => transcript.Notes.Select(note => $"connection {transcript.Connection}: {note}"))];

    /// <exception cref="SocketException">The port is taken.</exception>
    public static Task<HveSimulator> StartAsync(SimulatorOptions options, TimeProvider clock)
    {
        var listener = new TcpListener(options.Address, options.Port);
        listener.Start(backlog: 512);
        return Task.FromResult(new HveSimulator(new ServerState(options, clock), listener));
    }

    /// <summary>From now on that account may log in with the token too, as when an identity platform has just issued it.</summary>
    public void Accept(string address, BearerToken token) => _state.Accounts.Accept(address, token);

    /// <summary>Ends once so many messages have been accepted since the start; the answer is those remembered.</summary>
    public async Task<IReadOnlyList<RecordedMessage>> WaitForMessagesAsync(long count, CancellationToken cancel)
    {
        await WaitUntilAsync(simulator => simulator.Recorded >= count, cancel);
        return Messages;
    }

    /// <summary>Ends once the condition holds; it is looked at after each connection, command, message, note and stall.</summary>
    public Task WaitUntilAsync(Func<HveSimulator, bool> condition, CancellationToken cancel) =>
        _state.Pulse.UntilAsync(() => condition(this), cancel);

    /// <summary>Stops listening, cuts all connections, ends all stalls, and waits for everything to have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _state.Stop();
        _listener.Stop();
        await _accepting;
        (Session Session, Task Run)[] left;
        lock (_gate)
        {
            left = [.. _sessions.Values];
        }

        Array.ForEach(left, each => each.Session.Abort());

        // A session that ended by a mistake of the simulator says so here.
        await Task.WhenAll(left.Select(each => each.Run));
        _listener.Dispose();
        _state.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_state.Stopped.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync(_state.Stopped);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The client left before it was accepted, or we stop: the loop's condition knows.
                continue;
            }

            var session = new Session(socket, _state);
            lock (_gate)
            {
                _sessions[session.Number] = (session, Task.Run(() => RunAsync(session)));
            }
        }
    }

    private async Task RunAsync(Session session)
    {
        await using (session)
        {
            await session.RunAsync();
        }

        lock (_gate)
        {
            _sessions.Remove(session.Number);
        }
    }
}
