using HveRelay.Smtp.Message;

namespace HveRelay.Rewriting;

/// <summary>A header under the rewriter's hands: each change leaves a note and the name of the field it changed.</summary>
internal sealed class EditedHeader
{
    private const int LongestNote = 500; // characters: a note may name an address that has no end

    private readonly HeaderEditor _editor;
    private readonly List<string> _notes = [];
    private readonly HashSet<string> _changed = new(StringComparer.OrdinalIgnoreCase);

    public EditedHeader(HeaderBlock block)
    {
        _editor = new HeaderEditor(block);
        if (_editor.DropMboxLine())
        {
            Note("mbox line before the header removed");
        }

        if (block.End == HeaderEnd.BodyLine)
        {
            Note(block.Fields.Count == 0
                ? "no header at all"
                : "no empty line after the header: the first line that is no field began the body");
        }
    }

    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Names of fields that were removed, added or given another value.</summary>
    public IReadOnlySet<string> Changed => _changed;

    public void Note(string note) => _notes.Add(note.Length > LongestNote ? note[..LongestNote] + "…" : note);

    public IReadOnlyList<HeaderField> All(string name) => _editor.All(name);

    public bool Has(string name) => _editor.Has(name);

    /// <summary>There is such a field, and it is not empty.</summary>
    public bool HasValue(string name) => All(name).Any(field => !field.IsBlank);

    public bool Remove(string name)
    {
        var removed = _editor.Remove(name) > 0;
        if (removed)
        {
            _changed.Add(name);
            Note($"{name} removed");
        }

        return removed;
    }

    public bool Rename(string name, string newName)
    {
        var renamed = _editor.Rename(name, newName) > 0;
        if (renamed)
        {
            _changed.Add(name);
            _changed.Add(newName);
        }

        return renamed;
    }

    /// <summary>Adds the field, in the place of the empty ones of its name if there are any.</summary>
    public void Set(HeaderField field)
    {
        _editor.Replace(field);
        _changed.Add(field.Name);
        Note($"{field.Name} added");
    }

    /// <summary>Adds the field beside others of its name.</summary>
    public void Append(HeaderField field)
    {
        _editor.Append(field);
        _changed.Add(field.Name);
    }

    public void Prepend(HeaderField field)
    {
        _editor.Prepend(field);
        _changed.Add(field.Name);
    }

    /// <summary>Puts the field above the first one of another name; at the end where there is none.</summary>
    public void PutAbove(string name, HeaderField field)
    {
        var index = _editor.IndexOf(name);
        _editor.Insert(index < 0 ? _editor.Fields.Count : index, field);
        _changed.Add(field.Name);
    }

    public byte[] ToArray() => _editor.ToArray();
}
