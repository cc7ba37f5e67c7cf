namespace HveRelay.Wording;

/// <summary>What accounts say of themselves, and what each class of replies makes the relay do.</summary>
internal static class AccountStates
{
    public static readonly (string English, string Own)[] Rows =
    [
        ("{0} paused it: {1}", "{0} が一時停止しました。理由：{1}"),
        ("{0} paused it", "{0} が一時停止しました。"),
        ("Administrator: hverelay accounts resume {0}", "管理者：hverelay accounts resume {0} を実行すると再開します。"),
        ("The tenant's daily limit of recipients is reached", "テナントの 1 日あたりの受信者数の上限に達しました。"),
        ("The account's daily limit of recipients is reached", "アカウントの 1 日あたりの受信者数の上限に達しました。"),
        ("The tenant's daily limit of recipients is reached, but for the reserve of urgent mail",
            "緊急メール用の予備を除き、テナントの 1 日あたりの受信者数の上限に達しました。"),
        ("The smarthost's daily limit of recipients is reached, but for the reserve of urgent mail",
            "緊急メール用の予備を除き、スマート ホストの 1 日あたりの受信者数の上限に達しました。"),
        ("The account's daily limit of recipients is reached, but for the reserve of urgent mail",
            "緊急メール用の予備を除き、アカウントの 1 日あたりの受信者数の上限に達しました。"),
        ("The smarthost's daily limit of recipients is reached", "スマート ホストの 1 日あたりの受信者数の上限に達しました。"),

        // What the relay does, class by class
        ("tries these recipients again by Queue.RetrySchedule, until Queue.Lifetime is over; the account goes on",
            "Queue.Lifetime が過ぎるまで、Queue.RetrySchedule に従ってこれらの受信者への送信を再試行します。アカウントの送信は続行されます。"),
        ("tries these recipients again as with Retry; where no connection comes about the account is unreachable, and left alone for growing intervals up to 5 minutes",
            "Retry と同様に、これらの受信者への送信を再試行します。接続できない場合、アカウントは unreachable になり、最大 5 分まで間隔を延ばしながら待機します。"),
        ("tries once more after about 2 s, then after the first wait of Queue.RetrySchedule; the account is throttled and goes on with half as many connections, one more every 30 s when all goes well; at its last connection it is left alone for growing intervals up to 1 minute",
            "約 2 秒後にもう一度試行し、その後は Queue.RetrySchedule の最初の待機時間の後に再試行します。アカウントは throttled になり、接続数を半分にして続行します。問題がなければ、30 秒ごとに接続を 1 つずつ増やします。接続が最後の 1 つになると、最大 1 分まで間隔を延ばしながら待機します。"),
        ("tries again in an hour; the account is exhausted, and its mail is kept", "1 時間後に再試行します。アカウントは exhausted になり、メールは保持されます。"),
        ("keeps the mail, lets the account rest (faulty), raises an alarm, and probes with one message after 30 s and ever less often, up to 15 minutes",
            "メールを保持し、アカウントの送信を停止して (faulty) アラームを発行します。30 秒後から最大 15 分まで間隔を延ばしながら、1 通のメッセージで復旧を確認します。"),
        ("fetches a new token and tries once more at once; where that does not help, as with AccountFault",
            "新しいトークンを取得し、直ちにもう一度試行します。それでも解決しない場合は AccountFault と同様です。"),
        ("those accepted go, the others follow at once; where none was accepted, as with Retry",
            "受け付けられた受信者には送信し、残りの受信者には直ちに続けて送信します。1 名も受け付けられなかった場合は Retry と同様です。"),
        ("these recipients fail; the others are not touched", "これらの受信者は配信不能になります。ほかの受信者には影響しません。"),
    ];
}
