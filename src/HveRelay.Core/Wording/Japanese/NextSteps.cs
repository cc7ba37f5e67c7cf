namespace HveRelay.Wording;

/// <summary>What happens next with a message, as <c>why</c> says it.</summary>
internal static class NextSteps
{
    public static readonly (string English, string Own)[] Rows =
    [
        ("next", "次の動作"),
        ("held: it waits for an operator", "保留中です。オペレーターの操作を待っています。"),
        ("'hverelay queue release {0}' lets it go, 'hverelay queue remove {1}' takes it out",
            "'hverelay queue release {0}' で保留を解除し、'hverelay queue remove {1}' で削除できます。"),
        ("attempt {0} was under way when the relay ended", "試行 {0} の途中でリレーが終了しました。"),
        ("at its next start that is marked unsure, may be sent twice, and tried again after the first wait of Queue.RetrySchedule",
            "リレーの次回の起動時に、この試行は「不明 (2 回送信される可能性あり)」と記録され、Queue.RetrySchedule の最初の待機時間の後に再試行されます。"),
        ("attempt {0} is under way, by {1}", "試行 {0} を実行中です ({1})。"),
        ("attempt {0} at {1}, in {2}", "試行 {0} を {1} に行います (あと {2})。"),
        ("attempt {0} now: it is due", "試行 {0} を直ちに行います。"),
        ("no relay answers here: it goes when one runs", "リレーが応答しません。リレーを起動すると送信されます。"),
        ("the tenant's daily limit of recipients is reached: there is room again at {0}; mail waits for it and is not bounced",
            "テナントの 1 日あたりの受信者数の上限に達しました。{0} に空きができます。メールはそれまで待機し、配信不能にはなりません。"),
        ("{0} is not configured here: the relay moves its mail to any account within a minute",
            "{0} は構成されていません。メールは 1 分以内に任意のアカウントに移されます。"),
        ("the smarthost {0} is not among Smarthosts, and its mail goes by no other way: put it back, or give the mail up by hverelay queue bounce",
            "スマートホスト {0} は Smarthosts にありません。このメールはほかの経路では送信されません。設定を元に戻すか、hverelay queue bounce で送信を取りやめてください。"),
        ("the smarthost {0} gets {1} messages a minute at most (MessagesPerMinute): others may go first",
            "スマートホスト {0} への送信は 1 分間に {1} 件までです (MessagesPerMinute)。ほかのメールが先に送信されることがあります。"),
        ("smarthost {0} is {1} since {2}", "スマートホスト {0} の状態は {1} です ({2} から)。"),
        ("smarthost {0} is {1}", "スマートホスト {0} の状態は {1} です。"),
        ("account {0} is {1} since {2}", "アカウント {0} の状態は {1} です ({2} から)。"),
        ("account {0} is {1}", "アカウント {0} の状態は {1} です。"),
        ("it is tried again at {0}", "次の試行は {0} です。"),
        ("nobody is told of a notice", "通知自体の失敗は、だれにも通知されません。"),
        ("its sender, NotifyOnFailure of the client or the Postmaster is told", "送信者、クライアントの NotifyOnFailure、Postmaster のいずれかに通知されます。"),
        ("its lifetime is over since {0}: one more failure, unless an account is at fault, ends it (a second one, where an account or quota held it up until now), and {1}",
            "{0} に有効期間が終了しました。次に失敗すると (これまでアカウントまたは上限のために待機していた場合は、その次の失敗で)、アカウントの障害による場合を除き、配信不能になります。{1}"),
        ("the last one until {0}, in {1}; then, unless an account is at fault, it fails, and {2}",
            "{0} (あと {1}) までの最後の試行です。その後は、アカウントの障害による場合を除き、配信不能になります。{2}"),
        ("tried until {0}, in {1}; then, unless an account is at fault, it fails, and {2}",
            "{0} (あと {1}) まで再試行します。その後は、アカウントの障害による場合を除き、配信不能になります。{2}"),
        ("late, and nobody has been told yet", "配信が遅れていますが、まだだれにも通知されていません。"),
        ("failed, and nobody has been told yet", "配信不能になりましたが、まだだれにも通知されていません。"),
        ("the next notice tells of it: the first at once, then one an hour for each receiver",
            "次の通知でお知らせします。通知は、最初の 1 通は直ちに、その後は宛先ごとに 1 時間に 1 通送信されます。"),
    ];
}
