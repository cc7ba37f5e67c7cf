using System.Runtime.InteropServices;
using System.Text;

namespace HveRelay.Smtp.Message;

/// <summary>
/// Puts text together from encoded words and plain text. White space between two encoded words is not part of the text
/// (RFC 2047 section 6.2), and words of one character set are decoded together, since senders split characters between them.
/// </summary>
internal sealed class EncodedText
{
    private readonly StringBuilder _text = new();
    private readonly List<byte> _octets = [];
    private Encoding? _charset;
    private bool _afterWord;

    /// <param name="space">The white space between it and what came before.</param>
    public void AddWord(EncodedWord word, ReadOnlySpan<byte> space)
    {
        var charset = Charsets.Find(word.Charset);
        if (charset is null)
        {
            AddText(Encoding.Latin1.GetString(space) + Encoding.Latin1.GetString(word.Raw));
            return;
        }

        if (!_afterWord)
        {
            _text.Append(Encoding.Latin1.GetString(space));
        }
        else if (!charset.Equals(_charset))
        {
            Flush();
        }

        _charset = charset;
        _octets.AddRange(word.Decode());
        _afterWord = true;
    }

    public void AddText(string text)
    {
        Flush();
        _text.Append(text);
        _afterWord = false;
    }

    public override string ToString()
    {
        Flush();
        return _text.ToString();
    }

    private void Flush()
    {
        if (_octets.Count > 0)
        {
            _text.Append(_charset!.GetString(CollectionsMarshal.AsSpan(_octets)));
            _octets.Clear();
        }
    }
}
