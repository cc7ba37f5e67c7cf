using FsCheck;
using FsCheck.Fluent;
using HveRelay.Smtp.Server;

namespace HveRelay.Tests.Smtp.Server;

public sealed class PathParserTests
{
    private static readonly string _local = new('a', 64);

    [Theory]
    // RFC 5321 section 4.1.2
    [InlineData("FROM:<a@contoso.com>", "a@contoso.com", Quirks.None)]
    [InlineData("from:<a@contoso.com>", "a@contoso.com", Quirks.None)]
    [InlineData("FROM:<>", "", Quirks.None)]
    [InlineData("FROM:<a+b/c=d!#$%&'*-?^_`{|}~.e@contoso.com>", "a+b/c=d!#$%&'*-?^_`{|}~.e@contoso.com", Quirks.None)]
    [InlineData("FROM:<\"a b\"@contoso.com>", "\"a b\"@contoso.com", Quirks.None)]
    [InlineData("FROM:<\"a@b\"@contoso.com>", "\"a@b\"@contoso.com", Quirks.None)]
    [InlineData("FROM:<\"a>b\"@contoso.com>", "\"a>b\"@contoso.com", Quirks.None)]
    [InlineData("FROM:<\"a\\\"b\"@contoso.com>", "\"a\\\"b\"@contoso.com", Quirks.None)]
    [InlineData("FROM:<\"\\\\\"@contoso.com>", "\"\\\\\"@contoso.com", Quirks.None)]
    [InlineData("FROM:<a@[192.0.2.1]>", "a@[192.0.2.1]", Quirks.None)]
    [InlineData("FROM:<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]", Quirks.None)]
    [InlineData("FROM:<a@xn--bcher-kva.example>", "a@xn--bcher-kva.example", Quirks.None)]
    // Dialects
    [InlineData("FROM: <a@contoso.com>", "a@contoso.com", Quirks.SpaceAfterColon)]
    [InlineData("FROM:\t<a@contoso.com>", "a@contoso.com", Quirks.SpaceAfterColon)]
    [InlineData("FROM :<a@contoso.com>", "a@contoso.com", Quirks.None)]
    [InlineData("FROM:< a@contoso.com >", "a@contoso.com", Quirks.None)]
    [InlineData("FROM:a@contoso.com", "a@contoso.com", Quirks.NoBrackets)]
    [InlineData("FROM: a@contoso.com", "a@contoso.com", Quirks.NoBrackets | Quirks.SpaceAfterColon)]
    [InlineData("FROM:<@x.example:a@contoso.com>", "a@contoso.com", Quirks.SourceRoute)]
    [InlineData("FROM:<@x.example,@y:a@contoso.com>", "a@contoso.com", Quirks.SourceRoute)]
    [InlineData("FROM:<postmaster>", "postmaster", Quirks.NoDomain)]
    [InlineData("FROM:<\"a b\">", "\"a b\"", Quirks.NoDomain)]
    [InlineData("FROM:<.a..b.@contoso.com>", ".a..b.@contoso.com", Quirks.None)]
    [InlineData("FROM:<a@under_score.example>", "a@under_score.example", Quirks.None)]
    public void What_is_a_path_is_read(string argument, string address, Quirks quirks)
    {
        var path = PathParser.Parse(argument, "FROM");

        Assert.Equal((address, quirks), (path?.Address, path?.Quirks));
        Assert.Empty(path!.Parameters);
    }

