using System.Net;
using System.Net.Sockets;
using HveRelay.Simulator;

namespace HveRelay.Operations.Verbs;

/// <summary>
/// The simulator's remote control: HTTP on loopback, faults as text in and JSON out. For laboratories and scripts; nobody logs in, so it
/// is never bound elsewhere.
/// </summary>
internal static class SimulatorControl
{
    /// <summary>Messages that <c>/messages</c> has, the newest.</summary>
    public const int Remembered = 1000;

    private const string Help = """
        GET    /faults     the faults in force
        POST   /faults     adds those in the body, one a line, as --fault takes them
        PUT    /faults     these instead of all others
        DELETE /faults     none any more; what stalls goes on
        GET    /presets    faults with a name
        GET    /counters   connections, messages, recipients, refusals for a limit, commands, stalled sessions
        GET    /messages   what was taken, the newest 1000, without bodies

        """;

    private static readonly (string Method, string Path, Func<HveSimulator, HttpContext, Task> Answer)[] Table =
    [
        ("GET", "/", (_, http) => http.Response.WriteAsync(Help)),
        ("GET", "/faults", (simulator, http) => FaultsAsync(simulator, http)),
        ("POST", "/faults", (simulator, http) => ChangeAsync(simulator, http, replace: false)),
        ("PUT", "/faults", (simulator, http) => ChangeAsync(simulator, http, replace: true)),
        ("DELETE", "/faults", (simulator, http) =>
        {
            simulator.Faults.Clear();
            simulator.Faults.Release();
            return FaultsAsync(simulator, http);
        }),
        ("GET", "/presets", (_, http) => JsonAsync(http, FaultPresets.All.Select(preset => new { preset.Name, fault = preset.Fault.ToString(), preset.Meaning }))),
        ("GET", "/counters", (simulator, http) => JsonAsync(http, new { simulator.Counters, simulator.Faults.Stalled })),
        ("GET", "/messages", (simulator, http) => JsonAsync(http, simulator.Messages.Select(Told))),
    ];

    /// <exception cref="RelayStartException">The port is taken.</exception>
    public static async Task<WebApplication> StartAsync(HveSimulator simulator, int port, CancellationToken cancel)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "hverelay-simulator" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        app.Run(http => AnswerAsync(simulator, http));
        try
        {
            await app.StartAsync(cancel);
            return app;
        }
        catch (Exception taken) when (taken is IOException or SocketException)
        {
            await app.DisposeAsync();
            throw new RelayStartException("--control", $"cannot listen on 127.0.0.1:{port}: {taken.Message}", taken);
        }
    }

    private static Task AnswerAsync(HveSimulator simulator, HttpContext http)
    {
        var row = Array.Find(Table, each => each.Path == http.Request.Path.Value && each.Method == http.Request.Method);
        if (row.Answer is not null)
        {
            return row.Answer(simulator, http);
        }

        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return http.Response.WriteAsync(Help);
    }

    private static async Task ChangeAsync(HveSimulator simulator, HttpContext http, bool replace)
    {
        using var reader = new StreamReader(http.Request.Body);
        var faults = new List<Fault>();
        foreach (var line in (await reader.ReadToEndAsync(http.RequestAborted)).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Fault.TryParse(line, out var fault, out var error))
            {
                // All or none: a script that mistyped one fault must not run with half of them.
                http.Response.StatusCode = StatusCodes.Status400BadRequest;
                await http.Response.WriteAsync($"{line}: {error}\n");
                return;
            }

            faults.Add(fault);
        }

        if (replace)
        {
            simulator.Faults.Clear();
        }

        faults.ForEach(simulator.Faults.Add);
        await FaultsAsync(simulator, http);
    }

    private static Task FaultsAsync(HveSimulator simulator, HttpContext http) =>
        JsonAsync(http, simulator.Faults.Active.Select(fault => fault.ToString()));

    private static object Told(RecordedMessage message) => new
    {
        message.Id,
        message.Account,
        from = message.ReversePath,
        to = message.Recipients,
        message.HeaderFrom,
        size = message.Length,
        message.Sha256,
        at = message.ReceivedAt,
        message.Connection,
        message.Answered,
        message.Notes,
    };

    private static Task JsonAsync(HttpContext http, object value)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        return http.Response.WriteAsync(JsonText.Of(value) + "\n");
    }
}
