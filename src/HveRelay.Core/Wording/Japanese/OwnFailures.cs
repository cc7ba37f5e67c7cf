namespace HveRelay.Wording;

/// <summary>What the relay says where there was no reply: DNS, TCP, TLS, the line. Hve.Host, or the smarthost's Host, is put in.</summary>
internal static class OwnFailures
{
    public static readonly (string English, string Own)[] Rows =
    [
        ("The name of the next hop has no address", "次ホップの名前に対応する IP アドレスが見つかりません。"),
        ("Administrator: DNS, and Hve.Host", "管理者：DNS と Hve.Host を確認してください。"),
        ("Administrator: DNS, and the smarthost's Host", "管理者：DNS とスマート ホストの Host を確認してください。"),
        ("The next hop cannot be reached", "次ホップに接続できません。"),
        ("Network: is TCP to its port allowed from here?", "ネットワーク管理者：ここから次ホップのポートへの TCP 接続が許可されているかどうかを確認してください。"),
        ("The TLS handshake failed", "TLS ハンドシェイクに失敗しました。"),
        ("Network: is TLS intercepted?", "ネットワーク管理者：途中の機器で TLS 通信の復号や検査が行われていないかどうかを確認してください。"),
        ("The certificate of the next hop is not trusted", "次ホップの証明書が信頼されていません。"),
        ("Network: is TLS intercepted? Administrator: Hve.Host",
            "ネットワーク管理者：途中の機器で TLS 通信の復号や検査が行われていないかどうかを確認してください。管理者：Hve.Host を確認してください。"),
        ("Network: is TLS intercepted? Administrator: the smarthost's Host",
            "ネットワーク管理者：途中の機器で TLS 通信の復号や検査が行われていないかどうかを確認してください。管理者：スマート ホストの Host を確認してください。"),
        ("The next hop does not offer STARTTLS", "次ホップで STARTTLS が提供されていません。"),
        ("Network: does a firewall take it out? Administrator: Hve.Host and port",
            "ネットワーク管理者：ファイアウォールで STARTTLS が取り除かれていないかどうかを確認してください。管理者：Hve.Host とポートを確認してください。"),
        ("Network: does a firewall take it out? Administrator: the smarthost's Host and port",
            "ネットワーク管理者：ファイアウォールで STARTTLS が取り除かれていないかどうかを確認してください。管理者：スマート ホストの Host とポートを確認してください。"),
        ("The next hop offers no way to authenticate that fits the account", "次ホップで、アカウントに対応する認証方法が提供されていません。"),
        ("Administrator: Hve.Host, password or OAuth", "管理者：Hve.Host、パスワード、OAuth を確認してください。"),
        ("Administrator: the smarthost's Host, password or OAuth", "管理者：スマート ホストの Host、パスワード、OAuth を確認してください。"),
        ("The message could not be read from our own queue", "リレー自身のキューからメッセージを読み取れませんでした。"),
        ("Administrator: look at the disk", "管理者：ディスクを確認してください。"),
        ("The identity platform cannot be asked for a token", "ID プラットフォームにトークンを要求できません。"),
        ("Network: is HTTPS to login.microsoftonline.com allowed from here, and is TLS intercepted?",
            "ネットワーク管理者：ここから login.microsoftonline.com への HTTPS 接続が許可されているかどうか、および TLS 通信の復号や検査が行われていないかどうかを確認してください。"),
        ("The secret or certificate of the application cannot be used", "アプリケーションのシークレットまたは証明書を使用できません。"),
        ("Administrator: the file that the reply names", "管理者：応答に示されているファイルを確認してください。"),
        ("The connection to the next hop broke", "次ホップへの接続が切断されました。"),
    ];
}
