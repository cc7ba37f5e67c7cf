using System.Globalization;
using HveRelay.Benchmarks.Processes;

namespace HveRelay.Benchmarks.Servers;

/// <summary>
/// A library that makes every fsync and fdatasync take longer, for both servers alike (LD_PRELOAD). Compiled when it is needed, by the C
/// compiler of this machine.
/// </summary>
internal static class SlowSync
{
    public const string Obstacle = "no C compiler is installed";

    /// <summary>Null where there is no compiler.</summary>
    /// <exception cref="BenchmarkException">The compiler failed.</exception>
    public static async Task<string?> BuildAsync(ScratchDirectory scratch, TimeSpan delay, CancellationToken cancel)
    {
        if (Installed.Compiler is null)
        {
            return null;
        }

        var (source, library) = (scratch.Of("slowsync.c"), scratch.Of("slowsync.so"));
        await File.WriteAllTextAsync(source, Source(delay), cancel);
        return await ChildProcess.AskAsync(Installed.Compiler, ["-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"], cancel) is null
            ? throw new BenchmarkException($"{Installed.Compiler} could not compile {source}")
            : library;
    }

    private static string Source(TimeSpan delay) => $$"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <time.h>

        static void wait_for_the_disk(void) {
            struct timespec left = { 0, {{((long)delay.TotalNanoseconds).ToString(CultureInfo.InvariantCulture)}} };
            while (nanosleep(&left, &left) != 0) {}
        }

        static int slowly(const char *name, int file) {
            int (*sync)(int) = (int (*)(int)) dlsym(RTLD_NEXT, name);
            wait_for_the_disk();
            return sync(file);
        }

        int fsync(int file) { return slowly("fsync", file); }
        int fdatasync(int file) { return slowly("fdatasync", file); }

        """;
}
