using System.Text.Json.Nodes;
using HveRelay.Simulator;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Program;

/// <summary>The built program and an account with OAuth.</summary>
public sealed class OAuthTests
{
    private const string Library = "Microsoft.Identity.Client.dll";

    [Fact]
    public async Task The_program_relays_with_a_token_and_writes_neither_it_nor_the_secret_anywhere()
    {
        await using var authority = await TokenAuthority.StartAsync();
        await using var story = await ProgramStory.BeginAsync(configuration => UseOAuth(configuration, authority));
        var tokens = new List<string>();
        authority.Issued = token =>
        {
            tokens.Add(token);
            story.Hve!.Accept(ProgramStory.Account, new BearerToken(token));
        };
        await File.AppendAllTextAsync(Path.Combine(story.Directory, "hve.pem"), "\n" + authority.CertificatePem, TestContext.Current.CancellationToken);
        var daemon = await story.StartAsync();
        Assert.False(HasLoaded(daemon, Library));

        await SendAsync(story);
        await daemon.SaysAsync(line => line.Contains(" INF relayed ", StringComparison.Ordinal));

        Assert.True(HasLoaded(daemon, Library));
        daemon.Terminate();
        await daemon.EndAsync();
        var token = Assert.Single(tokens);
        var written = Directory.EnumerateFiles(story.DataDirectory, "*", SearchOption.AllDirectories).Select(File.ReadAllBytes).ToList();
        Assert.NotEmpty(written);
        Assert.All(
            written.Select(System.Text.Encoding.Latin1.GetString).Concat(daemon.Lines),
            text => Assert.False(
                text.Contains(token[..40], StringComparison.Ordinal) || text.Contains(TokenAuthority.Secret, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Who_has_passwords_alone_never_loads_the_library()
    {
        await using var story = await ProgramStory.BeginAsync();
        var daemon = await story.StartAsync();

        await SendAsync(story);
        await daemon.SaysAsync(line => line.Contains(" INF relayed ", StringComparison.Ordinal));

        Assert.False(HasLoaded(daemon, Library));
    }

    private static void UseOAuth(JsonNode configuration, TokenAuthority authority) =>
        configuration["Hve"]!["Accounts"] = new JsonArray(new JsonObject
        {
            ["Address"] = ProgramStory.Account,
            ["OAuth"] = new JsonObject
            {
                ["TenantId"] = TokenAuthority.Tenant,
                ["ClientId"] = TokenAuthority.ClientId,
                ["ClientSecret"] = TokenAuthority.Secret,
                ["Authority"] = authority.Address,
            },
        });

    private static async Task SendAsync(ProgramStory story)
    {
        await using var device = await RawSmtp.GreetAsync(story.SmtpPort);
        Assert.StartsWith(
            "250 ", await device.SendMessageAsync("scanner-3@contoso.com", ["you@contoso.com"], "Subject: scan\r\n\r\nhello\r\n"), StringComparison.Ordinal);
    }

    /// <summary>Whether the process has the file mapped.</summary>
    private static bool HasLoaded(ChildProcess process, string file)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc");
        return File.ReadLines($"/proc/{process.Id}/maps").Any(line => line.EndsWith("/" + file, StringComparison.Ordinal));
    }
}
