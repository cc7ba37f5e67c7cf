using System.Text;
using HveRelay.Configuration;
using HveRelay.Simulator;
using HveRelay.Smtp.Message;
using HveRelay.Tests.Program;
using HveRelay.Tests.Scenarios;
using HveRelay.Tests.Support;

namespace HveRelay.Tests.Corpus;

/// <summary>Every message of the corpus went through the relay once, over SMTP, to the simulated HVE.</summary>
public abstract class RelayedCorpus(LongLines longLines) : IAsyncLifetime
{
    private const string Account = "hve1@contoso.com";

    private RelayStory? _story;

    /// <summary>By the number that is in the recipient's name.</summary>
    internal IReadOnlyDictionary<string, RecordedMessage> Relayed { get; private set; } = new Dictionary<string, RecordedMessage>();

    internal Dictionary<string, string> Replies { get; } = [];

    public async ValueTask InitializeAsync()
    {
        _story = await RelayStory.BeginAsync(options => options.Clients![0].LongLines = longLines);
        var messages = CorpusMessage.All;
        await using var device = await RawSmtp.GreetAsync(_story.Port);
        for (var i = 0; i < messages.Count; i++)
        {
            Replies[messages[i].Name] = await device.SendMessageAsync(messages[i].From, [Recipient(i)], Stuffed(messages[i].Content));
        }

        await Until.True(() => _story.Simulator.Messages.Count == messages.Count, () => $"{_story.Simulator.Messages.Count} relayed of {messages.Count}", 60);
        var relayed = _story.Simulator.Messages.ToDictionary(message => message.Recipients.Single());
        Relayed = Enumerable.Range(0, messages.Count).ToDictionary(i => messages[i].Name, i => relayed[Recipient(i)]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_story is not null)
        {
            await _story.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    private static string Recipient(int number) => $"m{number}@contoso.com";

    private static string Stuffed(byte[] content)
    {
        var text = Encoding.Latin1.GetString(content).Replace("\r\n.", "\r\n..");
        return text.StartsWith('.') ? "." + text : text;
    }
}

public sealed class PassedCorpus() : RelayedCorpus(LongLines.Pass);

/// <summary>The same for a client whose long lines are encoded.</summary>
public sealed class ReencodedCorpus() : RelayedCorpus(LongLines.Reencode);

/// <summary>What real senders send arrives whole: promise 7.</summary>
public sealed class CorpusTests(PassedCorpus corpus, ReencodedCorpus reencoded) : IClassFixture<PassedCorpus>, IClassFixture<ReencodedCorpus>
{
    [Fact]
    public void There_are_more_than_200_and_each_has_a_name()
    {
        Assert.InRange(CorpusMessage.All.Count, 200, 1000);
        Assert.Equal(CorpusMessage.All.Count, CorpusMessage.All.DistinctBy(message => message.Name).Count());
    }

    [Fact]
    public void Each_is_accepted() =>
        Assert.All(corpus.Replies, reply => Assert.True(reply.Value.StartsWith("250 2.0.0 OK queued as ", StringComparison.Ordinal), $"{reply}"));

    [Fact]
    public void Each_body_arrives_octet_for_octet() =>
        Assert.All(CorpusMessage.All, message => Assert.True(message.Body.AsSpan().SequenceEqual(corpus.Relayed[message.Name].Body.Span), message.Name));

    [Fact]
    public void Each_comes_from_the_account_and_HVE_has_nothing_to_say_against_it() => Assert.All(CorpusMessage.All, message =>
    {
        var relayed = corpus.Relayed[message.Name];
        Assert.Equal("hve1@contoso.com", relayed.ReversePath);
        Assert.Equal(["hve1@contoso.com"], relayed.HeaderFrom);
    });

    [Fact]
    public void Fields_that_no_rule_names_arrive_octet_for_octet_and_in_order() => Assert.All(CorpusMessage.All, message =>
    {
        string[] changed = ["From", "Sender", "Return-Path", "Bcc", "Resent-From", "Resent-Sender", "Resent-Bcc", "Content-Type"];
        var relayed = Encoding.Latin1.GetString(corpus.Relayed[message.Name].Header.Span);
        var at = 0;
        foreach (var field in HeaderBlock.Parse(message.Content).Fields.Where(field => !changed.Any(field.Is) && !field.IsBlank))
        {
            var raw = Encoding.Latin1.GetString(field.Raw.Span);
            var proper = raw.Split(':', 2) is [var name, var value] ? $"{name.TrimEnd()}:{value}" : raw;
            at = new[] { raw, proper }.Max(form => relayed.IndexOf(form, at, StringComparison.Ordinal));
            Assert.True(at >= 0, $"{message.Name}: {field}");
        }
    });

    [Fact]
    public Task Python_reads_each_as_well_as_before() => PythonReadsAsync(corpus);

    [Fact]
    public async Task With_long_lines_encoded_the_parts_are_the_same_and_no_line_is_long()
    {
        await PythonReadsAsync(reencoded);
        var still = CorpusMessage.All.Where(message => Lines(reencoded.Relayed[message.Name].Content.Span).AreTooLong).Select(message => message.Name);
        Assert.Equal(["very-long-field"], still); // it has no place to be folded at
        Assert.Contains(corpus.Relayed.Values, message => Lines(message.Content.Span).AreTooLong);
    }

    private static LineLengths Lines(ReadOnlySpan<byte> content)
    {
        var lines = new LineLengths();
        lines.Feed(content);
        return lines;
    }

    private static async Task PythonReadsAsync(RelayedCorpus corpus)
    {
        using var directory = new TemporaryDirectory();
        foreach (var message in CorpusMessage.All)
        {
            await File.WriteAllBytesAsync(Path.Combine(directory.Path, message.Name + ".before"), message.Content);
            await File.WriteAllBytesAsync(Path.Combine(directory.Path, message.Name + ".after"), corpus.Relayed[message.Name].Content.ToArray());
        }

        var script = RepositoryFiles.PathOf("tests/HveRelay.Tests/Corpus/defects.py");
        var ended = await ChildProcess.RunAsync(Tool.Require("python3"), [script, directory.Path], directory.Path, new Dictionary<string, string>(), "");
        Assert.True(ended is { Error: "", Output: var read } && read.Trim() == $"{CorpusMessage.All.Count} read", ended.Error + ended.Output);
    }
}
