using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace HveRelay.Tests.Smtp.Message;

/// <summary>Random octets that are likely to look like mail.</summary>
internal static class Octets
{
    private static readonly string[] Pieces =
    [
        "\r\n", "\r\n", "\r", "\n", " ", "\t", ":", "a", "From", "From ", "Received", "received:", "X-A: b", "Subject: x\r\n", "\0", "\xE9",
        "\xC3\xA9", "<", ">", "@", ",", ";", "\"", "(", ")", "[", "]", "\\", "=?utf-8?Q?=C3?=", "=?utf-8?B?qQ==?=", "=?x?q?y?=",
        "=?", "?=", ".", "a@b.c", "x",
    ];

    public static Arbitrary<byte[]> LikeMail =>
        Gen.Elements(Pieces).ListOf().Select(pieces => Encoding.Latin1.GetBytes(string.Concat(pieces))).ToArbitrary();

    /// <summary>Text of any characters that a value may be made of, the dangerous ones often.</summary>
    public static Arbitrary<string> Text =>
        Gen.Elements("\r\n", "\r", "\n", "\0", "\t", " ", "   ", "a", "word", "é", "漢字", "😀", "\ud83d", "=?utf-8?q?x?=", "\"", "\\",
                "<a@b>", ",", "X-Bad: 1", "a@b", ".", "(", ")", "\u0085", "\u2028", new string('w', 80),
                new string('w', 1100), new string(' ', 70))
            .ListOf().Select(string.Concat).ToArbitrary();

    public static void Hold(this Property property) => property.Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    /// <summary>What the relay makes of text before it writes it: control characters are spaces, none stands around it.</summary>
    public static string Harmless(string text)
    {
        var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        return string.Concat(valid.Select(octet => octet != '\t' && char.IsControl(octet) ? ' ' : octet)).Trim();
    }
}
