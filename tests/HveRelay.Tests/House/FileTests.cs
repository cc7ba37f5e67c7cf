namespace HveRelay.Tests.House;

/// <summary>What a reader may expect of every source file.</summary>
public sealed class FileTests
{
    private const int Longest = 300;

    /// <summary>Longer, and why.</summary>
    private static readonly (string Path, string Why)[] Longer =
    [
        ("src/HveRelay.Core/Configuration/RelayOptions.cs", "every key with its default, unit and range, in one place"),
        ("src/HveRelay.Smtp/Server/SmtpSession.cs", "the verbs of a session side by side, as in the table of its states"),
        ("src/HveRelay.Smtp/Server/SessionTransport.cs", "one stream of octets below and above STARTTLS"),
    ];

    [Fact]
    public void No_file_is_longer_than_a_reader_can_hold()
    {
        var long_ = SourceFile.Under("src", "tests").Where(file => file.Lines > Longest).Select(file => file.Path);

        Assert.Empty(long_.Except(Longer.Select(file => file.Path)));
    }

    [Fact]
    public void No_work_is_left_over()
    {
        // Put together here, so that this file has none either.
        var mark = "TO" + "DO";

        Assert.DoesNotContain(SourceFile.Under("src", "tests"), file => file.Text.Contains(mark, StringComparison.Ordinal));
    }
}
