/* openssl_server.c: `openssl s_server`, as a case wants it. */
#include "server_process.h"
#include "tls_cases.h"

#include <string.h>

void serve_openssl(struct server_process *server, const struct interop *interop,
                   const struct interop_server *wish)
{
    const char *chain = wish->chain != NULL ? wish->chain : "server.pem";
    const char *argv[24] = { "openssl",     "s_server", "-accept", "127.0.0.1:PORT",
                             "-cert",       chain,      "-key",    NULL,
                             "-cert_chain", chain,      "-cipher", "ALL:@SECLEVEL=0",
                             "-nameopt",    "RFC2253" };
    size_t count = 14;

    argv[7] = wish->key != NULL ? wish->key : "server.key";
    if (wish->quiet)
        argv[count++] = "-quiet";
    if (wish->certificates != NULL) {
        argv[count++] = strcmp(wish->certificates, "demands") == 0 ? "-Verify" : "-verify";
        argv[count++] = "2";
        argv[count++] = "-verify_return_error";
        argv[count++] = "-CAfile";
        argv[count++] = "ca.pem";
    }
    server_start(server, interop->folder, argv);
}
