using System.Globalization;
using System.Text;
using HveRelay.Delivery;
using HveRelay.Queue;
using HveRelay.Wording;

namespace HveRelay.Operations.Verbs.Why;

/// <summary>The story of one message for people.</summary>
internal static class WhyText
{
    private const int TimeWidth = 20;
    private const int WordWidth = 11;

    public static string Of(MessageRecord record, ReplyTables replies, RelayNow relay, DateTimeOffset now, Language language)
    {
        var mail = record.Envelope;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{mail.Id}: {States(record)}\n");
        text.Append("  from ").Append(PlainText.OneLine(QueueText.Sender(mail))).Append(record.Arrival?.MessageId is { } name ? $", Message-ID <{PlainText.OneLine(name)}>\n" : "\n");
        foreach (var moment in MessageTimeline.Of(record, replies, language))
        {
            Line(text, PlainText.Time(moment.At), moment.What, moment.Words);
            foreach (var (what, words) in moment.Details)
            {
                Line(text, string.Empty, "  " + what, words);
            }
        }

        if (record.EndedAt is { } ended)
        {
            Line(text, PlainText.Time(ended), "ended", States(record));
        }

        foreach (var step in WhatNext.Of(record, relay, now, language))
        {
            Line(text, string.Empty, language.Say("next"), $"{MessageTimeline.Some(step.To)}: {language.Say(step.Words)}");
            foreach (var note in step.Notes)
            {
                Line(text, string.Empty, string.Empty, language.Say(note));
            }
        }

        return text.ToString();
    }

    /// <summary>How many recipients are where: <c>1 queued, 2 relayed</c>.</summary>
    public static string States(MessageRecord record) => string.Join(", ", record.Recipients.GroupBy(recipient => recipient.State).OrderBy(state => state.Key)
        .Select(state => record.Recipients.Count == 1 ? QueueText.Word(state.Key) : $"{PlainText.Number(state.Count())} {QueueText.Word(state.Key)}"));

    private static void Line(StringBuilder text, string time, string what, string words) => text
        .Append(time.PadRight(TimeWidth)).Append("  ").Append(TextWidth.Pad(what, WordWidth)).Append("  ").Append(PlainText.OneLine(words)).Append('\n');
}
