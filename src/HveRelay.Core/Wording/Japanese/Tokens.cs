namespace HveRelay.Wording;

/// <summary>Causes and remedies of the table of the identity platform's errors.</summary>
internal static class Tokens
{
    public static readonly (string English, string Own)[] Rows =
    [
        // The secret or the certificate
        ("The application's client secret has expired", "アプリケーションのクライアント シークレットの有効期限が切れています。"),
        ("Tenant administrator: a new client secret in the app registration; administrator: put it into OAuth.ClientSecret and restart",
            "テナント管理者：アプリの登録で新しいクライアント シークレットを作成してください。管理者：それを OAuth.ClientSecret に設定し、リレーを再起動してください。"),
        ("The application's client secret is wrong", "アプリケーションのクライアント シークレットが正しくありません。"),
        ("Administrator: OAuth.ClientSecret must be the secret's value, not its id, and of this application",
            "管理者：OAuth.ClientSecret には、シークレット ID ではなく、このアプリケーションのシークレットの値を設定してください。"),
        ("The identity platform wants a secret or certificate and got none", "ID プラットフォームに必要なシークレットまたは証明書が送信されませんでした。"),
        ("Administrator: OAuth.ClientSecret or OAuth.CertificateFile", "管理者：OAuth.ClientSecret または OAuth.CertificateFile を設定してください。"),
        ("The application does not know this certificate, or it has expired", "この証明書がアプリケーションに登録されていないか、有効期限が切れています。"),
        ("Tenant administrator: upload the certificate to the app registration; administrator: OAuth.CertificateFile",
            "テナント管理者：アプリの登録に証明書をアップロードしてください。管理者：OAuth.CertificateFile を確認してください。"),
        ("The signature with the certificate is not valid at this time", "証明書による署名が、現在の時刻では有効ではありません。"),
        ("Administrator: the clock of this machine", "管理者：このコンピューターの時計を確認してください。"),
        ("The signature with the certificate is for another application", "証明書による署名が、別のアプリケーションのものです。"),
        ("Administrator: OAuth.ClientId and OAuth.TenantId", "管理者：OAuth.ClientId と OAuth.TenantId を確認してください。"),

        // The application and the tenant
        ("The tenant does not know the application", "アプリケーションがテナントに登録されていません。"),
        ("The application is disabled in the tenant", "アプリケーションがテナントで無効になっています。"),
        ("Tenant administrator: let users sign in to the enterprise application", "テナント管理者：エンタープライズ アプリケーションへのユーザーのサインインを有効にしてください。"),
        ("The application has no enterprise application in the tenant", "テナントに、このアプリケーションのエンタープライズ アプリケーションがありません。"),
        ("Tenant administrator: grant admin consent to the application", "テナント管理者：アプリケーションに管理者の同意を付与してください。"),
        ("There is no such tenant", "指定されたテナントは存在しません。"),
        ("Administrator: OAuth.TenantId", "管理者：OAuth.TenantId を確認してください。"),
        ("The tenant is neither an id nor a domain", "テナントの指定が、ID でもドメインでもありません。"),

        // Consent and policy
        ("Consent to the application is missing", "アプリケーションへの同意がありません。"),
        ("Tenant administrator: Mail.Send of Office 365 Exchange Online as an application permission, with admin consent",
            "テナント管理者：Office 365 Exchange Online の Mail.Send をアプリケーションのアクセス許可として追加し、管理者の同意を付与してください。"),
        ("The tenant does not know the resource of the scope", "スコープのリソースがテナントに登録されていません。"),
        ("Administrator: OAuth.Scope", "管理者：OAuth.Scope を確認してください。"),
        ("The scope is not valid", "スコープが無効です。"),
        ("Administrator: OAuth.Scope must end in /.default", "管理者：OAuth.Scope の末尾を /.default にしてください。"),
        ("Conditional Access blocks the application", "条件付きアクセスによって、アプリケーションがブロックされています。"),
        ("Tenant administrator: Conditional Access for workload identities", "テナント管理者：ワークロード ID の条件付きアクセスを確認してください。"),

        // It has trouble of its own
        ("The identity platform has a temporary fault", "ID プラットフォームで一時的な障害が発生しています。"),
        ("The identity platform was asked too often", "ID プラットフォームへの要求が多すぎます。"),

        // OAuth 2.0, where nothing more is said
        ("The identity platform does not accept the application's secret or certificate", "ID プラットフォームで、アプリケーションのシークレットまたは証明書が受け入れられません。"),
        ("Administrator: OAuth.ClientId, and the secret or certificate", "管理者：OAuth.ClientId と、シークレットまたは証明書を確認してください。"),
        ("The application may not ask for tokens in this way", "アプリケーションには、この方法でトークンを要求する権限がありません。"),
        ("The identity platform denies the application a token", "ID プラットフォームで、アプリケーションへのトークンの発行が拒否されました。"),
        ("Tenant administrator: consent and policies of the application", "テナント管理者：アプリケーションへの同意とポリシーを確認してください。"),
        ("The identity platform gives no token, for a reason that is not known here", "不明な理由により、ID プラットフォームからトークンが発行されません。"),
        ("Administrator: read what it says, and look at the OAuth keys", "管理者：ID プラットフォームの応答の内容と、OAuth の各キーを確認してください。"),
    ];
}
