namespace HveRelay.Smtp;

/// <summary>A message and its envelope.</summary>
/// <param name="ReversePath">An address, empty for the null reverse-path.</param>
/// <param name="Recipients">At least one address.</param>
/// <param name="Size">Octets of header and body together, before dot-stuffing.</param>
/// <param name="EightBit">There are octets above 127 in it.</param>
/// <param name="Header">The header block with the empty line that ends it.</param>
/// <param name="Body">Opened at most once; in pieces of any length. If it throws, the message is not sent.</param>
public sealed record MailTransaction(
    string ReversePath,
    IReadOnlyList<string> Recipients,
    long Size,
    bool EightBit,
    ReadOnlyMemory<byte> Header,
    Func<CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>> Body);
