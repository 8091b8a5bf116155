/* tls.h: what the engine asks of a TLS library.
 *
 * A session sits between two byte streams and does not know what is below: it moves its records
 * through `struct tls_lower`, whose functions never block.  A session belongs to one thread.
 *
 * Providers and sessions stack as in net.h: what is NULL among the operations of one is the
 * `inner` one's.
 */
#ifndef IFACE_TLS_H
#define IFACE_TLS_H

#include "base/err.h"
#include "base/log.h"
#include "base/span.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Wire numbers, so that a comparison means older and newer. */
enum tls_version {
    TLS_SSL_3_0 = 0x0300,
    TLS_1_0 = 0x0301,
    TLS_1_1 = 0x0302,
    TLS_1_2 = 0x0303,
    TLS_1_3 = 0x0304
};

/* Cipher suites by their IANA code points. */
typedef uint16_t tls_suite;

/* Why a session could not be opened or went down.  A maker's table maps each to its code. */
#define TLS_REASONS(X)                                                                             \
    X(TLS_FINE, "no failure")                                                                      \
    X(TLS_UNKNOWN_CA, "the server's certificate chain does not end at a stored CA certificate")    \
    X(TLS_EXPIRED, "a certificate of the server's chain has expired")                              \
    X(TLS_NOT_YET_VALID, "a certificate of the server's chain is not valid yet")                   \
    X(TLS_WRONG_HOST, "the server's certificate was issued for another name")                      \
    X(TLS_BAD_SIGNATURE, "a signature in the server's certificate chain is wrong")                 \
    X(TLS_BAD_ISSUER, "a certificate of the server's chain was issued by one that may not issue")  \
    X(TLS_BAD_CERTIFICATE, "the server's certificate cannot be used")                              \
    X(TLS_CERTIFICATE_TYPE, "the server's certificate or key is of an unsupported kind")           \
    X(TLS_LARGE_CERTIFICATE,                                                                       \
      "a certificate of the server's chain is larger than the module can handle now")              \
    X(TLS_NO_SHARED_SUITE, "the server shares no cipher suite with the module")                    \
    X(TLS_WEAK_GROUP, "the server's Diffie-Hellman group is too small")                            \
    X(TLS_VERSION_REFUSED, "the server does not speak the selected protocol version")              \
    X(TLS_ALERT, "the server sent a fatal alert")                                                  \
    X(TLS_NOT_TLS, "the server does not speak TLS on this port")                                   \
    X(TLS_RECORD, "a record could not be decrypted or authenticated")                              \
    X(TLS_RECORD_SIZE, "a record is too long")                                                     \
    X(TLS_FINISHED, "the server's Finished message is wrong")                                      \
    X(TLS_PROTOCOL, "the server broke the protocol")                                               \
    X(TLS_PEER_CLOSED, "the server closed the connection")                                         \
    X(TLS_PEER_RESET, "the server reset the connection")                                           \
    X(TLS_OWN_CA, "the stored CA certificate cannot be read")                                      \
    X(TLS_OWN_CERTIFICATE, "the stored client certificate cannot be read")                         \
    X(TLS_OWN_KEY, "the stored private key cannot be read or does not fit the client certificate") \
    X(TLS_CERTIFICATE_WANTED, "the server wants a client certificate and the module has none")     \
    X(TLS_RENEGOTIATION, "the server wanted to renegotiate, which the module refuses")             \
    X(TLS_VERSION_MISSING, "no TLS library here has the selected protocol version")                \
    X(TLS_INTERNAL, "the TLS library failed")

enum tls_reason {
#define TLS_ENUM(name, text) name,
    TLS_REASONS(TLS_ENUM)
#undef TLS_ENUM
};

struct tls_failure {
    enum tls_reason reason;
    int alert;         /* number of the alert received, RFC 5246 section 7.2, or -1 */
    char detail[120];  /* one clause for the log, no secrets; may be empty */
    bool chose_beyond; /* the server chose a suite that is not among those of the config */
    bool name_sent;    /* the server was told its name */
    bool is_of_offer;  /* it refused, or left, before it chose anything */
};

/* What a fatal alert of the server means; `awaits_hello`: none of its messages has come.  A
 * provider may know more: what the server wanted. */
static inline enum tls_reason tls_reason_of_alert(int alert, bool awaits_hello)
{
    enum { HANDSHAKE_FAILURE = 40, PROTOCOL_VERSION = 70, INSUFFICIENT_SECURITY = 71 };

    if (alert == PROTOCOL_VERSION)
        return TLS_VERSION_REFUSED;
    if (alert == INSUFFICIENT_SECURITY || (alert == HANDSHAKE_FAILURE && awaits_hello))
        return TLS_NO_SHARED_SUITE;
    return TLS_ALERT;
}

