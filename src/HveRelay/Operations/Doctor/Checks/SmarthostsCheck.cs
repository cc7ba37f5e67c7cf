using HveRelay.Configuration;
using HveRelay.Delivery;
using HveRelay.Upstream;
using HveRelay.Upstream.Tokens;

namespace HveRelay.Operations.Doctor.Checks;

/// <summary>
/// Each smarthost by itself: name, port, TLS, login, and MAIL FROM where it has a sender of its own. Reset before RCPT: nothing is sent.
/// </summary>
internal static class SmarthostsCheck
{
    public static async Task<Finding> RunAsync(Examination examination, CancellationToken cancel)
    {
        var options = examination.Options;
        using var tokens = AccountTokens.For(options, examination.Clock);
        var upstream = new HveUpstream(options, examination.Clock, tokens, Examination.Patience) { Dialer = examination.Dialer };
        Finding? first = null;
        var seen = new List<string>();
        foreach (var smarthost in options.Smarthosts)
        {
            if (await WrongAsync(examination, upstream, smarthost, cancel) is { } wrong)
            {
                first ??= wrong;
            }
            else
            {
                seen.Add(smarthost.Name);
            }
        }

        return first is null ? Finding.Ok(seen.Count == 0 ? "none is configured" : $"{string.Join(", ", seen)}: connected, with {Means(options.Smarthosts)}")
            : seen.Count == 0 ? first
            : first with { Words = $"{first.Words}; {seen.Count} of {options.Smarthosts.Count} can be used" };
    }

    private static async Task<Finding?> WrongAsync(Examination examination, HveUpstream upstream, SmarthostOptions smarthost, CancellationToken cancel)
    {
        var replies = ReplyTable.From(smarthost);
        switch (await upstream.ConnectAsync(smarthost.Name, cancel))
        {
            case ConnectResult.Failed failed:
                return Finding.Of(replies, failed.Failure, $"{smarthost.Name} at {smarthost.Host}: ");
            case ConnectResult.Connected { Connection: UpstreamConnection connection }:
                examination.LoggedIn[smarthost.Name] = connection;
                return smarthost.Rewrite == RewriteFrom.Account && examination.Options.AddressOf(smarthost) is { } sender
                    && await connection.RehearseAsync(sender, null, cancel) is { } refusal
                        ? Finding.Of(replies, refusal, $"{smarthost.Name}, MAIL FROM {sender}: ")
                        : null;
            default:
                return null;
        }
    }

    private static string Means(IReadOnlyList<SmarthostOptions> smarthosts) => string.Join(", ", smarthosts.Select(smarthost =>
        $"{(smarthost.Security == UpstreamSecurity.None ? "no TLS" : "TLS")}{(smarthost.OAuth is not null ? " and a token" : string.IsNullOrEmpty(smarthost.UserName) ? string.Empty : " and a login")}").Distinct());
}
