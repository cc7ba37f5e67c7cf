using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
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
            var error = parsed.InvocationConfiguration.Error;
            var password = Console.IsInputRedirected
                ? await Console.In.ReadLineAsync(cancel)
                : await Task.Run(() => ReadUnseen("Password: ", error), cancel).WaitAsync(cancel);
            if (string.IsNullOrEmpty(password))
            {
                await error.WriteLineAsync("user hash: standard input holds no password");
                return ExitStatus.Wrong;
            }

            if (!Console.IsInputRedirected && await Task.Run(() => ReadUnseen("Once more: ", error), cancel).WaitAsync(cancel) != password)
            {
                await error.WriteLineAsync("user hash: these are two passwords");
                return ExitStatus.Wrong;
            }

            await parsed.InvocationConfiguration.Output.WriteLineAsync(
                PasswordHash.Create(password, RandomNumberGenerator.GetBytes(PasswordHash.SaltLength)));
            return ExitStatus.Done;
        });
        return new Command("user", "Logins for devices and applications") { hash };
    }

    /// <summary>A line from the terminal, which shows none of it.</summary>
    private static string ReadUnseen(string question, TextWriter prompt)
    {
        prompt.Write(question);
        prompt.Flush();
        var password = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    prompt.WriteLine();
                    return password.ToString();
                case ConsoleKey.Backspace when password.Length > 0:
                    password.Length--;
                    break;
                case ConsoleKey.Backspace:
                    break;
                case ConsoleKey.D when key.Modifiers.HasFlag(ConsoleModifiers.Control):
                    prompt.WriteLine();
                    return string.Empty;
                case var _ when !char.IsControl(key.KeyChar):
                    password.Append(key.KeyChar);
                    break;
            }
        }
    }
}