/* Which of the offers that a config allows.  A library may not be able to offer a list of suites
 * without others; parts of it, one after the other, it can. */
struct tls_offer {
    unsigned part; /* 0: all suites, perhaps with others; n: the n-th part of them, exactly */
    bool fallback; /* max_version is lower than it was, since the server refused that: it is told
                    * so (RFC 7507) */
};

/* True of all suites and versions: it follows no refusal. */
static inline bool tls_offer_is_first(const struct tls_offer *offer)
{
    return offer->part == 0 && !offer->fallback;
}

/* The stream below.  recv: bytes, 0 at the end, -ERR_AGAIN, -ERR_RESET; send: bytes or the like. */
struct tls_lower {
    ptrdiff_t (*recv)(void *ctx, void *buf, size_t cap);
    ptrdiff_t (*send)(void *ctx, const void *data, size_t len);
    void *ctx;
};

struct tls_ticket;

struct tls_ticket_ops {
    void (*free)(struct tls_ticket *ticket);
};

/* What it takes to resume a session: its keys.  Owned by who asked for it. */
struct tls_ticket {
    const struct tls_ticket_ops *ops;
};

/* Wipes it; NULL is nothing. */
static inline void tls_ticket_free(struct tls_ticket *ticket)
{
    if (ticket != NULL)
        ticket->ops->free(ticket);
}

/* Everything a session needs to know.  The provider copies what it keeps; the spans may be wiped
 * as soon as tls_open() has returned. */
struct tls_config {
    enum tls_version min_version, max_version;
    const tls_suite *suites; /* in the order in which to offer them */
    size_t suite_count;
    bool library_suites; /* all that the library itself would offer, and its extensions; of `suites`
                          * those among them come first */
    bool today;          /* what the library itself takes for weak is refused: keys, signatures,
                          * suites, key usage; else what was good in the modules' time is good */
    struct tls_offer offer;
    bool verify;             /* check the chain, its dates and the name */
    bool ignore_dates;       /* but not the dates */
    bool ignore_name;        /* but not the name, nor the address; the log has a line where it would
                              * not have fitted */
    bool ignore_address;     /* the same where an address was dialled, not a name */
    size_t certificate_max;  /* longest certificate of the server's chain in bytes of DER, where
                              * `verify`; 0: any */
    size_t certificate_slow; /* with a longer one the log warns, in the words of `slow_advice`,
                              * which is static; 0: with none */
    const char *slow_advice;
    size_t record_max;       /* longest record, either way, in bytes of plaintext; 0: as the
                              * protocol has it.  TLS_RECORD_SIZE when the server sends a longer
                              * one */
    const char *server_name; /* host name or address as dialled; checked when `verify`; sent as SNI
                              * when `send_sni` and it is not an address */
    uint16_t server_port;    /* as dialled; 0: not known */
    bool send_sni;
    const char *sni_advice; /* static, for the log where no SNI was sent and that may be why a
                             * dial failed: what would send it; NULL: nothing to say */
    /* Each one PEM or DER, told apart by looking; len 0 where there is none. */
    struct span ca;   /* one or more CA certificates, in PEM also with some that cannot be read,
                       * which count for nothing and are told to the log; none: no server is good */
    struct span cert; /* client certificate, in PEM perhaps with its chain */
    struct span key;  /* its private key */
    bool rsa_only;    /* of keys of ours no others are read */
    /* Offer to resume this session, of the same provider, version and suites; NULL: a full
     * handshake.  Borrowed until tls_open() returns; a server that does not agree gets a full
     * handshake. */
    const struct tls_ticket *resume;
    /* The clock that certificates are checked by: seconds since 1970-01-01T00:00:00Z. */
    int64_t (*utc_s)(void *ctx);
    void *utc_ctx;
    bool owners_trust;     /* `ca` and the clock are the modem's owner's, not the module's: so the
                            * log calls them */
    const struct log *log; /* for the operator and TRACE_TLS, borrowed until the session is freed;
                            * may be NULL */
};

enum tls_step { TLS_DONE, TLS_WANT_READ, TLS_WANT_WRITE, TLS_FAILED };

/* So many suites are named in the log; the others are counted. */
enum { TLS_PROGRESS_SUITES = 6 };

struct tls_info {
    enum tls_version version;
    tls_suite suite;
    bool resumed;
};

/* What a handshake waits for, in the order in which it comes. */
enum tls_phase { TLS_PHASE_HELLO, TLS_PHASE_CERTIFICATE, TLS_PHASE_FINISHED };

