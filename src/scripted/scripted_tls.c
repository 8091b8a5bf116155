/* scripted_tls.c: TLS sessions whose peer is a script.
 *
 * write() takes one record and keeps what the stream below does not take of it; until that is gone
 * it answers -ERR_AGAIN.
 */
#include "scripted/scripted_tls.h"

#include "scripted/toy_record.h"

#include "base/text.h"
#include "base/tls_alerts.h"
#include "base/tls_suites.h"

#include <assert.h>
#include <stdlib.h>

enum { CHUNK = 4096, OFFER_MAX = 700 };

struct scripted_session {
    struct tls_session base;
    struct scripted_tls *tls;
    struct tls_lower lower;
    struct byte_queue in;    /* from below, not looked at */
    struct byte_queue plain; /* of the record that is being read */
    struct byte_queue out;   /* for below */
    bool ended;              /* close_notify or the end of the stream was seen */
    bool notified;           /* it was close_notify */
    bool has_refused;        /* a renegotiation, and no data has come since */
    struct tls_info info;
    struct tls_failure failure;
};

/* A toy: a later session of the same version and suite may offer it. */
struct scripted_ticket {
    struct tls_ticket base;
    struct scripted_tls *tls;
    struct tls_info info;
};

static const char *library_version(const struct tls *tls)
{
    (void)tls;
    return "0";
}

static bool supports(const struct tls *base, enum tls_version version)
{
    const struct scripted_tls *tls = (const struct scripted_tls *)base;

    return version >= tls->min_version && version <= tls->max_version;
}

static size_t part_size(const struct tls *base, const struct tls_config *config)
{
    const struct scripted_tls *tls = (const struct scripted_tls *)base;

    return tls->cannot_say_lists && config->offer.part <= config->suite_count ? 1 : 0;
}

/* A server that sends no alert has chosen a suite, one that the module does not allow. */
static void fail(struct scripted_session *session, enum tls_reason reason, int alert)
{
    session->failure =
        (struct tls_failure){ .reason = reason,
                              .alert = alert,
                              .chose_beyond = reason == TLS_NO_SHARED_SUITE && alert < 0,
                              .is_of_offer = reason == TLS_NO_SHARED_SUITE && alert >= 0 };
}

/* The stream is gone, whatever it calls that. */
static ptrdiff_t as_reset(ptrdiff_t result)
{
    return result < 0 && result != -ERR_AGAIN ? -ERR_RESET : result;
}

/* Gives the stream below what waits for it: 0 when all is gone, or a negative error. */
static ptrdiff_t flush(struct scripted_session *session)
{
    while (byte_queue_len(&session->out) > 0) {
        struct span waiting = byte_queue_peek(&session->out);
        ptrdiff_t done = session->lower.send(session->lower.ctx, waiting.data, waiting.len);

        if (done <= 0)
            return as_reset(done);
        byte_queue_drop(&session->out, (size_t)done);
    }
    return 0;
}

/* Gets one whole record: 1, 0 at the end of the stream, or a negative error.  Like the libraries
 * that it stands for it takes no byte of the record after it. */
static ptrdiff_t fetch(struct scripted_session *session, struct toy_record *ret_record)
{
    while (!toy_record_peek(&session->in, ret_record)) {
        uint8_t chunk[CHUNK];
        size_t missing = toy_record_missing(&session->in);
        ptrdiff_t got = session->lower.recv(session->lower.ctx, chunk,
                                            missing < sizeof(chunk) ? missing : sizeof(chunk));

        if (got <= 0)
            return as_reset(got);
        byte_queue_put(&session->in, span_at(chunk, (size_t)got));
        if (byte_queue_peek(&session->in).data[0] < TOY_CLOSE ||
            byte_queue_peek(&session->in).data[0] > TOY_CORRUPT) {
            fail(session, TLS_NOT_TLS, -1);
            return -ERR_TLS;
        }
    }
    return 1;
}

static enum tls_step take_verdict(struct scripted_session *session, const struct toy_record *record)
{
    const uint8_t *body = record->body.data;

    if (record->type != TOY_HANDSHAKE) {
        fail(session, record->type == TOY_CORRUPT ? TLS_RECORD : TLS_PEER_CLOSED, -1);
        return TLS_FAILED;
    }
    if (body[0] == TOY_NO) {
        fail(session, (enum tls_reason)body[1], (body[2] << 8 | body[3]) - 1);
        return TLS_FAILED;
    }
    session->info.version = (enum tls_version)(body[1] << 8 | body[2]);
    session->info.suite = (tls_suite)(body[3] << 8 | body[4]);
    session->info.resumed = body[5] != 0;
    return TLS_DONE;
}

