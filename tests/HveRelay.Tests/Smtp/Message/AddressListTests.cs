using System.Text;
using FsCheck.Fluent;
using HveRelay.Smtp.Message;

namespace HveRelay.Tests.Smtp.Message;

public sealed class AddressListTests
{
    /// <summary>Value, then each mailbox as name|address.</summary>
    public static TheoryData<string, string[]> Values => new()
    {
        // As the RFC has it.
        { "a@b.c", ["|a@b.c"] },
        { "<a@b.c>", ["|a@b.c"] },
        { "Scanner 3 <a@b.c>", ["Scanner 3|a@b.c"] },
        { "\"Scanner, \\\"3\\\"\" <a@b.c>", ["Scanner, \"3\"|a@b.c"] },
        { "a@b.c, Bob <d@e.f>,,\r\n g@h.i", ["|a@b.c", "Bob|d@e.f", "|g@h.i"] },
        { "\"a b\"@[IPv6:fd00::1]", ["|\"a b\"@[IPv6:fd00::1]"] },
        { "a (one (nested \\)) comment) @ b.c (Scanner)", ["one (nested )) comment Scanner|a@b.c"] },
        { "a@b.c (Scanner 3)", ["Scanner 3|a@b.c"] },
        { "Name (comment) <a@b.c>", ["Name|a@b.c"] },
        { "<@x.y,@z:a@b.c>", ["|a@b.c"] },
        { "=?utf-8?Q?B=C3=BCro?= =?utf-8?B?IDM=?= <a@b.c>", ["Büro 3|a@b.c"] },
        { "=?utf-8?Q?B=C3?=\r\n =?utf-8?Q?=BCro?= <a@b.c>", ["Büro|a@b.c"] },
        { "\"=?iso-8859-1?Q?B=FCro?=\" <a@b.c>", ["Büro|a@b.c"] },
        { "=?x-none?Q?B=FCro?= <a@b.c>", ["=?x-none?Q?B=FCro?=|a@b.c"] },
        { "", [] },
        { " \r\n ", [] },

        // As devices have it.
        { "a@b.c <a@b.c>", ["a@b.c|a@b.c"] },
        { "Dr. No: 3rd <a@b.c>", ["3rd|a@b.c"] },
        { "=?utf-8?Q?Floor 3, left?= <a@b.c>", ["Floor 3, left|a@b.c"] },
        { "Scanner a@b.c", ["Scanner|a@b.c"] },
        { "Scanner <a@b.c", ["Scanner|a@b.c"] },
        { "Scanner a@b.c>", ["Scanner|a@b.c"] },
        { "Scanner <a@b.c, Bob <d@e.f>", ["Scanner|a@b.c", "Bob|d@e.f"] },
        { "<a@b.c> Scanner", ["Scanner|a@b.c"] },
        { "<a@b.c> Bob <d@e.f>", ["|a@b.c", "Bob|d@e.f"] },
        { "<<a@b.c>>", ["|a@b.c"] },
        { "<mailto:a@b.c>", ["|a@b.c"] },
        { "a@b.c; d@e.f", ["|a@b.c", "|d@e.f"] },
        { "Scanner 3", ["Scanner 3|"] },
        { "<>", ["|"] },
        { "5\" printer <a@b.c>", ["5\" printer|a@b.c"] },
        { "Scanner (3 <a@b.c>", ["Scanner (3|a@b.c"] },
        { "Scanner [3] <a@b.c>", ["Scanner [3]|a@b.c"] },
        { "Büro <a@b.c>", ["Büro|a@b.c"] },
        { "<a b@c.d>", ["|a b@c.d"] },
        { "a@b@c.d", ["|a@b@c.d"] },
        { "@", ["@|"] },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_gives_its_mailboxes(string value, string[] expected) =>
        Assert.Equal(expected, AddressList.Parse(value).Mailboxes.Select(mailbox => $"{mailbox.DisplayName}|{mailbox.Address}"));

    [Fact]
    public void Groups_are_read_and_their_members_know_them()
    {
        var list = AddressList.Parse("Team: a@b.c, Bob <d@e.f>;, g@h.i, undisclosed-recipients:;");

        Assert.Equal(["Team", "undisclosed-recipients"], list.Groups);
        Assert.Equal(["Team", "Team", null], list.Mailboxes.Select(mailbox => mailbox.Group));
        Assert.True(list.IsWellFormed);
    }

    [Fact]
    public void Raw_octets_are_UTF_8_or_else_Latin_1()
    {
        Assert.Equal("Büro", AddressList.Parse("Büro <a@b.c>"u8).Mailboxes[0].DisplayName);
        Assert.Equal("Büro", AddressList.Parse(Encoding.Latin1.GetBytes("Büro <a@b.c>")).Mailboxes[0].DisplayName);
    }

    [Theory]
    [InlineData("a@b.c", true)]
    [InlineData("Ann <a@b.c>", true)]
    [InlineData("a@b.c <a@b.c>", false)]
    [InlineData("Dr. No <a@b.c>", false)]
    [InlineData("Ann <a@b.c", false)]
    [InlineData("Ann", false)]
    [InlineData("Büro <a@b.c>", false)]
    public void What_had_to_be_guessed_is_told(string value, bool wellFormed) =>
        Assert.Equal(wellFormed, AddressList.Parse(value).IsWellFormed);

    [Theory]
    [InlineData("a@b.c", true)]
    [InlineData("\"a b\"@b.c", true)]
    [InlineData("a@[10.0.0.1]", true)]
    [InlineData("a", false)]
    [InlineData("@b.c", false)]
    [InlineData("a@", false)]
    [InlineData("a@b..c", false)]
    [InlineData("a b@c.d", false)]
    [InlineData("a@b@c.d", false)]
    [InlineData("ä@b.c", false)]
    [InlineData("a@b.c>", false)]
    [InlineData("\"a\\\"@b.c", false)]
    [InlineData("a@b.c\r\nX: y", false)]
    public void An_address_that_can_be_replied_to_is_known(string address, bool usable) =>
        Assert.Equal(usable, new NamedMailbox("", address).IsUsable);

    [Theory]
    [InlineData("", "hve1@contoso.com")]
    [InlineData("Scanner 3", "Scanner 3 <hve1@contoso.com>")]
    [InlineData("scanner-3@contoso.com", "\"scanner-3@contoso.com\" <hve1@contoso.com>")]
    [InlineData("a \"b\" \\", "\"a \\\"b\\\" \\\\\" <hve1@contoso.com>")]
    [InlineData("Büro", "=?utf-8?B?QsO8cm8=?= <hve1@contoso.com>")]
    [InlineData("=?utf-8?q?x?=", "=?utf-8?B?PT91dGYtOD9xP3g/PQ==?= <hve1@contoso.com>")]
    [InlineData("a\r\nBcc: x", "\"a  Bcc: x\" <hve1@contoso.com>")]
    public void A_mailbox_is_formatted(string name, string formatted) =>
        Assert.Equal(formatted, new NamedMailbox(name, "hve1@contoso.com").Format());

    [Fact]
    public void A_name_reads_back_from_a_field_as_it_was_formatted() =>
        Prop.ForAll(Octets.Text, name =>
        {
            var field = HeaderField.Structured("From", new NamedMailbox(name, "hve1@contoso.com").Format());

            var only = Assert.Single(AddressList.Parse(field.Value.Span).Mailboxes);

            Assert.Equal(Octets.Harmless(name.Replace('\t', ' ')), only.DisplayName);
            Assert.Equal("hve1@contoso.com", only.Address);
        }).Hold();

    /// <summary>The fold was put between a backslash and its quote, and HVE takes such a From for none: 550 5.7.512.</summary>
    [Theory]
    [InlineData("\"", "\\\"", "\"", 500)]
    [InlineData("=?utf-8?q?", "=22", "?=", 700)]
    [InlineData("", "\"\\\"\"", "", 400)]
    [InlineData("\"", "ab\\ cd", "\"", 100)]
    [InlineData("\"a ", "\\\\", "\"", 880)]
    public void A_name_full_of_backslashes_is_broken_at_none(string before, string repeated, string after, int times)
    {
        var mailbox = AddressList.Parse(before + string.Concat(Enumerable.Repeat(repeated, times)) + after + " <a@b.c>").Mailboxes[0];

        var value = Encoding.ASCII.GetString(HeaderField.Structured("From", mailbox.Format()).Raw.Span);

        Assert.Equal(mailbox.DisplayName, AddressList.Parse(value["From:".Length..]).Mailboxes[0].DisplayName);
        Assert.DoesNotContain("\\\r\n", value.Replace("\\\\", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.All(value.Split("\r\n"), line => Assert.True(line.Length <= 998));
    }

    /// <summary>No second header comes of them, but readers stumble.</summary>
    [Theory]
    [InlineData("=?utf-8?b?QQ0KQmNjOiB4?=", "\"A  Bcc: x\"")]
    [InlineData("=?utf-8?q?A=00B=7F?=", "A B")]
    [InlineData("=?iso-8859-1?q?A=85=09B?=", "\"A  B\"")]
    [InlineData("=?iso-2022-jp?B?GyRCJTklLRsoQg==?=", "=?iso-2022-jp?B?GyRCJTklLRsoQg==?=")]
    public void Control_characters_in_an_encoded_word_are_spaces_in_the_new_one(string name, string formatted) =>
        Assert.Equal($"{formatted} <a@b.c>", AddressList.Parse(name + " <a@b.c>").Mailboxes[0].Format());

    [Fact]
    public void A_line_end_that_is_no_fold_still_parts_two_words()
    {
        var mailbox = AddressList.Parse("x\r\n=?x?q?y?= <a@b.c>").Mailboxes[0];

        Assert.Equal(mailbox.DisplayName, AddressList.Parse(mailbox.Format()).Mailboxes[0].DisplayName);
    }

    [Fact]
    public void Any_octets_give_mailboxes_that_can_be_formatted_into_one() =>
        Prop.ForAll(Octets.LikeMail, value =>
        {
            foreach (var mailbox in AddressList.Parse(value).Mailboxes)
            {
                var field = HeaderField.Structured("From", (mailbox with { Address = "hve1@contoso.com" }).Format());

                var only = Assert.Single(AddressList.Parse(field.Value.Span).Mailboxes);
                Assert.Equal("hve1@contoso.com", only.Address);
                Assert.Equal(mailbox.DisplayName, only.DisplayName);
            }
        }).Hold();

    [Theory]
    [InlineData("(")]
    [InlineData("\"")]
    [InlineData("[")]
    [InlineData("<")]
    [InlineData("a@")]
    [InlineData("=?")]
    [InlineData("=?u?q?,")]
    [InlineData("=?utf-8?q?a?= ")]
    [InlineData("=?none?q?a?= ")]
    [InlineData("<a@b.c> ")]
    [InlineData("a:")]
    [InlineData("\\\"(")]
    [InlineData("x ")]
    public void A_megabyte_of_anything_takes_linear_time(string piece)
    {
        var value = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length)));
        var start = TimeProvider.System.GetTimestamp();

        AddressList.Parse(value);
        HeaderField.Text("X", Encoding.ASCII.GetString(value)).Decode();

        // Quadratic time would be minutes.
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
    }
}
