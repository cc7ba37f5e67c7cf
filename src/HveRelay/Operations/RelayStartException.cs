namespace HveRelay.Operations;

/// <summary>The relay cannot start: the key or object at fault, and a sentence.</summary>
internal sealed class RelayStartException(string key, string sentence, Exception? inner = null) : Exception($"{key}: {sentence}", inner);
