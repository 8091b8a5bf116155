/* nss_server.h: ssl3_server, as a case wants it. */
#ifndef INTEROP_NSS_SERVER_H
#define INTEROP_NSS_SERVER_H

#include "tls_cases.h"

/* Serves with NSS, SSL 3.0 only. */
void serve_nss(struct server_process *server, const struct interop *interop,
               const struct interop_server *wish);

#endif
