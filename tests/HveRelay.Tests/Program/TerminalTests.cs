using HveRelay.Policy;

namespace HveRelay.Tests.Program;

/// <summary>The program as a person or a shell starts it: on a terminal, made by Python, or with less than it wants.</summary>
public sealed class TerminalTests
{
    private const string Typist = """
        import os, pty, sys, termios, time
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(sys.argv[1], sys.argv[1:])
        seen = b''
        for prompt, typed in ((b'Password: ', b'hunterr\x7f2\r'), (b'Once more: ', sys.stdin.readline().encode() + b'\r')):
            while prompt not in seen:
                seen += os.read(terminal, 1024)
            # No hand is quicker than the program that turns the echo off, but this one is.
            for _ in range(60000):
                if not termios.tcgetattr(terminal)[3] & termios.ECHO:
                    break
                time.sleep(0.001)
            os.write(terminal, typed)
        try:
            while more := os.read(terminal, 1024):
                seen += more
        except OSError:
            pass
        sys.stdout.write(seen.decode())
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        """;

    [Fact]
    public async Task A_password_that_is_typed_is_not_shown()
    {
        await using var story = ProgramStory.BeginWithoutHve();

        var ended = await TypeAsync(story, again: "hunter2");

        Assert.Equal(0, ended.Status);
        Assert.DoesNotContain("hunter", ended.Output, StringComparison.Ordinal);
        var hash = ended.Output.Split(['\r', '\n', ' '], StringSplitOptions.RemoveEmptyEntries).Single(word => word.StartsWith('$'));
        Assert.True(PasswordHash.Verify(hash, "hunter2"));
    }

    [Fact]
    public async Task Who_types_a_password_differently_the_second_time_gets_no_hash()
    {
        await using var story = ProgramStory.BeginWithoutHve();

        var ended = await TypeAsync(story, again: "hunter3");

        Assert.Equal(2, ended.Status);
        Assert.Contains("user hash: these are two passwords", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("$", ended.Output, StringComparison.Ordinal);
    }

    /// <summary>SIGHUP, which asks the daemon to read its configuration, was taken by all verbs: those that follow stayed behind for ever.</summary>
    [Fact]
    public async Task A_terminal_that_is_closed_ends_what_follows_the_log()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It has no such signal.");
        await using var story = ProgramStory.BeginWithoutHve();
        story.Write("data/logs/hverelay-20261122.log", "a line\n");
        await using var tail = ChildProcess.Start(ProgramStory.Program, ["tail", "--config", story.ConfigurationPath], story.Directory);
        await tail.SaysAsync(line => line == "a line");

        tail.HangUp();

        await tail.EndAsync();
    }

    [Fact]
    public async Task Too_few_open_files_for_the_connections_are_a_warning()
    {
        await using var story = ProgramStory.BeginWithoutHve();

        var ended = await ChildProcess.RunAsync(
            "sh", ["-c", "ulimit -n 1024 && exec \"$0\" check --config \"$1\"", ProgramStory.Program, story.ConfigurationPath], story.Directory);

        Assert.Equal(0, ended.Status);
        Assert.Contains(
            "warning: Listeners: allow 1000 connections together, and this process may have 1024 open files with 200 for itself; ", ended.Output, StringComparison.Ordinal);
    }

    /// <summary>Types a password, and this one where it is asked for again.</summary>
    private static Task<Ended> TypeAsync(ProgramStory story, string again) =>
        ChildProcess.RunAsync(Tool.Require("python3"), ["-c", Typist, ProgramStory.Program, "user", "hash"], story.Directory, input: again);
}
