namespace HveRelay.Wording;

/// <summary>Causes and remedies of HVE's table of replies.</summary>
internal static class HveReplies
{
    public static readonly (string English, string Own)[] Rows =
    [
        // Told apart by their text
        ("The host is SMTP client submission, not High Volume Email", "接続先のホストは SMTP クライアント送信用であり、High Volume Email ではありません。"),
        ("Administrator: correct Hve.Host", "管理者：Hve.Host を修正してください。"),
        ("The relay's public address is on a Spamhaus list", "リレーのパブリック IP アドレスが Spamhaus のリストに登録されています。"),
        ("Administrator: ask for removal at spamhaus.org", "管理者：spamhaus.org で登録の解除を申請してください。"),
        ("The account is no HVE account any more: a licence was assigned to it", "ライセンスが割り当てられたため、このアカウントは HVE アカウントではなくなりました。"),
        ("Tenant administrator: remove the licence or recreate the account", "テナント管理者：ライセンスを削除するか、アカウントを作成し直してください。"),
        ("The access token ends too soon", "アクセス トークンの有効期限までの時間が短すぎます。"),
        ("Tenant administrator: if it stays, tokens must live longer than 20 minutes", "テナント管理者：解消しない場合は、トークンの有効期間を 20 分より長くしてください。"),
        ("The daily quota of recipients is used up", "1 日あたりの受信者数の上限に達しました。"),
        ("Too many messages at once for this recipient's mailbox", "この受信者のメールボックスに、同時に送られたメッセージが多すぎます。"),
        ("The recipient takes no more mail this hour", "この受信者は、現在の 1 時間に受信できるメールの上限に達しています。"),
        ("The recipient's mailbox is full", "受信者のメールボックスに空き容量がありません。"),
        ("Recipient: make room in the mailbox", "受信者：メールボックスの空き容量を増やしてください。"),

        // Credentials and tokens
        ("HVE does not accept the password", "HVE でパスワードが受け入れられません。"),
        ("Administrator: correct the password; where it is right, Security Defaults or Conditional Access of the tenant block it",
            "管理者：パスワードを修正してください。パスワードが正しい場合は、テナントのセキュリティの既定値群または条件付きアクセスによってブロックされています。"),
        ("The organization does not allow this authentication", "組織でこの認証方法が許可されていません。"),
        ("Tenant administrator: AllowBasicAuthSmtp for the account, Security Defaults off, or OAuth",
            "テナント管理者：アカウントに AllowBasicAuthSmtp を設定してセキュリティの既定値群を無効にするか、OAuth を使用してください。"),
        ("HVE takes the client as not authenticated: often a licence was assigned to the account",
            "HVE でクライアントが未認証と判断されました。多くの場合、アカウントにライセンスが割り当てられていることが原因です。"),
        ("HVE did not understand the XOAUTH2 argument, or the user is not valid", "HVE で XOAUTH2 の引数が認識されないか、ユーザーが無効です。"),
        ("Administrator: correct the account's address", "管理者：アカウントのアドレスを修正してください。"),
        ("The access token expired", "アクセス トークンの有効期限が切れました。"),
        ("The application lacks the permission", "アプリケーションに必要なアクセス許可がありません。"),
        ("Tenant administrator: Mail.Send of Office 365 Exchange Online, with admin consent",
            "テナント管理者：Office 365 Exchange Online の Mail.Send を、管理者の同意とともに付与してください。"),
        ("The application may not use this HVE account", "アプリケーションには、この HVE アカウントを使用する権限がありません。"),
        ("Tenant administrator: Add-HVEAppAccess with the enterprise application's object id",
            "テナント管理者：エンタープライズ アプリケーションのオブジェクト ID を指定して Add-HVEAppAccess を実行してください。"),
        ("This identity is no HVE account", "この ID は HVE アカウントではありません。"),
        ("Administrator: use an HVE account", "管理者：HVE アカウントを使用してください。"),

        // Sender rules
        ("MAIL FROM is not the account", "MAIL FROM がアカウントのアドレスと一致していません。"),
        ("The From field is not the account", "From フィールドがアカウントのアドレスと一致していません。"),
        ("The account may not send as this sender", "アカウントには、この送信者として送信する権限がありません。"),
        ("Administrator: Rewrite.From must be Account", "管理者：Rewrite.From を Account に設定してください。"),

        // The account, the tenant or our address is blocked
        ("HVE refuses TLS 1.0 and 1.1", "HVE では TLS 1.0 と 1.1 を使用できません。"),
        ("Administrator: let this machine use TLS 1.2", "管理者：このコンピューターで TLS 1.2 を使用できるようにしてください。"),
        ("The account is blocked for sending spam", "迷惑メールを送信したため、アカウントがブロックされています。"),
        ("Tenant administrator: Microsoft Defender, restricted entities", "テナント管理者：Microsoft Defender の制限付きエンティティを確認してください。"),
        ("The account is blocked", "アカウントがブロックされています。"),
        ("Tenant administrator: Microsoft Defender or Microsoft support", "テナント管理者：Microsoft Defender を確認するか、Microsoft サポートに問い合わせてください。"),
        ("The tenant is blocked from sending", "テナントからの送信がブロックされています。"),
        ("Tenant administrator: Microsoft support", "テナント管理者：Microsoft サポートに問い合わせてください。"),
        ("The tenant is not allowed to send from this address", "テナントには、この IP アドレスからの送信が許可されていません。"),
        ("The relay's public address is banned", "リレーのパブリック IP アドレスが禁止されています。"),
        ("Administrator: ask for removal at sender.office.com", "管理者：sender.office.com で解除を申請してください。"),

        // Recipients
        ("HVE does not send to external recipients", "HVE では組織外の受信者に送信できません。"),
        ("Administrator: take the domain out of Hve.AcceptedDomains, and send to it by another server",
            "管理者：Hve.AcceptedDomains からこのドメインを削除し、別のサーバーから送信してください。"),
        ("The recipient is unknown", "受信者が見つかりません。"),
        ("Sender: correct the address", "送信者：アドレスを修正してください。"),
        ("The recipient does not take mail from this account, or a transport rule forbids it",
            "受信者がこのアカウントからのメールを受け付けていないか、トランスポート ルールで禁止されています。"),
        ("Tenant administrator: allow the account as sender", "テナント管理者：アカウントを送信者として許可してください。"),
        ("The account may not send to this distribution list", "アカウントには、この配布リストに送信する権限がありません。"),
        ("The recipient takes mail from authenticated senders only", "受信者は、認証された送信者からのメールのみを受け付けています。"),
        ("Too many recipients for one transaction", "1 回のトランザクションの受信者が多すぎます。"),

        // The message
        ("The message is too large", "メッセージのサイズが大きすぎます。"),
        ("The message is too large for the recipient", "メッセージのサイズが、受信者の上限を超えています。"),
        ("Sender: a smaller message", "送信者：メッセージのサイズを小さくしてください。"),
        ("The message has a line end that is not CRLF", "メッセージに CRLF 以外の改行が含まれています。"),
        ("The message has no valid From field", "メッセージに有効な From フィールドがありません。"),
        ("Developers of the relay: report it to them", "リレーの開発者：この問題を報告してください。"),

        // Load and quota
        ("Too many connections or threads at HVE", "HVE への接続またはスレッドが多すぎます。"),
        ("Administrator: a lower Hve.MaxConnections", "管理者：Hve.MaxConnections の値を小さくしてください。"),
        ("HVE is busy or slows this sender down", "HVE がビジー状態であるか、この送信者の送信速度が制限されています。"),
        ("HVE slows this sender down", "HVE によって、この送信者の送信速度が制限されています。"),
        ("The organization's queue at HVE is full", "HVE にある組織のキューがいっぱいです。"),
        ("The quota of the account is used up", "アカウントのクォータを使い切りました。"),
        ("A temporary fault at HVE", "HVE で一時的な障害が発生しています。"),
        ("Tenant administrator: if it stays, look at the account", "テナント管理者：解消しない場合は、アカウントを確認してください。"),
        ("HVE waited too long, or lost the connection", "HVE 側でタイムアウトになったか、接続が失われました。"),
        ("HVE closed the connection", "HVE によって接続が閉じられました。"),
        ("High Volume Email is not paid for", "High Volume Email の課金が設定されていません。"),
        ("Tenant administrator: the billing policy of High Volume Email in the Microsoft 365 admin center",
            "テナント管理者：Microsoft 365 管理センターで、High Volume Email の課金ポリシーを確認してください。"),

        // No row of the table knows it
        ("HVE refuses this account for a reason that is not known here", "不明な理由により、HVE でこのアカウントが拒否されました。"),
        ("Administrator: read the reply; Microsoft support", "管理者：応答の内容を確認し、Microsoft サポートに問い合わせてください。"),
        ("HVE refuses the recipient or the message for a reason that is not known here", "不明な理由により、HVE で受信者またはメッセージが拒否されました。"),
        ("Sender: read the reply", "送信者：応答の内容を確認してください。"),
        ("HVE cannot take it now", "現在、HVE で受け付けることができません。"),
    ];
}
