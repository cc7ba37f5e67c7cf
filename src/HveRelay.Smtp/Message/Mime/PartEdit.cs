namespace HveRelay.Smtp.Message.Mime;

/// <summary>A part that gets another encoding, by its place in the message: header block, body, what follows.</summary>
/// <param name="HeaderStart">Where its header block begins; where <paramref name="BodyStart"/> is for the message itself, whose
/// header is not part of its body.</param>
/// <param name="End">Where its body ends: before the line end that belongs to the delimiter (RFC 2046 section 5.1.1).</param>
public readonly record struct PartEdit(long HeaderStart, long BodyStart, long End, Reencoding Reencoding);