/* How far a handshake is, and what it has offered; for the log. */
struct tls_progress {
    enum tls_phase phase;
    enum tls_version min_version, max_version;
    size_t suite_count;                    /* of the config that are offered */
    tls_suite suites[TLS_PROGRESS_SUITES]; /* the first of them, in order */
};

/* How the peer ended a session. */
enum tls_end {
    TLS_END_NOTIFIED, /* by close_notify */
    TLS_END_BARE,     /* by the stream's end alone, as old servers do */
    TLS_END_CUT       /* by the stream's end inside a record: bytes are missing */
};

/* What a session says, or takes for said by the server, since somebody wants it so and not since it
 * has come to it: of a laboratory. */
enum tls_stray_kind {
    TLS_STRAY_WARNING, /* an alert of this level */
    TLS_STRAY_FATAL,
    TLS_STRAY_RENEGOTIATION /* sent: a ClientHello; received: a HelloRequest */
};

struct tls_stray {
    enum tls_stray_kind kind;
    bool is_received; /* taken for sent by the server; else it is sent to it */
    uint8_t alert;    /* number, RFC 5246 section 7.2; of a renegotiation 0 */
};

struct tls_session;

struct tls_session_ops {
    enum tls_step (*handshake)(struct tls_session *session);
    ptrdiff_t (*read)(struct tls_session *session, void *buf, size_t cap);
    enum tls_end (*end)(const struct tls_session *session);
    ptrdiff_t (*write)(struct tls_session *session, const void *data, size_t len);
    enum err (*flush)(struct tls_session *session);
    size_t (*pending)(const struct tls_session *session);
    struct tls_info (*info)(const struct tls_session *session);
    const struct tls_failure *(*failure)(const struct tls_session *session);
    struct tls_ticket *(*ticket)(const struct tls_session *session);
    void (*shutdown)(struct tls_session *session);
    void (*free)(struct tls_session *session);
    bool (*progress)(const struct tls_session *session, struct tls_progress *ret_progress);
    enum err (*stray)(struct tls_session *session, const struct tls_stray *stray);
};

/* Made and owned by the provider; ends by tls_session_free(). */
struct tls_session {
    const struct tls_session_ops *ops;
    /* Has the operations that are NULL in `ops`; NULL: all are there. */
    struct tls_session *inner;
};

/* Goes on with the handshake until it is done, fails (see tls_session_failure()), or the stream
 * below must first become readable or writable. */
static inline enum tls_step tls_session_handshake(struct tls_session *session)
{
    while (session->ops->handshake == NULL)
        session = session->inner;
    return session->ops->handshake(session);
}

/* After a handshake that is done; `cap` is not 0.  Plaintext bytes, 0 at the end (see
 * tls_session_end()), -ERR_AGAIN, or -ERR_RESET, -ERR_TLS (see tls_session_failure()). */
static inline ptrdiff_t tls_session_read(struct tls_session *session, void *buf, size_t cap)
{
    assert(cap > 0);
    while (session->ops->read == NULL)
        session = session->inner;
    return session->ops->read(session, buf, cap);
}

/* How it ended; after tls_session_read() has given 0. */
static inline enum tls_end tls_session_end(const struct tls_session *session)
{
    while (session->ops->end == NULL)
        session = session->inner;
    return session->ops->end(session);
}

/* After a handshake that is done; `len` is not 0.  Bytes accepted for good, one record's at most.
 * Part of the record may still have to wait for the stream below: until tls_session_flush() says
 * that it is away, this answers -ERR_AGAIN.  -ERR_RESET, -ERR_TLS. */
static inline ptrdiff_t tls_session_write(struct tls_session *session, const void *data, size_t len)
{
    assert(len > 0);
    while (session->ops->write == NULL)
        session = session->inner;
    return session->ops->write(session, data, len);
}

/* ERR_OK: nothing waits.  ERR_AGAIN: call again when the stream below is writable.  ERR_RESET,
 * ERR_TLS. */
static inline enum err tls_session_flush(struct tls_session *session)
{
    while (session->ops->flush == NULL)
        session = session->inner;
    return session->ops->flush(session);
}

/* Decrypted bytes that tls_session_read() can give without touching the stream below. */
static inline size_t tls_session_pending(const struct tls_session *session)
{
    while (session->ops->pending == NULL)
        session = session->inner;
    return session->ops->pending(session);
}

/* How far a handshake is that is not done, or has failed.  False: it is done, or the provider does
 * not say. */
static inline bool tls_session_progress(const struct tls_session *session,
                                        struct tls_progress *ret_progress)
{
    while (session->ops->progress == NULL && session->inner != NULL)
        session = session->inner;
    return session->ops->progress != NULL && session->ops->progress(session, ret_progress);
}

