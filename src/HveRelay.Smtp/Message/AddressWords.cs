using System.Text;

namespace HveRelay.Smtp.Message;

/// <summary>What the tokens of an address list in UTF-8 say: as an address, as a name for people, as a phrase that can be sent on.</summary>
internal readonly ref struct AddressWords(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;

    /// <summary>
    /// The tokens as an address. White space goes where section 4.4 allows it, around dots and the @; between two words it
    /// stays, for without it the address would be somebody else's.
    /// </summary>
    public string Address(List<AddressToken> tokens)
    {
        var address = new StringBuilder();
        AddressToken? before = null;
        foreach (var token in tokens)
        {
            var text = Encoding.UTF8.GetString(token.In(_source));
            if (before is { Kind: not AddressTokenKind.Special } word && token.Kind != AddressTokenKind.Special
                && !word.Touches(token) && address[^1] != '.' && text[0] != '.')
            {
                address.Append(' ');
            }

            address.Append(text);
            before = token;
        }

        return Folding.Harmless(address.Replace("\r\n", string.Empty).ToString());
    }

    /// <summary>The tokens as people read them.</summary>
    public string Name(List<AddressToken> tokens)
    {
        var name = new EncodedText();
        AddressToken? before = null;
        foreach (var token in tokens)
        {
            var space = before is { } last && !last.Touches(token) ? " " : string.Empty;
            before = token;
            var text = token.In(_source);
            if (token.Kind == AddressTokenKind.EncodedWord && EncodedWord.TryRead(text, out var word))
            {
                name.AddWord(word, space.Length == 0 ? default : " "u8);
            }
            else if (token.Kind is AddressTokenKind.Quoted or AddressTokenKind.Comment)
            {
                name.AddText(space + Unquote(text));
            }
            else
            {
                name.AddText(space + Encoding.UTF8.GetString(text));
            }
        }

        return Folding.Harmless(name.ToString()).Replace('\t', ' ').Trim();
    }

    /// <summary>Without quotes, backslashes and folds; with encoded words decoded, which many put into quotes.</summary>
    private static string Unquote(ReadOnlySpan<byte> quoted)
    {
        var octets = new List<byte>(quoted.Length);
        for (var i = 1; i < quoted.Length - 1; i++)
        {
            if (quoted[i] == (byte)'\\' && i + 1 < quoted.Length - 1)
            {
                octets.Add(quoted[++i]);
            }
            else if (quoted[i] is not (Octet.Cr or Octet.Lf))
            {
                octets.Add(quoted[i]);
            }
        }

        var text = octets.ToArray();
        return text.AsSpan().IndexOf("=?"u8) < 0 ? Encoding.UTF8.GetString(text) : EncodedWords.Decode(text);
    }

    /// <summary>The words as they stand, on one line, if they are a phrase of RFC 5322 and RFC 2047; else null.</summary>
    public string? Phrase(List<AddressToken> words)
    {
        for (var i = 0; i < words.Count; i++)
        {
            var text = words[i].In(_source);
            var alone = (i == 0 || !words[i - 1].Touches(words[i])) && (i + 1 == words.Count || !words[i].Touches(words[i + 1]));
            var valid = words[i].Kind switch
            {
                AddressTokenKind.Atom => IsAtom(text),
                // RFC 2047 section 5 (3): what looks like an encoded word in quotes is none, though most readers decode it.
                // A space behind a backslash is no place to fold.
                AddressTokenKind.Quoted => text.IndexOfAnyExceptInRange(Octet.Space, (byte)'~') < 0 && text.IndexOf("=?"u8) < 0
                    && text.IndexOf("\\ "u8) < 0,
                AddressTokenKind.EncodedWord => alone && EncodedWord.TryRead(text, out var word) && word.IsValidInPhrase,
                _ => false,
            };
            if (!valid)
            {
                return null;
            }
        }

        var phrase = _source[words[0].Start..words[^1].End];
        if (!Ascii.IsValid(phrase))
        {
            return null; // a comment between the words
        }

        // What is no fold, a line end without white space after it, becomes a space: it parts two words as well.
        var line = Folding.Harmless(Encoding.ASCII.GetString(phrase)
            .Replace("\r\n ", " ", StringComparison.Ordinal).Replace("\r\n\t", "\t", StringComparison.Ordinal));
        return Folding.HasLongWord(line) ? null : line; // tokens may touch
    }

    private static bool IsAtom(ReadOnlySpan<byte> text)
    {
        foreach (var octet in text)
        {
            if (!Octet.IsAtext((char)octet))
            {
                return false;
            }
        }

        return true;
    }
}
