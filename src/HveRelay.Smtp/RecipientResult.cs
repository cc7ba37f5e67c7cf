namespace HveRelay.Smtp;

/// <summary>What became of one recipient.</summary>
public abstract record RecipientResult
{
    private RecipientResult()
    {
    }

    /// <summary>2yz to the final dot.</summary>
    public sealed record Accepted(Reply Reply) : RecipientResult;

    /// <summary>Nothing was delivered to it.</summary>
    public sealed record NotSent(SmtpFailure Failure) : RecipientResult;

    /// <summary>The dot was sent, and what the server made of it is not known.</summary>
    public sealed record Unsure(SmtpFailure Failure) : RecipientResult;
}
