namespace HveRelay.Benchmarks.Servers;

/// <summary>
/// Postfix' configuration: its defaults, but for where its files lie, what it may relay, and limits that a load from one address
/// would meet. The last are those named in <see cref="Liberties"/>.
/// </summary>
internal static class PostfixFiles
{
    /// <summary>What differs from the defaults in its favour, for the note below the table.</summary>
    public static readonly string[] Liberties =
    [
        "default_process_limit=200",
        "in_flow_delay=0",
        "smtpd_client_connection_count_limit=0",
        "smtpd_client_connection_rate_limit=0",
    ];

    public static string MainCf(string directory, string queue, string data, int? hop, string? preload) => $"""
        compatibility_level = 3.6
        queue_directory = {queue}
        data_directory = {data}
        mail_owner = postfix
        maillog_file = {directory}/maillog
        maillog_file_prefixes = {directory}
        myhostname = relay.contoso.com
        mydestination =
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        mynetworks = 127.0.0.0/8
        relay_domains = contoso.com
        relay_recipient_maps =
        alias_maps =
        alias_database =
        local_recipient_maps =
        smtputf8_enable = no
        {(hop is null ? "smtpd_recipient_restrictions = static:HOLD" : $"relayhost = [127.0.0.1]:{hop}")}
        {(preload is null ? string.Empty : $"import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C LD_PRELOAD={preload}")}
        {string.Join('\n', Liberties)}

        """;

    public static string MasterCf(int port) => $"""
        127.0.0.1:{port} inet n - n - - smtpd
        pickup    unix  n - n 60 1 pickup
        cleanup   unix  n - n - 0 cleanup
        qmgr      unix  n - n 300 1 qmgr
        tlsmgr    unix  - - n 1000? 1 tlsmgr
        rewrite   unix  - - n - - trivial-rewrite
        bounce    unix  - - n - 0 bounce
        defer     unix  - - n - 0 bounce
        trace     unix  - - n - 0 bounce
        verify    unix  - - n - 1 verify
        flush     unix  n - n 1000? 0 flush
        proxymap  unix  - - n - - proxymap
        proxywrite unix - - n - 1 proxymap
        smtp      unix  - - n - - smtp
        relay     unix  - - n - - smtp
        showq     unix  n - n - - showq
        error     unix  - - n - - error
        retry     unix  - - n - - error
        discard   unix  - - n - - discard
        local     unix  - n n - - local
        virtual   unix  - n n - - virtual
        lmtp      unix  - - n - - lmtp
        anvil     unix  - - n - 1 anvil
        scache    unix  - - n - 1 scache
        postlog   unix-dgram n - n - 1 postlogd

        """;
}
