using System.Text;

namespace HveRelay.Smtp.Message.Mime;

/// <summary>
/// A Content-Type (RFC 2045 section 5.1) as far as a relay asks: type, subtype, and the parameters by name. Read as devices write
/// it; a value that has no type/subtype at its start (as <c>text</c> alone, of RFC 1049) is none.
/// </summary>
/// <param name="Type">In lower case, as is the subtype.</param>
/// <param name="IsWhole">Nothing had to be passed over: a parameter can be added at the end.</param>
public sealed record ContentType(string Type, string Subtype, IReadOnlyDictionary<string, string> Parameters, bool IsWhole)
{
    private const int MostParameters = 100; // nobody looks at more, and nobody honest has them

    public bool IsText => Type == "text";

    public bool IsMultipart => Type == "multipart";

    public string? Charset => Parameters.GetValueOrDefault("charset") is { Length: > 0 } charset ? charset : null;

    /// <summary>Null where there is none that RFC 2046 section 5.1.1 allows.</summary>
    public string? Boundary => Parameters.GetValueOrDefault("boundary") is { Length: > 0 and <= 70 } boundary ? boundary : null;

    /// <summary>Null where it is none.</summary>
    public static ContentType? Parse(ReadOnlySpan<byte> value)
    {
        var reader = new Reader(Encoding.Latin1.GetString(value));
        if (reader.Token() is not { } type || !reader.Is('/') || reader.Token() is not { } subtype)
        {
            return null;
        }

        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var whole = true;
        while (!reader.AtEnd)
        {
            if (reader.Is(';'))
            {
                // An empty parameter between or after others is common, and harmless.
                if (reader.AtEnd || reader.Next == ';')
                {
                    continue;
                }

                if (reader.Token() is { } name && reader.Is('=') && reader.Value() is { } text && parameters.Count < MostParameters)
                {
                    parameters.TryAdd(name, text);
                    continue;
                }
            }

            whole = false;
            reader.SkipTo(';');
        }

        return new ContentType(type.ToLowerInvariant(), subtype.ToLowerInvariant(), parameters, whole && !reader.IsWithinComment);
    }

    /// <summary>Goes over the value once, from left to right; white space and comments stand anywhere.</summary>
    private sealed class Reader(string text)
    {
        private int _at;

        /// <summary>It came to the end within a comment that nobody closed.</summary>
        public bool IsWithinComment { get; private set; }

        public bool AtEnd
        {
            get
            {
                SkipSpace();
                return _at >= text.Length;
            }
        }

        public char Next => AtEnd ? '\0' : text[_at];

        public bool Is(char special)
        {
            if (AtEnd || text[_at] != special)
            {
                return false;
            }

            _at++;
            return true;
        }

        public string? Token()
        {
            SkipSpace();
            var start = _at;
            while (_at < text.Length && text[_at] is > ' ' and < '\x7F' && !"()<>@,;:\\\"/[]?=".Contains(text[_at], StringComparison.Ordinal))
            {
                _at++;
            }

            return _at > start ? text[start.._at] : null;
        }

        /// <summary>A token, a quoted string, or what a device thinks is a token: up to white space or a semicolon.</summary>
        public string? Value()
        {
            SkipSpace();
            if (_at < text.Length && text[_at] == '"')
            {
                return Quoted();
            }

            var start = _at;
            while (_at < text.Length && text[_at] is > ' ' and not (';' or '"'))
            {
                _at++;
            }

            return _at > start ? text[start.._at] : null;
        }

        public void SkipTo(char special)
        {
            var found = text.IndexOf(special, _at);
            _at = found < 0 ? text.Length : found;
        }

        private string? Quoted()
        {
            var value = new StringBuilder();
            for (var i = _at + 1; i < text.Length; i++)
            {
                if (text[i] == '"')
                {
                    _at = i + 1;
                    return value.ToString();
                }

                if (text[i] == '\\' && i + 1 < text.Length)
                {
                    i++;
                }

                if (text[i] is not ('\r' or '\n'))
                {
                    value.Append(text[i]);
                }
            }

            return null;
        }

        private void SkipSpace()
        {
            var depth = 0;
            for (; _at < text.Length; _at++)
            {
                switch (text[_at])
                {
                    case '\\' when depth > 0:
                        _at++;
                        break;
                    case '(':
                        depth++;
                        break;
                    case ')' when depth > 0:
                        depth--;
                        break;
                    case ' ' or '\t' or '\r' or '\n':
                        break;
                    default:
                        if (depth == 0)
                        {
                            return;
                        }

                        break;
                }
            }

            IsWithinComment |= depth > 0;
        }
    }
}
