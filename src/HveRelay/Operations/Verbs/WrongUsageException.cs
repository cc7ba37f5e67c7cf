namespace HveRelay.Operations.Verbs;

/// <summary>What was typed cannot be done: the option or argument, and a sentence. Status 2.</summary>
internal sealed class WrongUsageException(string option, string sentence, Exception? inner = null) : Exception($"{option}: {sentence}", inner);
