namespace HveRelay.Smtp.Client;

/// <summary>
/// How much of a reply is read before it is garbage, so that a hostile server cannot grow our memory. RFC 5321 section
/// 4.5.3.1.5 allows 512 octets a line; real servers write more.
/// </summary>
/// <param name="LineOctets">Of one line, its line end included.</param>
/// <param name="Lines">Of one reply.</param>
/// <param name="TotalOctets">Of one reply.</param>
public sealed record ReplyLimits(int LineOctets = 2048, int Lines = 128, int TotalOctets = 32 * 1024)
{
    public static ReplyLimits Default { get; } = new();
}