    [Theory]
    [InlineData("")]
    [InlineData("FROM")]
    [InlineData("FROM:")]
    [InlineData("FROM: ")]
    [InlineData("FROM a@contoso.com")]
    [InlineData("TO:<a@contoso.com>")]
    [InlineData("FROM:<a@contoso.com")]
    [InlineData("FROM:a@contoso.com>")]
    [InlineData("FROM:<<a@contoso.com>>")]
    [InlineData("FROM:<a@contoso.com>SIZE=1")]
    [InlineData("FROM:<a@contoso.com><b@contoso.com>")]
    [InlineData("FROM:<@contoso.com>")]
    [InlineData("FROM:<a@>")]
    [InlineData("FROM:<@>")]
    [InlineData("FROM:<@x:>")]
    [InlineData("FROM:<a@b@contoso.com>")]
    [InlineData("FROM:<a@.contoso.com>")]
    [InlineData("FROM:<a@contoso..com>")]
    [InlineData("FROM:<a@conto so.com>")]
    [InlineData("FROM:<a@contoso.com,b@contoso.com>")]
    [InlineData("FROM:<a@[]>")]
    [InlineData("FROM:<a@[>")]
    [InlineData("FROM:<a@[1.2.3.4>")]
    [InlineData("FROM:<a@[x y]>")]
    [InlineData("FROM:<a b@contoso.com>")]
    [InlineData("FROM:<a,b@contoso.com>")]
    [InlineData("FROM:<a(c)@contoso.com>")]
    [InlineData("FROM:<a\\b@contoso.com>")]
    [InlineData("FROM:<a\"b@contoso.com>")]
    [InlineData("FROM:<\"a@contoso.com>")]
    [InlineData("FROM:<\"a\\\"@contoso.com>")]
    [InlineData("FROM:<\"a\"b@contoso.com>")]
    [InlineData("FROM:<\"a\rb\"@contoso.com>")]
    [InlineData("FROM:<\"a\nb\"@contoso.com>")]
    [InlineData("FROM:<\"a\\\nb\"@contoso.com>")]
    [InlineData("FROM:<\"a\0\"@contoso.com>")]
    [InlineData("FROM:<\"a\tb\"@contoso.com>")]
    [InlineData("FROM:<a\x7F@contoso.com>")]
    [InlineData("FROM:<a@contoso\r.com>")]
    [InlineData("FROM:<a@contoso.com\0>")]
    [InlineData("FROM:<\u00FC@contoso.com>")]
    [InlineData("FROM:<\"\u0085\"@contoso.com>")]
    [InlineData("FROM:<a@b\u00FCcher.example>")]
    [InlineData("FROM:<a@contoso.com> =")]
    [InlineData("FROM:<a@contoso.com> S\u00CCZE=1")]
    public void What_is_none_is_refused(string argument) => Assert.Null(PathParser.Parse(argument, "FROM"));

    [Fact]
    public void A_path_may_have_256_octets_with_its_brackets()
    {
        var domain = string.Join('.', Enumerable.Repeat(new string('b', 62), 3)) + "." + new string('c', 254 - 65 - 189);

        Assert.NotNull(PathParser.Parse($"FROM:<{_local}@{domain}>", "FROM"));
        Assert.Null(PathParser.Parse($"FROM:<{_local}@{domain}c>", "FROM"));
    }

    [Fact]
    public void Parameters_are_pairs_with_names_in_upper_case()
    {
        var path = PathParser.Parse("FROM:<a@contoso.com>  size=10 BODY=8bitmime  SMTPUTF8 x-y=a=b e= ", "FROM");

        Assert.Equal("SIZE=10|BODY=8bitmime|SMTPUTF8=-|X-Y=a=b|E=", string.Join('|', path!.Parameters.Select(pair => $"{pair.Key}={pair.Value ?? "-"}")));
    }

    [Fact]
    public void Whatever_comes_an_address_is_one_line_of_ASCII_with_one_place_for_the_domain()
    {
        var piece = Gen.Elements(
            "FROM", ":", "<", ">", "@", "\"", "\\", " ", "\t", "a", "b.c", ",", "[", "]", "\r", "\n", "\0", "\x7F", "\u00E9", "\ud83d", "=", "SIZE=1", "(", ".");
        Prop.ForAll(piece.ListOf().Select(string.Concat).ToArbitrary(), text =>
        {
            foreach (var argument in new[] { text, "FROM:<" + text + ">", "FROM:<\"" + text + "\"@contoso.com>" })
            {
                if (PathParser.Parse(argument, "FROM") is { } path
                    && (path.Address.Length > 254 || path.Address.AsSpan().ContainsAnyExceptInRange(' ', '~') || path.Address.StartsWith('@')))
                {
                    return false;
                }
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }
}
