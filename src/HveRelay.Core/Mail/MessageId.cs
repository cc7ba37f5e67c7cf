namespace HveRelay.Mail;

/// <summary>
/// The queue id of a message: 63 bits, 42 of them milliseconds since 2020-01-01 UTC, so ids sort by age. People see
/// 13 characters of Crockford's base 32 (no I, L, O, U), and may type them in lower case.
/// </summary>
public readonly record struct MessageId(long Value) : IComparable<MessageId>
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 13;

    public static bool TryParse(string? text, out MessageId id)
    {
        id = default;
        if (text is not { Length: Length })
        {
            return false;
        }

        ulong value = 0;
        foreach (var typed in text)
        {
            var digit = Alphabet.IndexOf(char.ToUpperInvariant(typed), StringComparison.Ordinal);
            if (digit < 0)
            {
                return false;
            }

            value = (value << 5) | (uint)digit;
        }

        if (value > long.MaxValue || Alphabet.IndexOf(char.ToUpperInvariant(text[0]), StringComparison.Ordinal) > 7)
        {
            return false;
        }

        id = new MessageId((long)value);
        return true;
    }

    public static MessageId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a queue id");

    public int CompareTo(MessageId other) => Value.CompareTo(other.Value);

    public override string ToString() => string.Create(Length, Value, static (text, value) =>
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            text[i] = Alphabet[(int)(value & 31)];
            value >>= 5;
        }
    });

    public static bool operator <(MessageId left, MessageId right) => left.Value < right.Value;

    public static bool operator >(MessageId left, MessageId right) => left.Value > right.Value;

    public static bool operator <=(MessageId left, MessageId right) => left.Value <= right.Value;

    public static bool operator >=(MessageId left, MessageId right) => left.Value >= right.Value;
}
