using System.Text;

namespace HveRelay.Simulator;

/// <summary>mailbox-list of RFC 5322 section 3.4, without the obsolete forms and without groups.</summary>
internal static class MailboxList
{
    /// <returns>The addresses, without names and comments; null: no such list.</returns>
    public static IReadOnlyList<string>? TryParse(string value)
    {
        var addresses = new List<string>();
        var name = new StringBuilder();
        var angle = new StringBuilder();
        var (inAngle, hadAngle) = (false, false);
        for (var i = 0; i < value.Length; i++)
        {
            var target = inAngle ? angle : name;
            switch (value[i])
            {
                case '"':
                    var close = EndOfQuoted(value, i);
                    if (close < 0 || (hadAngle && !inAngle))
                    {
                        return null;
                    }

                    target.Append(value, i, close - i + 1);
                    i = close;
                    break;
                case '(':
                    i = EndOfComment(value, i);
                    if (i < 0)
                    {
                        return null;
                    }

                    break;
                case '<' when !hadAngle:
                    (inAngle, hadAngle) = (true, true);
                    break;
                case '>' when inAngle:
                    inAngle = false;
                    break;
                case ',' when !inAngle:
                    if (!Finish())
                    {
                        return null;
                    }

                    break;
                case ' ' or '\t' when inAngle || hadAngle:
                    break;
                case var any when hadAngle && !inAngle || any is '<' or '>' or ')' or < ' ' and not '\t':
                    return null;
                default:
                    target.Append(value[i]);
                    break;
            }
        }

        return !inAngle && Finish() ? addresses : null;

        bool Finish()
        {
            var phrase = name.ToString().Trim(' ', '\t');
            var address = hadAngle ? angle.ToString() : phrase;
            name.Clear();
            angle.Clear();
            var phraseIsGood = !hadAngle || IsPhrase(phrase);
            hadAngle = false;
            addresses.Add(address);
            return phraseIsGood && Mailbox.IsValid(address);
        }
    }

    /// <summary>Outside quotes a display name has none of the specials but the dot, which nearly everybody writes (section 4.1).</summary>
    private static bool IsPhrase(string phrase)
    {
        for (var i = 0; i < phrase.Length; i++)
        {
            if (phrase[i] == '"')
            {
                i = EndOfQuoted(phrase, i);
            }
            else if ("@:;[]\\".Contains(phrase[i], StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    private static int EndOfQuoted(string text, int open)
    {
        for (var i = open + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                return i;
            }
        }

        return -1;
    }

    private static int EndOfComment(string text, int open)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++;
                    break;
                case '(':
                    depth++;
                    break;
                case ')' when --depth == 0:
                    return i;
            }
        }

        return -1;
    }
}
