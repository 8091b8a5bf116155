/* fibocom_hm_part.c: the life of a session of +HMCON: its login, its loss and return, and what it
 * tells.
 *
 * Source: docs/facts/mqtt-mux-ppp.md §1.1.
 */
#include "personalities/fibocom/fibocom.h"

#include "base/hmac.h"
#include "base/wipe.h"

#include <assert.h>
#include <stdio.h>

/* <status> of +HMSTS. */
enum { STATUS_CONNECTED, STATUS_LOST };

/* What a line may have of a message: the head and its quotes come to it. */
enum { LINE_MESSAGE_MAX = 1400 };

/* "2026113012", the hour that signs a login. */
enum { HOUR_BYTES = 16 };

struct fibocom_hm *fibocom_hm_of(const struct at_session *at)
{
    return module_part(module_of(at), &fibocom_hm_part, 0);
}

struct fibocom_hm *fibocom_hm_if(const struct at_session *at)
{
    return module_part_if(module_of(at), &fibocom_hm_part, 0);
}

/* ---- the command that waits ---- */

static const char *name_of(const struct fibocom_hm *hm)
{
    switch (hm->waits) {
    case HM_WAITS_CONNECT:
        return "+HMCON";
    case HM_WAITS_LEAVE:
        return "+HMDIS";
    default:
        return hm->request == MQTT_PUBLISH     ? "+HMPUB"
               : hm->request == MQTT_SUBSCRIBE ? "+HMSUB"
                                               : "+HMUNS";
    }
}

void fibocom_hm_answer(struct fibocom_hm *hm, enum fibocom_hm_error error)
{
    struct at_session *at = hm->asker;
    char line[40];

    assert(at != NULL);
    if (error == HM_FINE)
        snprintf(line, sizeof(line), "%s OK", name_of(hm));
    else
        snprintf(line, sizeof(line), "%s ERR:%d", name_of(hm), (int)error);
    hm->asker = NULL;
    hm->waits = HM_WAITS_NOT;
    at_result_text(at, line);
    at_finish(at, AT_SILENT);
}

static enum fibocom_hm_error error_of(const struct fibocom_hm *hm)
{
    return hm->request == MQTT_PUBLISH     ? HM_PUBLISH
           : hm->request == MQTT_SUBSCRIBE ? HM_SUBSCRIBE
                                           : HM_UNSUBSCRIBE;
}

/* ---- the login ---- */

static void put_hour(const struct tlsmodem *modem, char text[HOUR_BYTES])
{
    struct module_time now = module_time_of(module_clock_utc_s(&modem->clock), 0);

    snprintf(text, HOUR_BYTES, "%04d%02d%02d%02d", (int)now.year % 10000, (int)now.month % 100,
             (int)now.day % 100, (int)now.hour % 100);
}

/* The cloud takes the secret signed by the hour, whose truth it does not look at: signature type 0.
 */
static enum err log_in(struct fibocom_hm *hm)
{
    const char *device = at_text(hm->device);
    struct span secret = span_of(at_text(hm->secret));
    char client_id[FIBOCOM_HM_DEVICE_MAX + 8 + HOUR_BYTES];
    char password[HMAC_SHA256_HEX_BYTES];
    char hour[HOUR_BYTES];
    const struct mqtt_terms terms = {
        .reply_ms = module_fact_peek(hm->modem, FACT_MQTT_REPLY_MS),
    };
    struct mqtt_login login = {
        .level = 4,
        .clean = true,
        .keep_alive_s = hm->keep_alive_s,
        .has_user = true,
        .has_password = secret.len > 0, /* none: a certificate says who it is */
        .user = span_of(device),
    };
    enum err err;

    put_hour(hm->modem, hour);
    snprintf(client_id, sizeof(client_id), "%s_0_0_%s", device, hour);
    hmac_sha256_hex(span_of(hour), &secret, 1, password);
    login.client_id = span_of(client_id);
    login.password = span_of(password);
    err = mqtt_connect(&hm->client, &login, &terms);
    wipe(password, sizeof(password));
    return err;
}

enum err fibocom_hm_dial(struct fibocom_hm *hm)
{
    int64_t limit_ms = module_fact_peek(hm->modem, FACT_MQTT_OPEN_MS);
    const struct mqtt_target target = {
        .host = at_text(hm->host),
        .port = hm->port,
        .secure = hm->secure,
        .step_timeout_ms = limit_ms,
        .total_timeout_ms = limit_ms,
    };

