using System.Net.Sockets;
using System.Text.Json;

namespace HveRelay.Operations.Control;

/// <summary>What is at the other end of a control socket.</summary>
internal enum ControlDoor
{
    Open,

    /// <summary>No socket, or one that a killed relay has left: no relay runs, or it could not make one.</summary>
    Nobody,

    /// <summary>A socket that this user may not open.</summary>
    Denied,
}

/// <summary>The relay could not be asked, or could not do it. The message is a sentence for the operator.</summary>
internal sealed class ControlException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The verbs' end of the control socket.</summary>
internal sealed class ControlClient : IDisposable
{
    /// <summary>A change of many messages on a slow disk.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _path;
    private readonly HttpClient _http;

    public ControlClient(string directory)
    {
        _path = ControlSocket.PathIn(directory);
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), cancel);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        })
        { BaseAddress = new Uri("http://control"), Timeout = Patience };
    }

    public static ControlDoor Knock(string directory)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(ControlSocket.PathIn(directory)));
            return ControlDoor.Open;
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode == SocketError.AccessDenied ? ControlDoor.Denied : ControlDoor.Nobody;
        }
        catch (ArgumentOutOfRangeException)
        {
            // The path is too long for a socket.
            return ControlDoor.Nobody;
        }
    }

    /// <exception cref="ControlException">It did not happen, or nobody knows whether it did.</exception>
    public Task<IReadOnlyList<ChangeAnswer>> ChangeAsync(ChangeOrder order, CancellationToken cancel) =>
        AskAsync<ChangeAnswer>(() => _http.PostAsJsonAsync(ControlApi.ChangePath, order, ControlJson.Options, cancel), cancel);

    /// <exception cref="ControlException">It did not happen, or nobody knows whether it did.</exception>
    public Task<IReadOnlyList<AccountChange>> ChangeAsync(AccountOrder order, CancellationToken cancel) =>
        AskAsync<AccountChange>(() => _http.PostAsJsonAsync(AccountApi.Path, order, ControlJson.Options, cancel), cancel);

    /// <exception cref="ControlException">The relay did not answer.</exception>
    public Task<IReadOnlyList<AccountAnswer>> AccountsAsync(CancellationToken cancel) =>
        AskAsync<AccountAnswer>(() => _http.GetAsync(new Uri(AccountApi.Path, UriKind.Relative), cancel), cancel);

    public void Dispose() => _http.Dispose();

    private async Task<IReadOnlyList<T>> AskAsync<T>(Func<Task<HttpResponseMessage>> ask, CancellationToken cancel)
    {
        try
        {
            using var response = await ask();
            if (response.IsSuccessStatusCode)
            {
                return await response.Content.ReadFromJsonAsync<T[]>(ControlJson.Options, cancel) ?? [];
            }

            var trouble = await response.Content.ReadFromJsonAsync<ControlTrouble>(ControlJson.Options, cancel);
            throw new ControlException($"the relay could not do it: {trouble?.Error}");
        }
        catch (Exception broke) when (broke is HttpRequestException or IOException or JsonException or TaskCanceledException)
        {
            throw new ControlException($"the relay did not answer on {_path}, look whether it was done: {broke.Message}", broke);
        }
    }
}
