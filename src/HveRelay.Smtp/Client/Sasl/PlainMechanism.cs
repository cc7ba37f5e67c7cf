using System.Text;

namespace HveRelay.Smtp.Client.Sasl;

/// <summary>PLAIN (RFC 4616) with the password in the initial response.</summary>
public sealed class PlainMechanism(string user, string password) : SaslMechanism
{
    public override string Name => "PLAIN";

    internal override byte[] InitialResponse => Encoding.UTF8.GetBytes($"\0{user}\0{password}");

    internal override string Secret => password;

    internal override byte[]? Respond(int step, string challenge) => null;
}
