/* ssl3_server.c: a server that speaks SSL 3.0, on NSS, which still has it; OpenSSL and GnuTLS as
 * packaged have not.
 *
 *     ssl3_server PORT DATABASE SUITES [quiet] [asks|demands]
 *
 * DATABASE is NSS's, with a certificate called "server" and its key (make_nss_database).  SUITES
 * are code points, "0035,002f".  Serves one connection after the other: its input goes to the
 * client, the client's data to its output.  Unless quiet it says of each what was agreed, or why
 * nothing was.  SIGUSR1: ask the client to renegotiate.  SIGUSR2: close the connection. */
#include <cert.h>
#include <nss.h>
#include <pk11pub.h>
#include <prerror.h>
#include <prinit.h>
#include <prio.h>
#include <private/pprio.h>
#include <prnetdb.h>
#include <secitem.h>
#include <signal.h>
#include <ssl.h>
#include <sslproto.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_BYTES = 16384, LOOK_MS = 10, CHAIN_MAX = 8 };

struct server {
    PRFileDesc *model; /* what each connection is made like */
    PRFileDesc *client;
    unsigned char waiting[PIECE_BYTES]; /* for the client */
    PRInt32 waiting_len;
    bool quiet, has_input, has_agreed;
};

static volatile sig_atomic_t wants_handshake, wants_end;

static void on_signal(int number)
{
    if (number == SIGUSR1)
        wants_handshake = 1;
    else
        wants_end = 1;
}

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "%s: %s\n", what, PR_ErrorToName(PR_GetError()));
    exit(1);
}

static void say(const struct server *server, const char *what, const char *more)
{
    if (!server->quiet)
        fprintf(stderr, "%s%s\n", what, more);
}

static void set(PRFileDesc *socket, PRInt32 option, PRIntn value)
{
    must(SSL_OptionSet(socket, option, value) == SECSuccess, "option");
}

static void choose_suites(PRFileDesc *socket, const char *list)
{
    const PRUint16 *known = SSL_GetImplementedCiphers();

    for (int i = 0; i < SSL_GetNumImplementedCiphers(); i++)
        SSL_CipherPrefSet(socket, known[i], PR_FALSE);
    for (char *end; *list != '\0'; list = *end == ',' ? end + 1 : end) {
        PRInt32 suite = (PRInt32)strtol(list, &end, 16);

        must(end != list && SSL_CipherPrefSet(socket, suite, PR_TRUE) == SECSuccess, list);
    }
}

/* The server's certificate and its issuers, as far as the database has them.  NSS itself would
 * leave out those that are no CA. */
static CERTCertificateList *chain_of(CERTCertificate *cert)
{
    static SECItem items[CHAIN_MAX];
    static CERTCertificateList chain = { items, 0, NULL };

    while (cert != NULL && chain.len < CHAIN_MAX) {
        items[chain.len++] = cert->derCert;
        cert = SECITEM_CompareItem(&cert->derIssuer, &cert->derSubject) == SECEqual
                   ? NULL
                   : CERT_FindCertByName(CERT_GetDefaultCertDB(), &cert->derIssuer);
    }
    return &chain;
}

static void make_model(struct server *server, const char *suites, const char *certificates)
{
    SSLVersionRange only = { SSL_LIBRARY_VERSION_3_0, SSL_LIBRARY_VERSION_3_0 };
    CERTCertificate *cert = PK11_FindCertFromNickname("server", NULL);
    SECKEYPrivateKey *key = cert != NULL ? PK11_FindKeyByAnyCert(cert, NULL) : NULL;
    PRFileDesc *model = SSL_ImportFD(NULL, PR_NewTCPSocket());
    SSLExtraServerCertData extra = { .authType = ssl_auth_null };

    extra.certChain = chain_of(cert);
    must(key != NULL, "certificate \"server\"");
    must(model != NULL, "socket");
    set(model, SSL_SECURITY, PR_TRUE);
    set(model, SSL_HANDSHAKE_AS_SERVER, PR_TRUE);
    set(model, SSL_NO_CACHE, PR_TRUE);
    set(model, SSL_CBC_RANDOM_IV, PR_FALSE); /* what is sent in one call is one record */
    set(model, SSL_ENABLE_SERVER_DHE, PR_TRUE);
    set(model, SSL_ENABLE_RENEGOTIATION, SSL_RENEGOTIATE_UNRESTRICTED);
    set(model, SSL_REQUEST_CERTIFICATE, certificates[0] != '\0');
    set(model, SSL_REQUIRE_CERTIFICATE,
        strcmp(certificates, "demands") == 0 ? SSL_REQUIRE_ALWAYS : SSL_REQUIRE_NEVER);
    must(SSL_VersionRangeSet(model, &only) == SECSuccess, "SSL 3.0");
    choose_suites(model, suites);
    must(SSL_ConfigServerCert(model, cert, key, &extra, sizeof(extra)) == SECSuccess,
         "server certificate");
    server->model = model;
}

static void on_agreement(PRFileDesc *socket, void *ctx)
{
    struct server *server = ctx;
    CERTCertificate *peer = SSL_PeerCertificate(socket);
    SSLChannelInfo info;
    char text[100];

    must(SSL_GetChannelInfo(socket, &info, sizeof(info)) == SECSuccess, "channel");
    snprintf(text, sizeof(text), "version %04x suite %04x client ", info.protocolVersion,
             info.cipherSuite);
    say(server, text, peer != NULL ? peer->subjectName : "nobody");
    if (peer != NULL)
        CERT_DestroyCertificate(peer);
    server->has_agreed = true;
}

