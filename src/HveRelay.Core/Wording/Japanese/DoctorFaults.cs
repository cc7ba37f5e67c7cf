namespace HveRelay.Wording;

/// <summary>What the doctor finds that is no reply: causes, and remedies with who mends it before them.</summary>
internal static class DoctorFaults
{
    public static readonly (string English, string Own)[] Rows =
    [
        ("nobody: the relay tries again by itself", "なし：リレーが自動的に再試行します。"),

        // This machine
        ("Administrator: {0}, or the file and its rights", "管理者：{0} の値、またはそのファイルとアクセス権を確認してください。"),
        ("The disk is below its reserve: new mail is answered 452, and what is queued still leaves",
            "ディスクの空き容量が予備の容量を下回っています。新しいメールには 452 を返しますが、キューにあるメールの送信は続きます。"),
        ("Administrator: make room on the disk of {0}; nothing else is needed", "管理者：{0} のディスクの空き容量を増やしてください。ほかの操作は必要ありません。"),
        ("The disk takes a second and more to write: every device waits for it", "ディスクへの書き込みに 1 秒以上かかっています。すべてのデバイスがその間待機します。"),
        ("Administrator: a faster disk, or one that fewer programs share", "管理者：より高速なディスク、またはほかのプログラムとの共有が少ないディスクを使用してください。"),
        ("Nothing can be written into the data directory", "データ ディレクトリに書き込めません。"),
        ("Administrator: the disk and the rights of {0}", "管理者：{0} のディスクとアクセス権を確認してください。"),
        ("The queue cannot be read", "キューを読み取れません。"),
        ("Administrator: the database, and Queue.ConnectionString", "管理者：データベースと Queue.ConnectionString を確認してください。"),
        ("Administrator: docs/operating.md, the database is damaged", "管理者：docs/operating.md の、データベースの破損に関する説明を参照してください。"),
        ("The clock of this machine is wrong: certificates and tokens are not valid by it",
            "このコンピューターの時計が正しくないため、証明書とトークンが有効と判断されません。"),
        ("Administrator: set it by NTP: timedatectl, chronyc tracking, or the host of the virtual machine",
            "管理者：timedatectl、chronyc tracking、または仮想マシンのホストを使用して、NTP で時刻を合わせてください。"),

        // The relay itself
        ("The relay cannot start: {0}", "リレーを起動できません：{0}"),
        ("Administrator: find the other program with ss -ltnp, often another mail server, and stop it; or change {0}",
            "管理者：ss -ltnp を使用して、ポートを使用しているほかのプログラム (多くの場合は別のメール サーバー) を特定し、停止してください。または、{0} を変更してください。"),
        ("The relay runs and does not answer there: it has another configuration", "リレーは実行中ですが、このアドレスとポートで応答しません。別の構成で動作しています。"),
        ("Administrator: hverelay check, then restart the relay", "管理者：hverelay check を実行してから、リレーを再起動してください。"),
        ("The relay's certificate cannot be used: {0}", "リレーの証明書を使用できません：{0}"),
        ("Administrator: put a good one into that file; it counts from the next handshake on, or at the start",
            "管理者：このファイルに正しい証明書を配置してください。次のハンドシェイク以降、または起動時に有効になります。"),
        ("The relay's certificate cannot be read", "リレーの証明書を読み取れません。"),
        ("Administrator: delete it: the next start makes a new one", "管理者：このファイルを削除してください。次回の起動時に新しい証明書が作成されます。"),
        ("This is an open relay: anybody may send to anybody", "オープン リレーになっています。だれでも任意の宛先に送信できます。"),
        ("Administrator: Networks or Users for the entry {0} of Clients", "管理者：Clients のエントリ {0} に Networks または Users を設定してください。"),
        ("The running relay takes what its configuration refuses", "実行中のリレーが、構成では拒否されるはずのメールを受け付けています。"),
        ("Administrator: restart it, and see whether another program listens there",
            "管理者：リレーを再起動し、同じポートで別のプログラムが待ち受けていないかどうかを確認してください。"),

        // HVE and the accounts
        ("Hve.TrustedCertificate cannot be used", "Hve.TrustedCertificate の証明書を使用できません。"),
        ("Administrator: the file, or its name", "管理者：ファイル、またはファイル名を確認してください。"),
        ("HVE does not take mail to the postmaster: nobody is told where no sender can be",
            "HVE で Postmaster 宛のメールが受け付けられません。送信者に通知できない場合、だれにも通知されません。"),
        ("Administrator: Postmaster, a mailbox that takes mail from the account",
            "管理者：アカウントからのメールを受け付けるメールボックスを Postmaster に設定してください。"),
        ("The accounts cannot be asked for", "アカウントの状態を照会できません。"),
        ("Administrator: restart the relay; the log says more", "管理者：リレーを再起動してください。詳細はログを確認してください。"),
        ("The login failed when the relay tried last, and works now: {0}", "リレーの前回の試行ではサインインに失敗しましたが、現在は成功します。前回の原因：{0}"),
        ("nobody: it is tried again by itself; if the relay has an older configuration than this one, restart it",
            "なし：自動的に再試行されます。リレーがこれより古い構成で動作している場合は、再起動してください。"),
        ("nobody: it is tried again by itself, not before {0}; if the relay has an older configuration than this one, restart it",
            "なし：{0} 以降に自動的に再試行されます。リレーがこれより古い構成で動作している場合は、再起動してください。"),
        ("The daily limit of recipients is reached: mail waits for room", "1 日あたりの受信者数の上限に達しました。メールは空きができるまで待機します。"),
        ("nobody: it goes on by itself, hverelay quota says when; where the tenant has another limit, set RecipientsPerDay and restart",
            "なし：自動的に再開されます。時刻は hverelay quota で確認できます。テナントの上限が異なる場合は、RecipientsPerDay を設定して再起動してください。"),
    ];
}
