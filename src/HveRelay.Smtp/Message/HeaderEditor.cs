using System.Buffers;
using System.Runtime.InteropServices;

namespace HveRelay.Smtp.Message;

/// <summary>
/// Edits a header block field by field. What is not touched goes out octet for octet and in order; only a bare CR or LF
/// becomes CRLF, since RFC 5321 section 2.3.8 lets neither out.
/// </summary>
public sealed class HeaderEditor(HeaderBlock block)
{
    private readonly List<HeaderField> _fields = Editable(block.Fields);
    private ReadOnlyMemory<byte> _mboxLine = block.MboxLine;

    // A bit for each length that some name has: a header of 50,000 fields is asked for few names, and mostly has none of them.
    private ulong _lengths = Lengths(block.Fields);

    public IReadOnlyList<HeaderField> Fields => _fields;

    /// <summary>The index of the first field of that name, or -1.</summary>
    public int IndexOf(string name)
    {
        var fields = CollectionsMarshal.AsSpan(_fields);
        for (var i = 0; i < fields.Length && MayHave(name); i++)
        {
            if (fields[i].Is(name))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The fields of that name, in order.</summary>
    public IReadOnlyList<HeaderField> All(string name)
    {
        var count = Count(name);
        if (count == 0)
        {
            return [];
        }

        var found = new List<HeaderField>(count);
        foreach (ref readonly var field in CollectionsMarshal.AsSpan(_fields))
        {
            if (field.Is(name))
            {
                found.Add(field);
            }
        }

        return found;
    }

    public int Count(string name)
    {
        var count = 0;
        if (MayHave(name))
        {
            foreach (ref readonly var field in CollectionsMarshal.AsSpan(_fields))
            {
                count += field.Is(name) ? 1 : 0;
            }
        }

        return count;
    }

    public bool Has(string name) => IndexOf(name) >= 0;

    /// <summary>There is a field of that name, and one of them is not empty.</summary>
    public bool HasValue(string name)
    {
        if (MayHave(name))
        {
            foreach (ref readonly var field in CollectionsMarshal.AsSpan(_fields))
            {
                if (field.Is(name) && !field.IsBlank)
                {
                    return true;
                }
            }
        }

        return false;
    }

    public void Prepend(HeaderField field) => Insert(0, field);

    public void Append(HeaderField field) => Insert(_fields.Count, field);

    public void Insert(int index, HeaderField field)
    {
        _fields.Insert(index, field);
        _lengths |= Length(field.NameLength);
    }

    /// <summary>Removes all fields of that name; says how many there were.</summary>
    public int Remove(string name) => Has(name) ? _fields.RemoveAll(field => field.Is(name)) : 0;

    /// <summary>Puts the field where the first of its name stood and removes the others; appends it where there was none.</summary>
    public void Replace(HeaderField field)
    {
        var name = field.Name;
        var index = IndexOf(name);
        if (index < 0)
        {
            Append(field);
            return;
        }

        Remove(name);
        Insert(index, field);
    }

    /// <summary>Gives all fields of that name another, each in its place; says how many there were.</summary>
    public int Rename(string name, string newName)
    {
        var renamed = 0;
        if (!MayHave(name))
        {
            return renamed;
        }

        _lengths |= Length(newName.Length);
        foreach (ref var field in CollectionsMarshal.AsSpan(_fields))
        {
            if (field.Is(name))
            {
                field = field.Renamed(newName);
                renamed++;
            }
        }

        return renamed;
    }

    /// <summary>Takes away the white space before the colon of fields of those names; says whether there was any. Values stay.</summary>
    public bool CloseNames(ReadOnlySpan<string> names)
    {
        var closed = false;
        foreach (ref var field in CollectionsMarshal.AsSpan(_fields))
        {
            if (field.HasObsoleteName && names.Contains(field.Name, StringComparer.OrdinalIgnoreCase))
            {
                field = field.Renamed(field.Name);
                closed = true;
            }
        }

        return closed;
    }

    /// <summary>Folds lines over 998 octets where they can be; the names of the fields that had some.</summary>
    public IReadOnlyList<string> FoldLongLines()
    {
        var folded = new List<string>();
        foreach (ref var field in CollectionsMarshal.AsSpan(_fields))
        {
            var before = field.Raw.Length;
            field = before > HeaderField.LongestLine ? field.Folded() : field;
            if (field.Raw.Length != before)
            {
                folded.Add(field.Name);
            }
        }

        return folded;
    }

    /// <summary>Takes the mbox line away; says whether there was one.</summary>
    public bool DropMboxLine()
    {
        var had = !_mboxLine.IsEmpty;
        _mboxLine = default;
        return had;
    }

    /// <summary>Writes the block with the empty line that ends it.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        WriteLines(output, _mboxLine.Span);
        foreach (ref readonly var field in CollectionsMarshal.AsSpan(_fields))
        {
            WriteLines(output, field.Raw.Span);
        }

        output.Write("\r\n"u8);
    }

    /// <summary>The block with the empty line that ends it.</summary>
    public ReadOnlyMemory<byte> ToMemory()
    {
        var length = _mboxLine.Length + 64;
        foreach (ref readonly var field in CollectionsMarshal.AsSpan(_fields))
        {
            length += field.Raw.Length;
        }

        var output = new ArrayBufferWriter<byte>(length);
        WriteTo(output);
        return output.WrittenMemory;
    }

    /// <summary>With room for what is added: a list that is full doubles, which of 60,000 fields are megabytes.</summary>
    private static List<HeaderField> Editable(IReadOnlyList<HeaderField> fields)
    {
        var editable = new List<HeaderField>(fields.Count + 16);
        editable.AddRange(fields);
        return editable;
    }

    private bool MayHave(string name) => (_lengths & Length(name.Length)) != 0;

    private static ulong Length(int length) => 1UL << Math.Min(length, 63);

    private static ulong Lengths(IReadOnlyList<HeaderField> fields)
    {
        var lengths = 0UL;
        foreach (var field in fields)
        {
            lengths |= Length(field.NameLength);
        }

        return lengths;
    }

    /// <summary>Writes lines with CRLF at the end of each, whatever ended it before.</summary>
    private static void WriteLines(IBufferWriter<byte> output, ReadOnlySpan<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOfAny(Octet.Cr, Octet.Lf);
            end = end < 0 ? lines.Length : end;
            if (lines[end..].StartsWith("\r\n"u8))
            {
                output.Write(lines[..(end + 2)]);
                lines = lines[(end + 2)..];
                continue;
            }

            output.Write(lines[..end]);
            output.Write("\r\n"u8);
            lines = lines[Math.Min(end + 1, lines.Length)..];
        }
    }
}
