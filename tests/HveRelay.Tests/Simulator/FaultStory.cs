using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Simulator;

/// <summary>Stories about one stage of a session: the way there, and through it.</summary>
public abstract class FaultStory : SimulatorStory
{
    /// <summary>A client that has done everything before the stage.</summary>
    protected async Task<RawSmtp> ReachAsync(FaultStage stage)
    {
        switch (stage)
        {
            case FaultStage.Connect or FaultStage.Greeting:
                return null!;    // it connects in the stage itself
            case FaultStage.Ehlo:
                var fresh = await RawSmtp.ConnectAsync(Simulator.Port);
                await fresh.ReadReplyAsync();
                return fresh;
            case FaultStage.StartTls:
                return await RawSmtp.GreetAsync(Simulator.Port);
            case FaultStage.Auth:
                return await RawSmtp.GreetAsync(Simulator.Port, Simulator.CertificatePem);
        }

        var client = await LogInAsync();
        var commands = new[] { $"MAIL FROM:<{Account}>", $"RCPT TO:<{Bob}>", "DATA" };
        foreach (var command in commands.Take(stage switch { FaultStage.Mail => 0, FaultStage.Rcpt => 1, FaultStage.Data or FaultStage.Content => 2, _ => 3 }))
        {
            await client.CommandAsync(command);
        }

        return client;
    }

    /// <summary>Goes through the stage; the answer is the last reply.</summary>
    protected async Task<string> PassAsync(RawSmtp? client, FaultStage stage)
    {
        switch (stage)
        {
            case FaultStage.Connect or FaultStage.Greeting:
                await using (var fresh = await RawSmtp.ConnectAsync(Simulator.Port))
                {
                    return await fresh.ReadReplyAsync();
                }

            case FaultStage.Ehlo:
                return await client!.CommandAsync("EHLO relay.contoso.com");
            case FaultStage.StartTls:
                return await client!.CommandAsync("STARTTLS");
            case FaultStage.Auth:
                return await client!.LoginAsync(Account, Password);
            case FaultStage.Mail:
                return await client!.CommandAsync($"MAIL FROM:<{Account}>");
            case FaultStage.Rcpt:
                return await client!.CommandAsync($"RCPT TO:<{Bob}>");
            case FaultStage.Data:
                return await client!.CommandAsync("DATA");
            case FaultStage.Content:
                await client!.CommandAsync("DATA");
                return await client.CommandAsync(Content() + ".");
            default:
                return await client!.CommandAsync(Content() + ".");
        }
    }
}
