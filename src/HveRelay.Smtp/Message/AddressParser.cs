namespace HveRelay.Smtp.Message;

/// <summary>Makes mailboxes of tokens: one pass from left to right, each token is looked at a fixed number of times.</summary>
internal ref struct AddressParser(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private readonly AddressWords _text = new(source);
    private readonly List<NamedMailbox> _mailboxes = [];
    private readonly List<string> _groups = [];
    private readonly List<AddressToken> _tokens = [];

    // What was read of the mailbox under way.
    private readonly List<AddressToken> _words = [];
    private readonly List<AddressToken> _comments = [];
    private string? _angle;
    private int _wordsBeforeAngle;
    private string? _group;
    private bool _broken;

    public AddressList Read()
    {
        var tokenizer = new AddressTokenizer(_source);
        while (tokenizer.Next(out var token))
        {
            _tokens.Add(token);
        }

        _broken = tokenizer.IsBroken;
        for (var i = 0; i < _tokens.Count; i++)
        {
            Take(ref i);
        }

        Finish();
        _broken |= _group is not null;
        return new AddressList(_mailboxes, _groups, !_broken && _mailboxes.TrueForAll(mailbox => mailbox.IsUsable));
    }

    private void Take(ref int i)
    {
        var token = _tokens[i];
        switch (token.Kind == AddressTokenKind.Special ? (char)_source[token.Start] : ' ')
        {
            case ',':
                Finish();
                break;
            case ';':
                Finish();
                _broken |= _group is null; // a semicolon between mailboxes, as in Outlook's address line
                _group = null;
                break;
            case ':' when _group is null && _angle is null && _words.Count > 0 && !HasAt(_words):
                _group = _text.Name(_words);
                _groups.Add(_group);
                _words.Clear();
                _comments.Clear();
                break;
            case '<':
                if (_angle is not null)
                {
                    // No comma between two: what follows the first is the name of the second.
                    _broken = true;
                    var name = _words[_wordsBeforeAngle..];
                    _words.RemoveRange(_wordsBeforeAngle, name.Count);
                    Finish();
                    _words.AddRange(name);
                }

                _wordsBeforeAngle = _words.Count;
                _angle = ReadAngle(ref i);
                break;
            case '>':
                _broken = true;
                break;
            default:
                (token.Kind == AddressTokenKind.Comment ? _comments : _words).Add(token);
                break;
        }
    }

    /// <summary>From the opening bracket to the closing one, or to where the mailbox must be over without it.</summary>
    private string ReadAngle(ref int i)
    {
        var inner = new List<AddressToken>();
        var route = false;
        for (i++; i < _tokens.Count; i++)
        {
            var token = _tokens[i];
            switch (token.Kind == AddressTokenKind.Special ? (char)_source[token.Start] : ' ')
            {
                case '>':
                    return _text.Address(inner);
                case ':':
                    // An obsolete route (section 4.4), or a scheme like mailto.
                    _broken = true;
                    route = false;
                    inner.Clear();
                    break;
                case '<' when inner.Count == 0:
                    _broken = true;
                    break;
                case ',' when route:
                    break;
                case ',' or ';' or '<':
                    _broken = true;
                    i--;
                    return _text.Address(inner);
                default:
                    if (token.Kind != AddressTokenKind.Comment)
                    {
                        route |= inner.Count == 0 && token.IsSpecial(_source, '@');
                        inner.Add(token);
                    }

                    break;
            }
        }

        _broken = true;
        return _text.Address(inner);
    }

    private void Finish()
    {
        if (_angle is { } address)
        {
            var before = _words[.._wordsBeforeAngle];
            var after = _words[_wordsBeforeAngle..];
            var phrase = before.Count > 0 ? _text.Phrase(before) : null;
            _broken |= after.Count > 0 || (before.Count > 0 && phrase is null);
            Add(before.Count > 0 ? before : after, address, phrase);
        }
        else if (_words.Count > 0)
        {
            FinishWithoutBrackets();
        }

        _words.Clear();
        _comments.Clear();
        _angle = null;
    }

    /// <summary>An address alone, an address whose brackets were forgotten beside its name, or only a name.</summary>
    private void FinishWithoutBrackets()
    {
        var at = _words.FindLastIndex(token => token.Kind == AddressTokenKind.Special);
        if (at <= 0 || at + 1 >= _words.Count || !_words[at].IsSpecial(_source, '@'))
        {
            _broken = true;
            Add(_words, string.Empty, null);
            return;
        }

        int first = at - 1, last = at + 1;
        while (first > 0 && _words[first - 1].Touches(_words[first]))
        {
            first--;
        }

        while (last + 1 < _words.Count && _words[last].Touches(_words[last + 1]))
        {
            last++;
        }

        var address = _text.Address(_words[first..(last + 1)]);
        _words.RemoveRange(first, last + 1 - first);
        _broken |= _words.Count > 0;
        Add(_words, address, null);
    }

    private readonly void Add(List<AddressToken> words, string address, string? phrase)
    {
        var name = words.Count > 0 ? _text.Name(words) : _text.Name(_comments);
        _mailboxes.Add(new NamedMailbox(name, address) { Phrase = name.Length > 0 ? phrase : null, Group = _group });
    }

    private readonly bool HasAt(List<AddressToken> tokens)
    {
        foreach (var token in tokens)
        {
            if (token.IsSpecial(_source, '@'))
            {
                return true;
            }
        }

        return false;
    }
}
