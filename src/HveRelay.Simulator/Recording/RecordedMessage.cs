using System.Security.Authentication;

namespace HveRelay.Simulator;

/// <summary>A message the simulator has taken responsibility for, as HVE would have delivered it.</summary>
public sealed record RecordedMessage
{
    /// <summary>As in the 250 reply; unique in one simulator.</summary>
    public required string Id { get; init; }

    /// <summary>Who logged in; without AUTH the reverse-path.</summary>
    public required string Account { get; init; }

    /// <summary>The address of MAIL FROM, without brackets.</summary>
    public required string ReversePath { get; init; }

    /// <summary>Those accepted, in the order of RCPT, as written by the client, without brackets.</summary>
    public required IReadOnlyList<string> Recipients { get; init; }

    /// <summary>The addresses of the header From.</summary>
    public required IReadOnlyList<string> HeaderFrom { get; init; }

    /// <summary>The header block after un-stuffing, octet for octet, with the CRLF of its last line, without the empty line.</summary>
    public required ReadOnlyMemory<byte> Header { get; init; }

    /// <summary>What follows the empty line; empty where content is not kept.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Header, empty line and body after un-stuffing; empty where content is not kept.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>Octets of the content, kept or not.</summary>
    public required long Length { get; init; }

    /// <summary>Of the content, kept or not; hexadecimal, upper case.</summary>
    public required string Sha256 { get; init; }

    /// <summary><see cref="SslProtocols.None"/> where the connection was plain.</summary>
    public required SslProtocols Tls { get; init; }

    /// <summary>From 1, in the order of arrival.</summary>
    public required int Connection { get; init; }

    public required string EhloName { get; init; }

    /// <summary>The BODY parameter of MAIL, upper case; null: none.</summary>
    public required string? BodyParameter { get; init; }

    /// <summary>The SIZE parameter of MAIL; null: none.</summary>
    public required long? DeclaredSize { get; init; }

    /// <summary>When MAIL came, and when the final dot came.</summary>
    public required DateTimeOffset BegunAt { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>False: a fault stood in for the 250.</summary>
    public required bool Answered { get; init; }

    /// <summary>What a careful reader dislikes about the content, though it is no reason to refuse it.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
