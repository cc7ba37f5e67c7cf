namespace HveRelay.Wording;

/// <summary>Causes and remedies of the smarthosts' table of replies that HVE's does not have.</summary>
internal static class SmarthostReplies
{
    public static readonly (string English, string Own)[] Rows =
    [
        // Credentials and tokens
        ("The tenant or the mailbox does not allow SMTP AUTH", "テナントまたはメールボックスで SMTP AUTH が許可されていません。"),
        ("Tenant administrator: allow authenticated SMTP for the mailbox, or OAuth", "テナント管理者：メールボックスで認証済み SMTP を許可するか、OAuth を使用してください。"),
        ("The access token ends too soon, or has ended", "アクセス トークンの有効期限が切れているか、期限までの時間が短すぎます。"),
        ("Tenant administrator: authenticated SMTP for the mailbox, Security Defaults off, or OAuth",
            "テナント管理者：メールボックスで認証済み SMTP を許可してセキュリティの既定値群を無効にするか、OAuth を使用してください。"),
        ("The smarthost does not accept the login", "スマート ホストでサインインの資格情報が受け入れられません。"),
        ("Administrator: UserName and Password of the smarthost", "管理者：スマート ホストの UserName と Password を確認してください。"),
        ("The smarthost wants TLS or a login first", "スマート ホストでは、先に TLS または認証が必要です。"),
        ("Administrator: Security, UserName and Password of the smarthost", "管理者：スマート ホストの Security、UserName、Password を確認してください。"),
        ("The smarthost takes us as not authenticated", "スマート ホストで、このリレーが未認証と判断されました。"),
        ("No connector of the tenant knows this relay, by address or certificate",
            "IP アドレスまたは証明書によってこのリレーを識別するコネクタが、テナントにありません。"),
        ("Tenant administrator: the inbound connector; administrator: ClientCertificate of the smarthost",
            "テナント管理者：受信コネクタを確認してください。管理者：スマート ホストの ClientCertificate を確認してください。"),
        ("The tenant rejects Direct Send", "テナントで直接送信 (Direct Send) が拒否されています。"),
        ("Tenant administrator: a connector for this relay, or Reject Direct Send off",
            "テナント管理者：このリレー用のコネクタを作成するか、Reject Direct Send を無効にしてください。"),

        // Sender and recipients
        ("The smarthost does not take this sender", "スマート ホストでこの送信者が受け付けられません。"),
        ("Sender: a sender address that exists", "送信者：実在する送信者アドレスを使用してください。"),
        ("The smarthost's account may not send as this sender", "スマート ホストのアカウントには、この送信者として送信する権限がありません。"),
        ("Administrator: Rewrite of the smarthost must be Account, or the mailbox needs the right to send as others",
            "管理者：スマート ホストの Rewrite を Account に設定するか、ほかの送信者として送信する権限をメールボックスに付与してください。"),
        ("The smarthost does not send to this domain for us", "スマート ホストは、このリレーからこのドメインへの中継を許可していません。"),
        ("Administrator: let the smarthost know this relay by login, address or certificate, or correct Routes",
            "管理者：サインイン、IP アドレス、証明書のいずれかでこのリレーを識別するようにスマート ホストを構成するか、Routes を修正してください。"),
        ("The message is too large for the smarthost", "メッセージのサイズが、スマート ホストの上限を超えています。"),

        // Load and quota
        ("The smarthost's daily quota of recipients is used up", "スマート ホストの 1 日あたりの受信者数の上限に達しました。"),
        ("Too many connections or threads at the smarthost", "スマート ホストへの接続またはスレッドが多すぎます。"),
        ("Administrator: a lower MaxConnections of the smarthost", "管理者：スマート ホストの MaxConnections の値を小さくしてください。"),
        ("The smarthost is busy, or slows down an address that it does not know",
            "スマート ホストがビジー状態であるか、送信実績のない IP アドレスの送信速度が制限されています。"),
        ("Administrator: WarmUpDays of the smarthost", "管理者：スマート ホストの WarmUpDays を設定してください。"),
        ("The smarthost slows this sender down", "スマート ホストによって、この送信者の送信速度が制限されています。"),
        ("The smarthost closed the connection", "スマート ホストによって接続が閉じられました。"),

        // No row of the table knows it
        ("The smarthost refuses this sender or message for a reason that is not known here", "不明な理由により、スマート ホストでこの送信者またはメッセージが拒否されました。"),
        ("Administrator: read the reply", "管理者：応答の内容を確認してください。"),
        ("The smarthost refuses this account for a reason that is not known here", "不明な理由により、スマート ホストでこのアカウントが拒否されました。"),
        ("Administrator: read the reply; who runs the smarthost", "管理者：応答の内容を確認し、スマート ホストの運用者に問い合わせてください。"),
        ("The smarthost refuses the recipient or the message for a reason that is not known here", "不明な理由により、スマート ホストで受信者またはメッセージが拒否されました。"),
        ("The smarthost cannot take it now", "現在、スマート ホストで受け付けることができません。"),
    ];
}