static void say_end(struct server *server, const char *how)
{
    say(server, server->has_agreed ? "end: " : "no agreement: ", how);
}

/* False at the end of the connection. */
static bool read_client(struct server *server)
{
    unsigned char data[PIECE_BYTES];
    PRInt32 len = PR_Recv(server->client, data, sizeof(data), 0, PR_INTERVAL_NO_WAIT);

    if (len < 0 && PR_GetError() == PR_WOULD_BLOCK_ERROR)
        return true;
    if (len <= 0) {
        say_end(server, len == 0 ? "closed" : PR_ErrorToName(PR_GetError()));
        return false;
    }
    for (PRInt32 done = 0; done < len;) {
        ssize_t written = write(STDOUT_FILENO, data + done, (size_t)(len - done));

        must(written > 0, "output");
        done += (PRInt32)written;
    }
    return true;
}

static bool write_client(struct server *server)
{
    PRInt32 sent =
        PR_Send(server->client, server->waiting, server->waiting_len, 0, PR_INTERVAL_NO_WAIT);

    if (sent < 0)
        return PR_GetError() == PR_WOULD_BLOCK_ERROR;
    memmove(server->waiting, server->waiting + sent, (size_t)(server->waiting_len - sent));
    server->waiting_len -= sent;
    return true;
}

static void read_input(struct server *server)
{
    ssize_t len = read(STDIN_FILENO, server->waiting, sizeof(server->waiting));

    server->has_input = len > 0;
    server->waiting_len = len > 0 ? (PRInt32)len : 0;
}

static bool obey(struct server *server)
{
    if (wants_handshake) {
        wants_handshake = 0;
        must(SSL_ReHandshake(server->client, PR_FALSE) == SECSuccess, "rehandshake");
        /* On a busy machine the client's answer may be there already. */
        if (SSL_ForceHandshake(server->client) != SECSuccess &&
            PR_GetError() != PR_WOULD_BLOCK_ERROR) {
            say_end(server, PR_ErrorToName(PR_GetError()));
            return false;
        }
    }
    return !wants_end;
}

static bool step(struct server *server, PRFileDesc *input)
{
    PRPollDesc polled[] = {
        { server->client, PR_POLL_READ, 0 },
        { input, PR_POLL_READ, 0 },
    };
    bool takes_input = server->has_agreed && server->has_input && server->waiting_len == 0;
    PRInt32 ready;

    if (server->has_agreed && server->waiting_len > 0)
        polled[0].in_flags |= PR_POLL_WRITE;
    ready = PR_Poll(polled, takes_input ? 2 : 1, PR_MillisecondsToInterval(LOOK_MS));
    must(ready >= 0, "poll");
    if (ready == 0)
        return obey(server);
    if (takes_input && polled[1].out_flags != 0)
        read_input(server);
    if (server->has_agreed && server->waiting_len > 0 && !write_client(server))
        return false;
    return (polled[0].out_flags == 0 || read_client(server)) && obey(server);
}

static void serve(struct server *server, PRFileDesc *connection, PRFileDesc *input)
{
    PRSocketOptionData nonblocking = { PR_SockOpt_Nonblocking, { PR_TRUE } };

    PR_SetSocketOption(connection, &nonblocking);
    server->client = SSL_ImportFD(server->model, connection);
    must(server->client != NULL, "connection");
    must(SSL_ResetHandshake(server->client, PR_TRUE) == SECSuccess, "reset");
    SSL_HandshakeCallback(server->client, on_agreement, server);
    server->has_agreed = false;
    wants_end = wants_handshake = 0;
    while (step(server, input))
        ;
    PR_Close(server->client);
}

static PRFileDesc *listen_on(PRUint16 port)
{
    PRFileDesc *listener = PR_NewTCPSocket();
    PRSocketOptionData reuse = { PR_SockOpt_Reuseaddr, { PR_TRUE } };
    PRNetAddr address;

    PR_SetSocketOption(listener, &reuse);
    PR_InitializeNetAddr(PR_IpAddrLoopback, port, &address);
    must(PR_Bind(listener, &address) == PR_SUCCESS && PR_Listen(listener, 5) == PR_SUCCESS, "port");
    return listener;
}

int main(int argc, char **argv)
{
    static struct server server = { .has_input = true };
    const char *certificates = "";
    PRFileDesc *listener, *connection;

    if (argc < 4)
        return 2;
    for (int i = 4; i < argc; i++) {
        if (strcmp(argv[i], "quiet") == 0)
            server.quiet = true;
        else
            certificates = argv[i];
    }
    must(NSS_Init(argv[2]) == SECSuccess, argv[2]);
    make_model(&server, argv[3], certificates);
    signal(SIGUSR1, on_signal);
    signal(SIGUSR2, on_signal);
    listener = listen_on((PRUint16)atoi(argv[1]));
    while ((connection = PR_Accept(listener, NULL, PR_INTERVAL_NO_TIMEOUT)) != NULL)
        serve(&server, connection, PR_CreateSocketPollFd(STDIN_FILENO));
    must(false, "accept");
}