static enum tls_step handshake(struct tls_session *base)
{
    struct scripted_session *session = (struct scripted_session *)base;
    struct toy_record record;
    ptrdiff_t result = flush(session);
    enum tls_step step;

    if (result == -ERR_AGAIN)
        return TLS_WANT_WRITE;
    if (result == 0)
        result = fetch(session, &record);
    if (result == -ERR_AGAIN)
        return TLS_WANT_READ;
    if (result == 1) {
        step = take_verdict(session, &record);
        toy_record_drop(&session->in);
        return step;
    }
    if (result != -ERR_TLS)
        fail(session, result == 0 ? TLS_PEER_CLOSED : TLS_PEER_RESET, -1);
    return TLS_FAILED;
}

/* Makes the next record's bytes readable: 1, 0 at the end, or a negative error. */
static ptrdiff_t next_record(struct scripted_session *session)
{
    struct toy_record record;
    ptrdiff_t result = fetch(session, &record);

    if (result == -ERR_RESET)
        fail(session, TLS_PEER_RESET, -1);
    if (result <= 0)
        return result;
    switch (record.type) {
    case TOY_DATA:
        byte_queue_put(&session->plain, record.body);
        break;
    case TOY_CLOSE:
        session->notified = true;
        result = 0;
        break;
    default:
        fail(session, TLS_RECORD, -1);
        result = -ERR_TLS;
        break;
    }
    toy_record_drop(&session->in);
    return result;
}

/* A server that gets a no and sends no data wants nothing else, however it ends the session. */
static bool insists(struct scripted_session *session)
{
    if (session->has_refused)
        fail(session, TLS_RENEGOTIATION, -1);
    return session->has_refused;
}

static ptrdiff_t read_plain(struct tls_session *base, void *buf, size_t cap)
{
    struct scripted_session *session = (struct scripted_session *)base;

    assert(cap > 0);
    if (session->failure.reason != TLS_FINE)
        return session->failure.reason == TLS_PEER_RESET ? -ERR_RESET : -ERR_TLS;
    while (byte_queue_len(&session->plain) == 0) {
        ptrdiff_t result = session->ended ? 0 : next_record(session);

        if (result > 0)
            session->has_refused = false;
        else if (result != -ERR_AGAIN && insists(session))
            return -ERR_TLS;
        session->ended = session->ended || result == 0;
        if (result <= 0)
            return result;
    }
    return (ptrdiff_t)byte_queue_take(&session->plain, buf, cap);
}

static ptrdiff_t write_plain(struct tls_session *base, const void *data, size_t len)
{
    struct scripted_session *session = (struct scripted_session *)base;
    size_t part = len < TOY_RECORD_MAX ? len : TOY_RECORD_MAX;
    ptrdiff_t result = flush(session);

    assert(len > 0);
    if (result == 0) {
        toy_record_put(&session->out, TOY_DATA, span_at(data, part));
        result = flush(session);
        if (result == 0 || result == -ERR_AGAIN)
            return (ptrdiff_t)part;
    }
    if (result == -ERR_RESET)
        fail(session, TLS_PEER_RESET, -1);
    return result;
}

static enum err flush_records(struct tls_session *base)
{
    struct scripted_session *session = (struct scripted_session *)base;
    ptrdiff_t result = flush(session);

    if (result == -ERR_RESET)
        fail(session, TLS_PEER_RESET, -1);
    return (enum err) - result;
}

static size_t pending(const struct tls_session *base)
{
    const struct scripted_session *session = (const struct scripted_session *)base;

    return byte_queue_len(&session->plain);
}

static struct tls_info info(const struct tls_session *base)
{
    const struct scripted_session *session = (const struct scripted_session *)base;

    return session->info;
}

static enum tls_end end(const struct tls_session *base)
{
    const struct scripted_session *session = (const struct scripted_session *)base;

    assert(session->ended);
    if (session->notified)
        return TLS_END_NOTIFIED;
    return byte_queue_len(&session->in) > 0 ? TLS_END_CUT : TLS_END_BARE;
}

static const struct tls_failure *failure(const struct tls_session *base)
{
    const struct scripted_session *session = (const struct scripted_session *)base;

    return &session->failure;
}