/* Sends a stray message, or has the session do what it does when such a one comes; a renegotiation
 * after a handshake that is done, and one that was begun goes on in tls_session_read().  After a
 * fatal alert that was sent the session is only to be freed; by what it takes for received it may
 * fail, as by what comes.  ERR_AGAIN: what was sent before must leave first, or what has come be
 * read.  ERR_UNSUPPORTED: the version, or the provider, has no such message.  ERR_STATE: it has
 * failed or ended, or one renegotiation is under way.  ERR_RESET, ERR_NO_MEMORY. */
static inline enum err tls_session_stray(struct tls_session *session, const struct tls_stray *stray)
{
    assert(stray->alert == 0 || stray->kind != TLS_STRAY_RENEGOTIATION);
    while (session->ops->stray == NULL && session->inner != NULL)
        session = session->inner;
    return session->ops->stray != NULL ? session->ops->stray(session, stray) : ERR_UNSUPPORTED;
}

/* What was agreed, after a handshake that is done. */
static inline struct tls_info tls_session_info(const struct tls_session *session)
{
    while (session->ops->info == NULL)
        session = session->inner;
    return session->ops->info(session);
}

/* Why it failed, TLS_FINE when it has not; lives as long as the session. */
static inline const struct tls_failure *tls_session_failure(const struct tls_session *session)
{
    while (session->ops->failure == NULL)
        session = session->inner;
    return session->ops->failure(session);
}

/* What a later session needs to resume this one, after a handshake that is done; NULL when the
 * server or this provider allows none.  The caller frees it, also after the session. */
static inline struct tls_ticket *tls_session_ticket(const struct tls_session *session)
{
    while (session->ops->ticket == NULL)
        session = session->inner;
    return session->ops->ticket(session);
}

/* Sends close_notify as far as the stream below takes it now.  Never waits. */
static inline void tls_session_shutdown(struct tls_session *session)
{
    while (session->ops->shutdown == NULL)
        session = session->inner;
    session->ops->shutdown(session);
}

/* Ends it in any state and wipes its keys; NULL is nothing. */
static inline void tls_session_free(struct tls_session *session)
{
    if (session == NULL)
        return;
    while (session->ops->free == NULL)
        session = session->inner;
    session->ops->free(session);
}

struct tls;

struct tls_ops {
    const char *name;
    const char *(*library_version)(const struct tls *tls);
    bool (*supports)(const struct tls *tls, enum tls_version version);
    size_t (*part_size)(const struct tls *tls, const struct tls_config *config);
    enum err (*open)(struct tls *tls, const struct tls_config *config,
                     const struct tls_lower *lower, struct tls_session **ret_session,
                     struct tls_failure *ret_failure);
};

/* A provider; owned by who opened it.  It outlives its sessions; tickets may outlive it. */
struct tls {
    const struct tls_ops *ops;
    /* Has the operations that are NULL in `ops`; NULL: all are there. */
    struct tls *inner;
};

/* Of the library, for --version; static. */
static inline const char *tls_name(const struct tls *tls)
{
    while (tls->ops->name == NULL)
        tls = tls->inner;
    return tls->ops->name;
}

/* Of the library, for --version; static. */
static inline const char *tls_library_version(const struct tls *tls)
{
    while (tls->ops->library_version == NULL)
        tls = tls->inner;
    return tls->ops->library_version(tls);
}

/* True when sessions of this protocol version can be opened. */
static inline bool tls_supports(const struct tls *tls, enum tls_version version)
{
    while (tls->ops->supports == NULL)
        tls = tls->inner;
    return tls->ops->supports(tls, version);
}

/* How many suites config->offer.part is, which is not 0; 0 behind the last part, and where the
 * whole list is offered as it is. */
static inline size_t tls_part_size(const struct tls *tls, const struct tls_config *config)
{
    assert(config->offer.part > 0);
    while (tls->ops->part_size == NULL)
        tls = tls->inner;
    return tls->ops->part_size(tls, config);
}

/* Makes a client session; `lower` is copied, its `ctx` outlives the session.  ERR_CREDENTIALS with
 * ret_failure set when security data cannot be used, ERR_UNSUPPORTED when a version or all suites
 * are beyond this provider, ERR_NO_MEMORY. */
static inline enum err tls_open(struct tls *tls, const struct tls_config *config,
                                const struct tls_lower *lower, struct tls_session **ret_session,
                                struct tls_failure *ret_failure)
{
    assert(config->min_version <= config->max_version);
    assert(lower->recv != NULL && lower->send != NULL);
    assert(config->suites != NULL || config->suite_count == 0);
    assert(config->server_name != NULL && config->utc_s != NULL);
    while (tls->ops->open == NULL)
        tls = tls->inner;
    return tls->ops->open(tls, config, lower, ret_session, ret_failure);
}

#endif
