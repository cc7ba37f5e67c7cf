using System.CommandLine;
using System.Security.Cryptography;
using HveRelay.Policy;

namespace HveRelay.Operations.Verbs;

/// <summary><c>user hash</c>: a password from standard input becomes what <c>Users</c> wants.</summary>
internal static class UserVerb
{
    public static Command Create()
    {
        var hash = new Command("hash", "Reads a password from standard input, prints the hash for Users");
        hash.SetAction(async (parsed, cancel) =>
        {
            var password = await Console.In.ReadLineAsync(cancel);
            if (string.IsNullOrEmpty(password))
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync("user hash: standard input holds no password");
                return ExitStatus.Wrong;
            }

            await parsed.InvocationConfiguration.Output.WriteLineAsync(
                PasswordHash.Create(password, RandomNumberGenerator.GetBytes(PasswordHash.SaltLength)));
            return ExitStatus.Done;
        });
        return new Command("user", "Logins for devices and applications") { hash };
    }
}
