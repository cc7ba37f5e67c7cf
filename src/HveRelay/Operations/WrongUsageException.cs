namespace HveRelay.Operations;

/// <summary>What was typed, or configured, cannot be done: the option, the argument or the key, and a sentence. Status 2.</summary>
internal sealed class WrongUsageException(string option, string sentence, Exception? inner = null) : Exception($"{option}: {sentence}", inner);
