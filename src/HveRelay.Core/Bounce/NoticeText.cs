using System.Globalization;
using System.Text;
using HveRelay.Wording;

namespace HveRelay.Bounce;

/// <summary>The words of a notice in its language, for somebody in an office first. Pure.</summary>
internal sealed class NoticeText(Notice notice, Language language)
{
    private readonly NoticeWords _words = language.Notice;
    private readonly StringBuilder _text = new();

    /// <summary>Beside the account's address.</summary>
    public string From => With(_words.From, notice.HostName);

    public string Subject => With(
        notice.Failed > 0 ? _words.NotDelivered : _words.Delayed,
        notice.OnlyMessage is not { } only ? With(_words.OfYourMessages, Recipients(notice.Failed + notice.Delayed))
            : only.Original.Subject.Length > 0 ? only.Original.Subject : _words.NoSubject);

    public string Body()
    {
        _text.Clear().Append(With(_words.Greeting, notice.HostName)).Append("\n\n").Append(Summary()).Append('\n');
        foreach (var message in notice.Recipients.GroupBy(recipient => recipient.Envelope.Id))
        {
            AppendMessage(message.First());
            foreach (var recipient in message)
            {
                AppendRecipient(recipient);
            }
        }

        var more = notice.Failed + notice.Delayed - notice.Recipients.Count;
        if (more > 0)
        {
            _text.Append('\n').Append(With(_words.More, Count(more, _words.OneMoreRecipient, _words.MoreRecipients))).Append('\n');
        }

        _text.Append('\n').Append(_words.WithinTheHour).Append('\n');
        if (notice.Postmaster.Length > 0)
        {
            _text.Append(With(_words.Questions, notice.Postmaster)).Append('\n');
        }

        return _text.ToString();
    }

    private string Summary() => (notice.Failed, notice.Delayed) switch
    {
        (> 0, > 0) => With(_words.FailedAndDelayed, Recipients(notice.Failed), Count(notice.Delayed, _words.OneOther, _words.Others)),
        (> 0, _) => With(_words.Failed, Recipients(notice.Failed)),
        _ => With(_words.Late, Recipients(notice.Delayed)),
    };

    private void AppendMessage(NoticedRecipient first)
    {
        var (mail, original) = (first.Envelope, first.Original);
        _text.Append('\n').Append(_words.Message).Append('\n');
        Line(_words.Subject, original.Subject.Length > 0 ? original.Subject : _words.None);
        Line(_words.Accepted, _words.Time(mail.ReceivedAt));
        Line(_words.SentFrom, With(_words.Origin, mail.Origin.HelloName, mail.Origin.Address, mail.Origin.Client));
        Line(_words.Sender, mail.ReversePath.Length > 0 ? mail.ReversePath : _words.None);
        Line(_words.QueueId, mail.Id.ToString());
    }

    private void AppendRecipient(NoticedRecipient recipient)
    {
        _text.Append("\n  ").Append(recipient.Address).Append('\n');
        Line("  " + _words.What, recipient.Kind switch
        {
            NoticeKind.Refused => _words.Refused,
            NoticeKind.Bounced => _words.Bounced,
            NoticeKind.Expired => _words.Expired,
            NoticeKind.Held => _words.Held,
            _ => With(_words.Trying, _words.Time(recipient.Envelope.ExpiresAt)),
        });
        Line("  " + _words.Why, Said(recipient.Words?.Cause));
        AppendRemedy(Said(recipient.Words?.Remedy) ?? string.Empty);
        Line("  " + _words.LastTried, recipient.LastAttempt is { } last ? _words.Time(last) : null);
        Line("  " + (recipient.Kind == NoticeKind.Bounced ? _words.Reason : _words.Reply), Said(recipient.Reply));
    }

    private void AppendRemedy(string remedy)
    {
        if (_words.How is not { } label)
        {
            Line("  " + _words.WhoMendsIt, remedy);
            return;
        }

        var (who, how) = Language.Split(remedy);
        Line("  " + _words.WhoMendsIt, who);
        Line("  " + label, how);
    }

    private void Line(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _text.Append("  ").Append(_words.Label(name)).Append(OnOneLine(value)).Append('\n');
        }
    }

    private string? Said(string? sentence) => sentence is null ? null : language.Say(sentence);

    private string Recipients(int count) => Count(count, _words.OneRecipient, _words.Recipients);

    private static string Count(int count, string one, string several) => With(count == 1 ? one : several, count);

    private static string OnOneLine(string value) => string.Concat(value.Select(character => char.IsControl(character) ? ' ' : character));

    private static string With(string sentence, params object[] blanks) => string.Format(CultureInfo.InvariantCulture, sentence, blanks);
}
