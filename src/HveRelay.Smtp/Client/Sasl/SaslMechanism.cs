namespace HveRelay.Smtp.Client.Sasl;

/// <summary>
/// A SASL mechanism (RFC 4954): a pure function from challenge to response. It holds a secret, so it is no record and
/// has no text of its own.
/// </summary>
public abstract class SaslMechanism
{
    /// <summary>The name after AUTH, in upper case.</summary>
    public abstract string Name { get; }

    /// <summary>What may stand behind the name, before BASE64; null where the server speaks first.</summary>
    internal virtual byte[]? InitialResponse => null;

    /// <summary>Never to be seen in a reply, a log or an error.</summary>
    internal abstract string Secret { get; }

    /// <summary>
    /// The response, before BASE64, to the challenge with this number, counted from 0 and without the empty one that asks for
    /// <see cref="InitialResponse"/>; null to cancel. The challenge is as the server sent it, in BASE64 or not.
    /// </summary>
    internal abstract byte[]? Respond(int step, string challenge);
}
