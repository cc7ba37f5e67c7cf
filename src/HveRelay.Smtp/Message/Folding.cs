using System.Buffers;

namespace HveRelay.Smtp.Message;

/// <summary>Folds values into lines (RFC 5322 section 2.2.3): up to 78 octets where there is white space, never above 998.</summary>
internal static class Folding
{
    /// <summary>A longer word goes into encoded words, or is broken where it has to stay as it is.</summary>
    public const int LongestWord = 900;

    /// <summary>A longer run of white space would make a line of nothing else, which some readers take for the end.</summary>
    public const int LongestSpace = 60;

    private const int PreferredLine = 78; // section 2.1.1

    /// <summary>The text with every control character but the tab as a space, so that no value holds a line end or a NUL.</summary>
    public static string Harmless(string text) =>
        text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0
            ? text
            : string.Create(text.Length, text, static (harmless, from) =>
            {
                for (var i = 0; i < harmless.Length; i++)
                {
                    harmless[i] = char.IsControl(from[i]) && from[i] != '\t' ? ' ' : from[i];
                }
            });

    /// <summary>There is a word that may not fit into a line and has no place to fold it.</summary>
    public static bool HasLongWord(ReadOnlySpan<char> text)
    {
        var word = 0;
        foreach (var octet in text)
        {
            word = octet is ' ' or '\t' ? 0 : word + 1;
            if (word > LongestWord)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Writes a value from <paramref name="column"/> on, which begins with a space and has no line ends, and says in which column
    /// it ends. The first word stays beside the name of the field.
    /// </summary>
    public static int Write(IBufferWriter<byte> output, int column, ReadOnlySpan<byte> value, bool first)
    {
        // A part that fits into a line of its own is not broken.
        var whole = !first && column + value.Length > PreferredLine && value.Length <= PreferredLine;
        while (!value.IsEmpty)
        {
            // A piece is a word with the white space before it: folds go before white space, so that unfolding gives it back.
            var space = value.IndexOfAnyExcept(Octet.Space, Octet.Tab);
            var length = value[space..].IndexOfAny(Octet.Space, Octet.Tab);
            length = length < 0 ? value.Length : space + length;
            var piece = space > LongestSpace ? value[(space - 1)..length] : value[..length];
            if (whole || (!first && column + piece.Length > PreferredLine))
            {
                output.Write("\r\n"u8);
                column = 0;
            }

            column = WriteWord(output, column, piece);
            value = value[length..];
            (whole, first) = (false, false);
        }

        return column;
    }

    /// <summary>The lines of a field, each with what ends it.</summary>
    public static List<Range> Lines(ReadOnlySpan<byte> field)
    {
        var lines = new List<Range>();
        for (var start = 0; start < field.Length;)
        {
            var end = field[start..].IndexOf(Octet.Lf);
            end = end < 0 ? field.Length : start + end + 1;
            lines.Add(start..end);
            start = end;
        }

        return lines;
    }

    /// <summary>
    /// Writes a line of a header, folded before white space where it is over 998 octets. No line of white space alone comes of it:
    /// some readers take that for the end of the header (RFC 5322 section 3.2.2 forbids it too).
    /// </summary>
    /// <param name="line">With its line end.</param>
    /// <param name="from">The first octet that may begin a line.</param>
    public static void WriteLine(IBufferWriter<byte> output, ReadOnlySpan<byte> line, int from)
    {
        while (line.TrimEnd("\r\n"u8).Length > HeaderField.LongestLine)
        {
            var fold = line[..(HeaderField.LongestLine + 1)].LastIndexOfAny(Octet.Space, Octet.Tab);
            while (fold > from && Octet.IsWsp(line[fold - 1]))
            {
                fold--;
            }

            if (fold <= from || line[..fold].Trim(" \t"u8).IsEmpty || line[fold..].Trim(" \t\r\n"u8).IsEmpty)
            {
                break;
            }

            output.Write(line[..fold]);
            output.Write("\r\n"u8);
            line = line[fold..];
            from = 1;
        }

        output.Write(line);
    }

    private static int WriteWord(IBufferWriter<byte> output, int column, ReadOnlySpan<byte> word)
    {
        while (column + word.Length > HeaderField.LongestLine)
        {
            var take = HeaderField.LongestLine - column;
            while (take > 1 && (word[take] & 0xC0) == 0x80)
            {
                take--; // not inside a character of UTF-8
            }

            output.Write(word[..take]);
            output.Write("\r\n "u8);
            word = word[take..];
            column = 1;
        }

        output.Write(word);
        return column + word.Length;
    }
}