static void free_ticket(struct tls_ticket *base)
{
    struct scripted_ticket *ticket = (struct scripted_ticket *)base;

    ticket->tls->tickets--;
    free(ticket);
}

static const struct tls_ticket_ops ticket_ops = { .free = free_ticket };

static struct tls_ticket *ticket(const struct tls_session *base)
{
    const struct scripted_session *session = (const struct scripted_session *)base;
    struct scripted_ticket *ticket = calloc(1, sizeof(*ticket));

    if (ticket == NULL)
        return NULL;
    *ticket = (struct scripted_ticket){ { &ticket_ops }, session->tls, session->info };
    session->tls->tickets++;
    return &ticket->base;
}

static void shut_down(struct tls_session *base)
{
    struct scripted_session *session = (struct scripted_session *)base;

    toy_record_put(&session->out, TOY_CLOSE, span_at(NULL, 0));
    (void)flush(session); /* what does not go now never goes */
}

static void free_session(struct tls_session *base)
{
    struct scripted_session *session = (struct scripted_session *)base;

    session->tls->sessions--;
    byte_queue_deinit(&session->in);
    byte_queue_deinit(&session->plain);
    byte_queue_deinit(&session->out);
    free(session);
}

/* ---- stray messages ---- */

enum { LEVEL_WARNING = 1, LEVEL_FATAL = 2 };

static void queue_alert(struct scripted_session *session, int level, uint8_t alert)
{
    uint8_t body[] = { (uint8_t)level, alert };

    toy_record_put(&session->out, TOY_ALERT, span_at(body, sizeof(body)));
}

static enum err take_alert(struct scripted_session *session, const struct tls_stray *stray)
{
    bool is_open = session->info.version != 0;

    if (stray->alert == ALERT_CLOSE_NOTIFY && !is_open)
        fail(session, TLS_PEER_CLOSED, -1);
    else if (stray->alert == ALERT_CLOSE_NOTIFY && !insists(session))
        session->ended = session->notified = true;
    else if (stray->kind == TLS_STRAY_FATAL && !insists(session))
        fail(session, tls_reason_of_alert(stray->alert, !is_open), stray->alert);
    return ERR_OK;
}

static enum err take_request(struct scripted_session *session)
{
    if (session->info.version == TLS_1_3)
        return ERR_UNSUPPORTED;
    if (session->info.version == TLS_SSL_3_0) { /* which has no word for no */
        fail(session, TLS_RENEGOTIATION, -1);
        return ERR_OK;
    }
    session->has_refused = true;
    queue_alert(session, LEVEL_WARNING, ALERT_NO_RENEGOTIATION);
    (void)flush(session);
    return ERR_OK;
}

static enum err say_stray(struct scripted_session *session, const struct tls_stray *stray)
{
    if (stray->kind != TLS_STRAY_RENEGOTIATION && stray->alert == ALERT_CLOSE_NOTIFY)
        toy_record_put(&session->out, TOY_CLOSE, span_at(NULL, 0));
    else if (stray->kind != TLS_STRAY_RENEGOTIATION)
        queue_alert(session, stray->kind == TLS_STRAY_FATAL ? LEVEL_FATAL : LEVEL_WARNING,
                    stray->alert);
    else
        toy_record_put(&session->out, TOY_ALERT, span_at(NULL, 0));
    return flush(session) == -ERR_RESET ? ERR_RESET : ERR_OK;
}

static enum err stray_message(struct tls_session *base, const struct tls_stray *stray)
{
    struct scripted_session *session = (struct scripted_session *)base;
    bool renegotiates = stray->kind == TLS_STRAY_RENEGOTIATION;

    if (session->failure.reason != TLS_FINE || session->ended ||
        (renegotiates && session->info.version == 0))
        return ERR_STATE;
    if (stray->is_received && byte_queue_len(&session->plain) > 0)
        return ERR_AGAIN;
    if (stray->is_received)
        return renegotiates ? take_request(session) : take_alert(session, stray);
    if (renegotiates && (session->info.version == TLS_1_3 || session->info.version == TLS_SSL_3_0))
        return ERR_UNSUPPORTED;
    return flush(session) == -ERR_AGAIN ? ERR_AGAIN : say_stray(session, stray);
}

