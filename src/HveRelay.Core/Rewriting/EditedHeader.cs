using HveRelay.Smtp.Message;

namespace HveRelay.Rewriting;

/// <summary>A header under the rewriter's hands: each change leaves a note and the name of the field it changed.</summary>
internal sealed class EditedHeader
{
    private readonly HeaderEditor _editor;
    private readonly List<string> _notes = [];
    private readonly HashSet<string> _changed = new(StringComparer.OrdinalIgnoreCase);

    public EditedHeader(HeaderBlock block)
    {
        _editor = new HeaderEditor(block);
        if (_editor.DropMboxLine())
        {
            Note(RewriteNotes.MboxLine);
        }

        if (block.End == HeaderEnd.BodyLine)
        {
            Note(block.Fields.Count == 0 ? RewriteNotes.NoHeader : RewriteNotes.NoEmptyLine);
        }
    }

    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Names of fields that were removed, added or given another value.</summary>
    public IReadOnlySet<string> Changed => _changed;

    public void Note(string note)
    {
        if (!_notes.Contains(note))
        {
            _notes.Add(note);
        }
    }

    public IReadOnlyList<HeaderField> All(string name) => _editor.All(name);

    public int Count(string name) => _editor.Count(name);

    public bool Has(string name) => _editor.Has(name);

    /// <summary>There is such a field, and it is not empty.</summary>
    public bool HasValue(string name) => _editor.HasValue(name);

    public bool Remove(string name)
    {
        var removed = _editor.Remove(name) > 0;
        if (removed)
        {
            _changed.Add(name);
            Note(RewriteNotes.Removed(name));
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

    public bool HasChanged(string name) => _changed.Contains(name);

    /// <summary>Puts the field in the place of those of its name, which another value takes the place of.</summary>
    public void Replace(HeaderField field)
    {
        _editor.Replace(field);
        _changed.Add(field.Name);
        Note(RewriteNotes.Changed(field.Name));
    }

    /// <summary>Adds the field, in the place of the empty ones of its name if there are any.</summary>
    public void Set(HeaderField field)
    {
        _editor.Replace(field);
        _changed.Add(field.Name);
        Note(RewriteNotes.Added(field.Name));
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

    /// <summary>The field is the same one to whoever reads it: it counts as no change, and relaxed signatures hold (RFC 6376 section 3.4.2).</summary>
    public void CloseNames(ReadOnlySpan<string> names)
    {
        if (_editor.CloseNames(names))
        {
            Note(RewriteNotes.NamesClosed);
        }
    }

    public void FoldLongLines()
    {
        var folded = _editor.FoldLongLines();
        _changed.UnionWith(folded);
        if (folded.Count > 0)
        {
            Note(RewriteNotes.LinesFolded);
        }
    }

    public ReadOnlyMemory<byte> ToMemory() => _editor.ToMemory();
}
