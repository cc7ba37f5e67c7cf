using System.CommandLine;

namespace HveRelay.Operations.Verbs;

/// <summary><c>health</c>: asks a running relay whether it is ready, for containers, which have no curl.</summary>
internal static class HealthVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var command = new Command("health", "Asks the running relay for /healthz/ready: 0 ready, 1 not");
        command.SetAction(Verb.WithConfiguration(async (parsed, loaded, cancel) =>
        {
            var web = loaded.Options.Web;
            if (web.Port == 0)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync("Web.Port: is 0, so there is nothing to ask");
                return ExitStatus.Wrong;
            }

            var target = PortProbe.Target(web.Address, web.Port);
            // By no proxy of the environment: that is for the way out, and knows nothing of this machine.
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
            try
            {
                using var response = await http.GetAsync(new Uri($"http://{target}/healthz/ready"), cancel);
                await parsed.InvocationConfiguration.Output.WriteAsync(await response.Content.ReadAsStringAsync(cancel));
                return response.IsSuccessStatusCode ? ExitStatus.Done : ExitStatus.No;
            }
            catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"no answer from {target}: {silent.InnerException?.Message ?? silent.Message}");
                return ExitStatus.No;
            }
        }));
        return command;
    }
}