    return mqtt_open(&hm->client, &target);
}

void fibocom_hm_forget(struct fibocom_hm *hm)
{
    mqtt_drop(&hm->client);
    fibocom_hm_forget_topics(hm);
    hm->configured = hm->online = hm->lost_late = false;
    hm->again_ms = CLOCK_NEVER;
}

/* ---- lost, and back ---- */

static void say_status(const struct fibocom_hm *hm, int status)
{
    at_urc(hm->owner->at, "+HMSTS:%d", status);
}

/* A message that came before comes first. */
static void tell_lost(struct fibocom_hm *hm)
{
    hm->online = false;
    hm->lost_late = hm->heard.data != NULL;
    if (!hm->lost_late)
        say_status(hm, STATUS_LOST);
}

static void tell_late(struct fibocom_hm *hm)
{
    if (hm->lost_late)
        say_status(hm, STATUS_LOST);
    hm->lost_late = false;
}

static void tell_back(struct fibocom_hm *hm)
{
    tell_late(hm);
    hm->online = true;
    say_status(hm, STATUS_CONNECTED);
}

static void dial_later(struct fibocom_hm *hm)
{
    hm->again_ms = module_now(hm->modem) + module_fact(hm->modem, FACT_HM_AGAIN_MS);
}

/* A connection that was there has gone; who waits for something on it waits no more. */
static void lose(struct fibocom_hm *hm)
{
    if (hm->waits == HM_WAITS_LEAVE) {
        fibocom_hm_forget(hm);
    } else if (hm->configured) {
        if (hm->online)
            tell_lost(hm);
        dial_later(hm);
    }
    if (hm->waits != HM_WAITS_NOT)
        fibocom_hm_answer(hm, hm->waits == HM_WAITS_LEAVE ? HM_FINE : error_of(hm));
}

/* The first attempt is +HMCON's, the others are its own. */
static void fail(struct fibocom_hm *hm, enum fibocom_hm_error error)
{
    mqtt_drop(&hm->client);
    if (hm->waits != HM_WAITS_CONNECT) {
        lose(hm);
        return;
    }
    fibocom_hm_forget(hm);
    fibocom_hm_answer(hm, error);
}

/* ---- what the client tells ---- */

static void on_open(void *ctx, enum mqtt_end end)
{
    struct fibocom_hm *hm = ctx;
    enum err err;

    if (end == MQTT_FINE) {
        err = log_in(hm);
        if (err == ERR_OK)
            return; /* on_connected() follows */
        fail(hm, err == ERR_NO_MEMORY ? HM_NO_MEMORY : HM_PARAMETER);
        return;
    }
    if (hm->client.failure.err == ERR_TIMEOUT)
        module_note_fact(hm->modem, FACT_MQTT_OPEN_MS);
    fibocom_tls_note(hm->modem, &hm->client.failure);
    fail(hm, HM_NETWORK);
}

static void on_connected(void *ctx, enum mqtt_end end, uint8_t code)
{
    struct fibocom_hm *hm = ctx;

    if (end == MQTT_NOT_ANSWERED)
        module_note_fact(hm->modem, FACT_MQTT_REPLY_MS);
    if (end == MQTT_NOT_ADMITTED && code <= MQTT_REFUSES_RIGHTS) {
        fail(hm, HM_VERSION + code - MQTT_REFUSES_VERSION);
    } else if (end != MQTT_FINE) {
        fail(hm, HM_NETWORK);
    } else if (hm->waits == HM_WAITS_CONNECT) {
        hm->configured = hm->online = true;
        fibocom_hm_answer(hm, HM_FINE);
    } else if (fibocom_hm_resubscribe(hm)) {
        tell_back(hm);
    } else {
        fail(hm, HM_NO_MEMORY);
    }
}

static void on_answer(void *ctx, const struct mqtt_answer *answer)
{
    struct fibocom_hm *hm = ctx;
    bool good = answer->result == MQTT_DONE &&
                (answer->codes.len == 0 || answer->codes.data[0] != MQTT_SUBACK_REFUSED);

    if (hm->waits != HM_WAITS_ANSWER || answer->request != hm->request ||
        answer->id != hm->request_id)
        return;
    if (answer->result == MQTT_FAILED && hm->client.state == MQTT_CONNECTED)
        module_note_fact(hm->modem, FACT_MQTT_REPLY_MS);
    if (good && hm->request != MQTT_PUBLISH)
        fibocom_hm_settle(hm, hm->request == MQTT_SUBSCRIBE);
    fibocom_hm_answer(hm, good ? HM_FINE : error_of(hm));
}

