using HveRelay.Delivery;
using HveRelay.Smtp;

namespace HveRelay.Upstream;

/// <summary>How long a connection that logged in with a token may be used: a session must not outlive its token.</summary>
internal sealed class TokenLease(DateTimeOffset until, TimeProvider clock, Action forget)
{
    private bool _isRefused;

    public bool IsOver => _isRefused || clock.GetUtcNow() >= until;

    public static bool IsRefusal(SmtpFailure failure) => ReplyTable.BuiltIn.Classify(failure).Class == ReplyClass.NewToken;

    /// <summary>Ends the lease, and the token with it, where HVE says that the token is too old.</summary>
    public void Heed(SmtpFailure? failure)
    {
        if (!_isRefused && failure is not null && IsRefusal(failure))
        {
            _isRefused = true;
            forget();
        }
    }
}
