using System.Text;

namespace HveRelay.Smtp.Client.Sasl;

/// <summary>LOGIN: two prompts, whatever their text, since servers differ in it and mean the same. There is no RFC of it.</summary>
public sealed class LoginMechanism(string user, string password) : SaslMechanism
{
    public override string Name => "LOGIN";

    internal override string Secret => password;

    internal override byte[]? Respond(int step, string challenge) => step switch
    {
        0 => Encoding.UTF8.GetBytes(user),
        1 => Encoding.UTF8.GetBytes(password),
        _ => null,
    };
}
