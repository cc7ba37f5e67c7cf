using System.Text;

namespace HveRelay.Smtp.Client.Sasl;

/// <summary>XOAUTH2: a bearer token that somebody else fetched.</summary>
public sealed class XOAuth2Mechanism(string user, string token) : SaslMechanism
{
    public override string Name => "XOAUTH2";

    internal override byte[] InitialResponse => Encoding.UTF8.GetBytes($"user={user}\u0001auth=Bearer {token}\u0001\u0001");

    internal override string Secret => token;

    /// <summary>A challenge after the token is an error in JSON: an empty response gets the 5yz that belongs to it.</summary>
    internal override byte[]? Respond(int step, string challenge) => step == 0 ? [] : null;
}
