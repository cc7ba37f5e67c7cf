using System.Net;
using HveRelay.Configuration;
using HveRelay.Smtp;
using HveRelay.Smtp.Server;
using Microsoft.AspNetCore.Connections;

namespace HveRelay.Intake;

/// <summary>Runs the sessions of one listener on Kestrel's connections.</summary>
internal sealed class SmtpListener(
    ListenerOptions listener, SmtpSessionOptions options, IntakeContext context, SessionRegistry sessions)
{
    internal static readonly TimeSpan HearingOut = TimeSpan.FromSeconds(5);

    /// <summary>Octets behind the end of a session. Who sends more is not one that will read.</summary>
    private const long MostHeardOut = 1024 * 1024;

    /// <summary>Clients heard out at once. They hold no place any more; without a bound those sent away could fill the relay.</summary>
    internal const int MostListenedTo = 100;

    private readonly ProxyDoor _door = new(listener, context.Clock);
    private int _listenedTo;

    public async Task RunAsync(ConnectionContext connection)
    {
        var remote = connection.RemoteEndPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0);
        try
        {
            var (client, failure) = await _door.IdentifyAsync(remote, connection.Transport.Input);
            if (client is null)
            {
                await RefuseAsync(connection, remote, IntakeReplies.BadProxy(context.HostName, failure!));
                return;
            }

            remote = client;
        }
        catch (Exception lost) when (lost is ConnectionAbortedException or ConnectionResetException or ObjectDisposedException)
        {
            // It went away before it said who is there.
            return;
        }

        var info = new SessionInfo(remote.Address, remote.Port, listener.Name);
        var entered = sessions.TryEnter(listener, info.Address);
        if (!entered && options.Tls == TlsPolicy.Implicit)
        {
            // It could not read a reply before a handshake, and whoever waits in one takes a place.
            new IntakeSession(context, refusal: null).Refused(info, "connections", IntakeReplies.TooManyConnections(context.HostName));
            return;
        }

        var service = entered
            ? new IntakeSession(context, refusal: null, () => sessions.Leave(listener, info.Address))
            : new IntakeSession(context, IntakeReplies.TooManyConnections(context.HostName));
        try
        {
            var end = await RunAsync(new SmtpSession(info, connection.Transport, options, service, context.Clock));
            await HangUpAsync(connection, hearsOut: end is SessionEnd.Refused or SessionEnd.TooManyErrors or SessionEnd.TlsFailed);
        }
        catch (Exception lost) when (lost is OperationCanceledException or ConnectionAbortedException or ConnectionResetException or ObjectDisposedException)
        {
            // The client went away. What it had been promised is in the queue, and nothing else was.
        }
        catch (Exception unexpected)
        {
            context.Logger.LogError(unexpected, "The session of {Address} broke", info.Address);
        }
        finally
        {
            service.Ended(info);
        }
    }

    /// <summary>A proxy without a header. Where TLS comes first it could not read a reply.</summary>
    private async Task RefuseAsync(ConnectionContext connection, IPEndPoint proxy, Reply reply)
    {
        new IntakeSession(context, refusal: null).Refused(new SessionInfo(proxy.Address, proxy.Port, listener.Name), "proxy", reply);
        if (options.Tls != TlsPolicy.Implicit)
        {
            reply.WriteTo(connection.Transport.Output);
            await connection.Transport.Output.FlushAsync();
        }

        await HangUpAsync(connection, hearsOut: true);
    }

    private async Task<SessionEnd> RunAsync(SmtpSession session)
    {
        await using (session)
        {
            sessions.Add(session, listener);
            try
            {
                // Not with ConnectionClosed, which is cancelled as soon as the client has sent its FIN: what came before is still read.
                return await session.RunAsync(CancellationToken.None);
            }
            finally
            {
                sessions.Remove(session);
            }
        }
    }

    /// <summary>
    /// Says that nothing more comes. A client that was sent away is heard out for a while: it may be sending still, and to close upon
    /// octets that nobody read would reset the connection, and take the last reply from a client that has not read it yet.
    /// </summary>
    private async Task HangUpAsync(ConnectionContext connection, bool hearsOut)
    {
        await connection.Transport.Output.CompleteAsync();
        if (!hearsOut)
        {
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _listenedTo) <= MostListenedTo)
            {
                await HearOutAsync(connection);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _listenedTo);
        }
    }

    private async Task HearOutAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        using var limit = new CancellationTokenSource(HearingOut, context.Clock);
        await using var wake = limit.Token.Register(input.CancelPendingRead);
        for (var heard = 0L; heard < MostHeardOut;)
        {
            var read = await input.ReadAsync();
            heard += read.Buffer.Length;
            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }

            if (read.IsCanceled)
            {
                break;
            }
        }

        connection.Abort();
    }
}
