using System.Runtime.InteropServices;

namespace HveRelay.Files;

/// <summary>As whom this process runs, for sentences about rights and as a sender. A container's user may have a number and no name.</summary>
internal static class CurrentUser
{
    public static string Name { get; } = Named(Environment.UserName);

    /// <param name="name">What the system calls it.</param>
    internal static string Named(string name) => name.Length > 0 ? name : OperatingSystem.IsWindows() ? "nobody" : $"uid-{EffectiveId()}";

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint EffectiveId();
}
