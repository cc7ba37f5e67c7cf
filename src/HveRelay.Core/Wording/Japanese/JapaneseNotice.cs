namespace HveRelay.Wording;

/// <summary>Notices in Japanese.</summary>
internal static class JapaneseNotice
{
    private const string Weekdays = "日月火水木金土";

    public static NoticeWords Words { get; } = new()
    {
        From = "メール リレー {0}",
        NotDelivered = "配信不能：{0}",
        Delayed = "配信遅延：{0}",
        NoSubject = "件名のないメッセージ",
        OfYourMessages = "お送りいただいたメッセージ ({0})",
        OneRecipient = "受信者 {0} 名",
        Recipients = "受信者 {0} 名",
        OneOther = "別の受信者 {0} 名",
        Others = "別の受信者 {0} 名",
        OneMoreRecipient = "受信者 {0} 名",
        MoreRecipients = "受信者 {0} 名",
        Greeting = "これは、メール リレー {0} が自動的に送信している配信状況の通知です。",
        FailedAndDelayed = "{0}にメールを配信できませんでした。また、{1}への配信に時間がかかっています。配信に時間がかかっている受信者については、現時点で必要な操作はありません。",
        Failed = "{0}にメールを配信できませんでした。再試行は行われません。",
        Late = "{0}へのメールの配信に、通常より時間がかかっています。再試行は続いていますので、送り直す必要はありません。",
        More = "このほかにも{0}がありますが、この通知には記載していません。リレーの管理者は、キューですべての受信者を確認できます。",
        WithinTheHour = "これから 1 時間以内に発生した配信不能と配信遅延は、1 通の通知にまとめてお知らせします。",
        Questions = "お問い合わせ先：{0}",
        Message = "メッセージ",
        Subject = "件名",
        Accepted = "受付日時",
        SentFrom = "送信元",
        Origin = "{0} ({1})、クライアント {2}",
        Sender = "送信者",
        QueueId = "キュー ID",
        None = "(なし)",
        What = "状況",
        Refused = "配信できませんでした。受信側に拒否されました。",
        Bounced = "配信できませんでした。リレーの管理者が配信を取りやめました。",
        Expired = "配信できませんでした。メッセージの有効期間内に引き渡すことができませんでした。",
        Held = "リレーの管理者が保留を解除するまで待機しています。",
        Trying = "まだ配信されていません。{0} まで再試行します。",
        Why = "原因",
        WhoMendsIt = "担当",
        How = "対処",
        LastTried = "最終試行日時",
        Reason = "理由",
        Reply = "応答",
        Label = name => name + "：",
        Time = time => $"{time.UtcDateTime:yyyy'年'M'月'd'日'}({Weekdays[(int)time.UtcDateTime.DayOfWeek]}) {time.UtcDateTime:HH:mm} (UTC)",
    };
}
