/* telit_refused.c: commands of both guides that these modems answer as if they did not have them.
 */
#include "personalities/telit/telit.h"

#define REFUSED(text, say, where)                                                                  \
    {                                                                                              \
        .name = (text), .help = (say), .source = (where), .coverage = AT_REFUSED                   \
    }

static const struct at_command rows[] = {
    REFUSED("#SSLFASTD", "Resumption: not on this platform.", "1vv0300989 r12 §5.3"),
    REFUSED("#FTPCFG", "FTP over TLS is not built yet.", "1vv0300989 r12 §6"),
    REFUSED("#FTPTO", "FTP over TLS is not built yet.", "telit.md §3"),
    { .name = "#FTPOPEN",
      .help = "FTP over TLS is not built yet.",
      .source = "1vv0300989 r12 §6",
      .coverage = AT_REFUSED,
      .secret = true },
    REFUSED("#FTPCLOSE", "FTP over TLS is not built yet.", "1vv0300989 r12 §6"),
    REFUSED("#FTPTYPE", "FTP over TLS is not built yet.", "telit.md §3"),
    REFUSED("#FTPLIST", "FTP over TLS is not built yet.", "1vv0300989 r12 §6"),
    REFUSED("#FTPGET", "FTP over TLS is not built yet.", "1vv0300989 r12 §6"),
    REFUSED("#FTPGETPKT", "FTP over TLS is not built yet.", "telit.md §3"),
    REFUSED("#FTPRECV", "FTP over TLS is not built yet.", "telit.md §3"),
    REFUSED("#FTPPUT", "FTP over TLS is not built yet.", "1vv0300989 r12 §6"),
    REFUSED("#FTPAPP", "FTP over TLS is not built yet.", "telit.md §3"),
    REFUSED("#FTPAPPEXT", "FTP over TLS is not built yet.", "telit.md §3"),
    REFUSED("#FTPCWD", "FTP over TLS is not built yet.", "telit.md §3"),
    REFUSED("#FTPPWD", "FTP over TLS is not built yet.", "telit.md §3"),
    REFUSED("#FTPREST", "FTP over TLS is not built yet.", "telit.md §3"),
    REFUSED("#FTPDELE", "FTP over TLS is not built yet.", "telit.md §3"),
    REFUSED("#FTPFSIZE", "FTP over TLS is not built yet.", "telit.md §3"),
    REFUSED("#FTPMSG", "FTP over TLS is not built yet.", "telit.md §3"),
    REFUSED("#CCLK", "A slip of the guide: the command is +CCLK.", "1vv0300989 r6 §3.3.1"),
};
const struct at_commands telit_refused = AT_COMMANDS(rows);