static void add_digits(struct bytes *to, struct span payload, size_t max)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < payload.len; i++) {
        char pair[2] = { digits[payload.data[i] >> 4], digits[payload.data[i] & 15] };

        bytes_add(to, span_at(pair, sizeof(pair)), max);
    }
}

/* It is told when the port is quiet; until then the broker keeps the next. */
static bool on_message(void *ctx, const struct mqtt_message *message)
{
    struct fibocom_hm *hm = ctx;
    size_t shown = message->payload.len * (hm->hex ? 2 : 1), len;
    char middle[24];
    int middle_len = snprintf(middle, sizeof(middle), "\",%zu,\"", message->payload.len);

    len = message->topic.len + (size_t)middle_len + shown + 1;
    if (hm->heard.data != NULL || bytes_reserve(&hm->heard, len) != ERR_OK)
        return false;
    bytes_add(&hm->heard, message->topic, len);
    bytes_add(&hm->heard, span_at(middle, (size_t)middle_len), len);
    if (hm->hex)
        add_digits(&hm->heard, message->payload, len);
    else
        bytes_add(&hm->heard, message->payload, len);
    bytes_add(&hm->heard, span_of("\""), len);
    at_poke(hm->owner->at);
    return true;
}

static void on_end(void *ctx, enum mqtt_end end)
{
    (void)end; /* the log has it */
    lose(ctx);
}

static const struct mqtt_events events = {
    .on_open = on_open,
    .on_connected = on_connected,
    .on_answer = on_answer,
    .on_message = on_message,
    .on_end = on_end,
};

/* ---- the part ---- */

static void on_quiet(struct module_terminal *terminal, void *state)
{
    struct fibocom_hm *hm = state;

    if (hm->owner != terminal || !at_may_speak_at_length(terminal->at))
        return;
    if (hm->heard.data != NULL)
        at_unsolicited(terminal->at, bytes_span(&hm->heard), "+HMREC: 0,\"");
    bytes_free(&hm->heard);
    tell_late(hm);
    mqtt_resume(&hm->client);
}

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    struct fibocom_hm *hm = state;
    const struct tls_source tls = { fibocom_tls_lend, modem };

    (void)unit;
    hm->modem = modem;
    hm->again_ms = CLOCK_NEVER;
    mqtt_init(&hm->client, 0, &modem->world, &events, hm, &tls, LINE_MESSAGE_MAX);
}

static void deinit(struct tlsmodem *modem, void *state)
{
    struct fibocom_hm *hm = state;
    char **const texts[] = { &hm->host, &hm->device, &hm->secret };

    (void)modem;
    mqtt_deinit(&hm->client);
    fibocom_hm_forget_topics(hm);
    bytes_free(&hm->heard);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        at_text_set(texts[i], span_at(NULL, 0));
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct fibocom_hm *hm = state;

    (void)modem;
    return !hm->configured && hm->waits == HM_WAITS_NOT && hm->heard.data == NULL &&
           hm->client.state == MQTT_CLOSED && hm->client.flights == NULL &&
           mqtt_deadline(&hm->client) == CLOCK_NEVER;
}

static bool owes(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return ((const struct fibocom_hm *)state)->heard.data != NULL;
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    const struct fibocom_hm *hm = state;

    (void)modem;
    return time_earlier(mqtt_deadline(&hm->client), hm->again_ms);
}

static void tick(struct tlsmodem *modem, void *state)
{
    struct fibocom_hm *hm = state;

    mqtt_tick(&hm->client);
    if (module_now(modem) < hm->again_ms)
        return;
    hm->again_ms = CLOCK_NEVER;
    if (!fibocom_context(modem)->active || fibocom_hm_dial(hm) != ERR_OK)
        dial_later(hm);
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    (void)modem;
    if (cid == CALL_CID && ((struct fibocom_hm *)state)->client.state != MQTT_CLOSED)
        fail(state, HM_NETWORK);
}

const struct module_part fibocom_hm_part = {
    .size = sizeof(struct fibocom_hm),
    .init = init,
    .deinit = deinit,
    .is_idle = is_idle,
    .owes = owes,
    .deadline = deadline,
    .tick = tick,
    .on_quiet = on_quiet,
    .on_context_down = on_context_down,
};
