/* nss_server.c: a database for each certificate, made when it is first wanted. */
#include "nss_server.h"

#include "server_process.h"

#include <stdio.h>
#include <unistd.h>

#define ALL_SUITES "0002,0004,0005,000a,0016,002f,0033,0035,0039"

static void make_database(const char *folder, const char *database, const char *chain,
                          const char *key)
{
    char chain_path[300], key_path[300], ca_path[300], mark[400];
    const char *const argv[] = { MAKE_NSS_DATABASE, database, chain_path, key_path, ca_path, NULL };

    snprintf(mark, sizeof(mark), "%s/server.p12", database);
    if (access(mark, F_OK) == 0)
        return;
    snprintf(chain_path, sizeof(chain_path), "%s/%s", folder, chain);
    snprintf(key_path, sizeof(key_path), "%s/%s", folder, key);
    snprintf(ca_path, sizeof(ca_path), "%s/ca.pem", folder);
    run_to_end(argv);
}

void serve_nss(struct server_process *server, const struct interop *interop,
               const struct interop_server *wish)
{
    const char *chain = wish->chain != NULL ? wish->chain : "server.pem";
    const char *key = wish->key != NULL ? wish->key : "server.key";
    char database[300], argument[320];
    const char *argv[8] = { SSL3_SERVER, "PORT", argument, ALL_SUITES };
    size_t count = 4;

    snprintf(database, sizeof(database), "%s/nss-%s", interop->folder, chain);
    snprintf(argument, sizeof(argument), "sql:%s", database);
    make_database(interop->folder, database, chain, key);
    if (wish->quiet)
        argv[count++] = "quiet";
    if (wish->certificates != NULL)
        argv[count++] = wish->certificates;
    server_start(server, interop->folder, argv);
}