static const struct tls_session_ops session_ops = {
    .handshake = handshake,
    .read = read_plain,
    .end = end,
    .write = write_plain,
    .flush = flush_records,
    .pending = pending,
    .info = info,
    .failure = failure,
    .ticket = ticket,
    .shutdown = shut_down,
    .free = free_session,
    .stray = stray_message,
};

static bool looks_readable(struct span credential)
{
    static const char pem[] = "-----BEGIN ";

    return credential.len == 0 || credential.data[0] == 0x30 ||
           (credential.len >= sizeof(pem) - 1 &&
            memcmp(credential.data, pem, sizeof(pem) - 1) == 0);
}

static enum tls_reason check_credentials(const struct tls_config *config)
{
    if (!looks_readable(config->ca))
        return TLS_OWN_CA;
    if (!looks_readable(config->cert))
        return TLS_OWN_CERTIFICATE;
    return looks_readable(config->key) ? TLS_FINE : TLS_OWN_KEY;
}

static void queue_hello(struct scripted_session *session, const struct tls_config *config)
{
    char memory[OFFER_MAX];
    struct text text;

    text_init(&text, memory, sizeof(memory));
    text_add(&text,
             "min=%04x max=%04x verify=%d ignore_dates=%d ignore_name=%d ignore_address=%d name=%s "
             "sni=%d ",
             (unsigned)config->min_version, (unsigned)config->max_version, config->verify,
             config->ignore_dates, config->ignore_name, config->ignore_address, config->server_name,
             config->send_sni);
    if (config->offer.fallback)
        text_add(&text, "fallback=1 ");
    text_add(&text, "ca=%zu cert=%zu key=%zu resume=%d suites=", config->ca.len, config->cert.len,
             config->key.len, config->resume != NULL);
    if (config->offer.part > 0)
        text_add(&text, "%04x", (unsigned)config->suites[config->offer.part - 1]);
    for (size_t i = 0; config->offer.part == 0 && i < config->suite_count; i++)
        text_add(&text, i == 0 ? "%04x" : ",%04x", (unsigned)config->suites[i]);
    assert(!text.cut);
    toy_record_put(&session->out, TOY_HANDSHAKE, text_span(&text));
}

static bool can_agree(const struct tls_config *config)
{
    for (size_t i = 0; i < config->suite_count; i++) {
        const struct tls_suite_info *suite = tls_suite_by_code(config->suites[i]);

        for (int v = (int)config->min_version; v <= (int)config->max_version; v++) {
            if (suite != NULL && tls_suite_fits(suite, (uint16_t)v))
                return true;
        }
    }
    return false;
}

static enum err open_session(struct tls *base, const struct tls_config *config,
                             const struct tls_lower *lower, struct tls_session **ret_session,
                             struct tls_failure *ret_failure)
{
    struct scripted_tls *tls = (struct scripted_tls *)base;
    struct scripted_session *session;
    enum tls_reason reason = check_credentials(config);

    if (reason != TLS_FINE) {
        *ret_failure = (struct tls_failure){ .reason = reason, .alert = -1 };
        return ERR_CREDENTIALS;
    }
    if (config->min_version < tls->min_version || config->max_version > tls->max_version) {
        *ret_failure = (struct tls_failure){ .reason = TLS_VERSION_MISSING, .alert = -1 };
        return ERR_UNSUPPORTED;
    }
    if (!can_agree(config)) {
        *ret_failure = (struct tls_failure){ .reason = TLS_NO_SHARED_SUITE, .alert = -1 };
        return ERR_UNSUPPORTED;
    }
    assert(config->resume == NULL || config->resume->ops == &ticket_ops);
    session = calloc(1, sizeof(*session));
    if (session == NULL)
        return ERR_NO_MEMORY;
    session->base.ops = &session_ops;
    session->tls = tls;
    session->lower = *lower;
    session->failure.alert = -1;
    queue_hello(session, config);
    tls->sessions++;
    tls->last_utc_s = config->utc_s(config->utc_ctx);
    *ret_session = &session->base;
    return ERR_OK;
}

static const struct tls_ops ops = {
    .name = "scripted TLS",
    .library_version = library_version,
    .supports = supports,
    .part_size = part_size,
    .open = open_session,
};

void scripted_tls_init(struct scripted_tls *tls)
{
    *tls = (struct scripted_tls){ .base.ops = &ops,
                                  .min_version = TLS_SSL_3_0,
                                  .max_version = TLS_1_3 };
}

struct tls *scripted_tls_iface(struct scripted_tls *tls)
{
    return &tls->base;
}
