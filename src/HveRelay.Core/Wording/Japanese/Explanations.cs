namespace HveRelay.Wording;

/// <summary>Labels and words around the sentences, as <c>explain</c>, <c>why</c> and <c>doctor</c> have them.</summary>
internal static class Explanations
{
    public static readonly (string English, string Own)[] Rows =
    [
        ("cause", "原因"),
        ("who", "担当"),
        ("how", "対処"),
        ("relay", "動作"),
        ("class", "分類"),
        ("known", "根拠"),
        ("at {0} to {1}", "{0} から {1} までの応答の場合"),
        ("at {0}", "{0} への応答の場合"),
        ("nobody need do anything", "必要な操作はありません。"),
        ("nobody", "なし"),
        ("Administrator", "管理者"),
        ("Tenant administrator", "テナント管理者"),
        ("Network", "ネットワーク管理者"),
        ("Sender", "送信者"),
        ("Recipient", "受信者"),
        ("this relay itself refused it: {0}", "このリレー自身が拒否しました：{0}"),
        ("no failure: the next hop accepted the command", "エラーではありません。次ホップでコマンドが受け付けられました。"),
        ("the reply to the final dot is missing: it may have been delivered, and may be sent twice",
            "メッセージの終わりに対する応答がありません。配信済みの可能性があり、同じメッセージが 2 回送信されることがあります。"),
        ("not known here; told by its code and the command alone", "既知の応答ではありません。応答コードとコマンドのみから判断しています。"),
        ("Microsoft's own text: {0}", "Microsoft の公式文書：{0}"),
        ("Microsoft, quoted by others: {0}", "第三者が引用した Microsoft の情報：{0}"),
        ("seen in the field: {0}", "運用環境での実例：{0}"),
        ("a blog: {0}", "ブログ：{0}"),
        ("the configuration says so: {0}", "このリレーの構成：{0}"),
        ("what it says is not written down; {0}", "応答の文面は公開されていません。参考：{0}"),
        ("first fault: {0}", "最初の問題：{0}"),
        ("nothing is wrong", "問題は見つかりませんでした。"),
        ("to be looked at:", "確認が必要な項目："),
    ];
}
