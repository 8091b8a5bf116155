/* message_arrival.c: messages that come in, by +CNMI: +CMTI of what was stored, or +CMT.
 *
 * Source: docs/facts/messages-calls-sim.md §3; 3GPP TS 27.005 3.4.1, 3.4.4.
 */
#include "personalities/common/message_arrival.h"

#include "personalities/common/message_view.h"
#include "personalities/common/phone.h"

#include "base/wipe.h"

#include <stdlib.h>

/* <mode> and <mt> of +CNMI */
enum { MODE_WAITS, MODE_DROPS_ONLINE };
enum { MT_SILENT, MT_STORES, MT_SHOWS, MT_SHOWS_CLASS_3 };
enum { CLASS_OF_SIM = 2, CLASS_OF_HOST = 3 };

/* A message that is shown and not stored. */
struct shown {
    struct shown *next;
    uint16_t ports;   /* that have still to show it, or wait for +CNMA of it, a bit each */
    uint16_t awaited; /* those of them that wait */
    struct sms sms;
};

/* There while something waits to be told, or to be acknowledged. */
struct arrival {
    struct shown *first;                    /* owned, in the order of their coming */
    int64_t until_ms[MODULE_TERMINALS_MAX]; /* of a port that waits */
};

enum { SHOWN_MAX = 10, ACKNOWLEDGED_WITHIN_MS = 15 * 1000 };

_Static_assert(MODULE_TERMINALS_MAX <= 16, "a bit for each port");

static uint16_t bit_of(const struct module_terminal *terminal)
{
    return (uint16_t)(1U << terminal->index);
}

/* What a port does with a message of this class. */
static int32_t way_of(const struct phone_settings *settings, int class)
{
    if (settings->tell_message == MT_SILENT)
        return MT_SILENT;
    if ((settings->tell_message == MT_SHOWS && class != CLASS_OF_SIM) ||
        (settings->tell_message == MT_SHOWS_CLASS_3 && class == CLASS_OF_HOST))
        return MT_SHOWS;
    return MT_STORES;
}

/* Ports that go that way, a bit each; those of a mode that drops do not while they are online. */
static uint16_t ports_that(struct tlsmodem *modem, int32_t way, int class)
{
    uint16_t ports = 0;

    for (size_t i = 0; i < modem->terminal_count; i++) {
        struct module_terminal *terminal = modem->terminals[i];
        struct phone_settings settings = common_phone_settings(terminal->at);

        if (settings.tell_mode == MODE_DROPS_ONLINE && at_is_online(terminal->at))
            continue;
        if (way_of(&settings, class) == way)
            ports |= bit_of(terminal);
    }
    return ports;
}

static enum err add_shown(struct arrival *arrival, uint16_t ports, const struct sms *sms)
{
    struct shown **link = &arrival->first, *shown;
    size_t count = 0;

    for (; *link != NULL; link = &(*link)->next)
        count++;
    if (count == SHOWN_MAX)
        return ERR_FULL;
    shown = calloc(1, sizeof(*shown));
    if (shown == NULL)
        return ERR_NO_MEMORY;
    shown->ports = ports;
    shown->sms = *sms;
    *link = shown;
    return ERR_OK;
}

static void drop_shown(struct shown **link)
{
    struct shown *shown = *link;

    *link = shown->next;
    wipe(shown, sizeof(*shown));
    free(shown);
}

enum err message_receive(struct tlsmodem *modem, const struct sms *sms)
{
    struct arrival *arrival = module_part(modem, &common_arrival_part, 0);
    struct sms_header header;
    enum err err = ERR_OK;
    uint16_t showing;
    size_t place;
    int class;

    if (arrival == NULL)
        return ERR_NO_MEMORY;
    if (!sms_read(sms, &header))
        return ERR_INVALID;
    class = sms_class(header.coding);
    showing = ports_that(modem, MT_SHOWS, class);
    if (showing != 0)
        err = add_shown(arrival, showing, sms);
    else
        err = messages_add(modem, MESSAGE_UNREAD, sms, &place);
    if (err == ERR_OK && showing == 0)
        messages_at(modem, place)->untold = ports_that(modem, MT_STORES, class);
    for (size_t i = 0; i < modem->terminal_count; i++)
        at_poke(modem->terminals[i]->at);
    return err;
}

/* ---- telling ---- */

static void tell_stored(struct module_terminal *terminal, const struct phone_settings *settings)
{
    for (size_t place = 1; place <= MESSAGE_PLACES; place++) {
        struct message *message = messages_at(terminal->modem, place);

        if (message == NULL || (message->untold & bit_of(terminal)) == 0)
            continue;
        if (!at_may_speak(terminal->at))
            return;
        message->untold &= (uint16_t)~bit_of(terminal);
        at_unsolicited(terminal->at, span_at(NULL, 0), "+CMTI: \"%s\",%zu", settings->store_receive,
                       place);
    }
}

static void show(struct at_session *at, const struct sms *sms)
{
    char memory[MESSAGE_VIEW_MAX];
    struct text text;

    text_init(&text, memory, sizeof(memory));
    message_add_arrival(at, sms, &text);
    at_unsolicited_block(at);
    at_info(at, "+CMT: %s", memory);
    text_init(&text, memory, sizeof(memory));
    message_add_body(at, sms, &text);
    at_put(at, text_span(&text));
    at_put_line_end(at);
    at_unsolicited_block(at);
    wipe(memory, sizeof(memory));
}

/* What a port has shown, and its host has not acknowledged; NULL: nothing. */
static struct shown **awaited_by(struct arrival *arrival, uint16_t port)
{
    for (struct shown **link = &arrival->first; *link != NULL; link = &(*link)->next) {
        if (((*link)->awaited & port) != 0)
            return link;
    }
    return NULL;
}

/* The port is through with it. */
static void end_showing(struct shown **link, uint16_t port)
{
    (*link)->ports &= (uint16_t)~port;
    (*link)->awaited &= (uint16_t)~port;
    if ((*link)->ports == 0)
        drop_shown(link);
}

/* With +CSMS=1 one after the other, each acknowledged before the next. */
static void show_next(struct module_terminal *terminal, struct arrival *arrival,
                      struct shown **link)
{
    show(terminal->at, &(*link)->sms);
    if (common_sim_settings(terminal->at).service == 0) {
        end_showing(link, bit_of(terminal));
        return;
    }
    (*link)->awaited |= bit_of(terminal);
    arrival->until_ms[terminal->index] = module_now(terminal->modem) + ACKNOWLEDGED_WITHIN_MS;
}

static void on_quiet(struct module_terminal *terminal, void *state)
{
    struct arrival *arrival = state;
    struct phone_settings settings = common_phone_settings(terminal->at);
    struct shown **link = &arrival->first;

    if (settings.tell_mode == MODE_WAITS)
        return;
    tell_stored(terminal, &settings);
    while (*link != NULL && awaited_by(arrival, bit_of(terminal)) == NULL &&
           at_may_speak_at_length(terminal->at)) {
        struct shown *shown = *link;

        if ((shown->ports & bit_of(terminal)) != 0)
            show_next(terminal, arrival, link);
        if (*link == shown)
            link = &shown->next;
    }
}

/* ---- acknowledging ---- */

enum { REFUSES_IT = 2 };

static enum at_status acknowledge(struct at_session *at)
{
    struct module_terminal *terminal = terminal_of(at);
    struct arrival *arrival = module_part_if(terminal->modem, &common_arrival_part, 0);
    struct shown **link = arrival != NULL ? awaited_by(arrival, bit_of(terminal)) : NULL;

    if (link == NULL)
        return at_refuse(at, CMS_NO_ACKNOWLEDGEMENT,
                         "no message waits for it: with +CSMS=1 each +CMT does, for 15 s");
    end_showing(link, bit_of(terminal));
    at_poke(at);
    return AT_OK;
}

/* In PDU mode it may say whether the host has taken it. */
static enum at_status set_acknowledge(struct at_session *at, const struct at_args *args)
{
    enum at_status status;

    if (common_phone_settings(at).format != 0)
        return at_refuse(at, CMS_NOT_ALLOWED, "<n> is of PDU mode; AT+CNMA alone acknowledges");
    status = acknowledge(at);
    if (status == AT_OK && args->list[0].number == REFUSES_IT)
        log_say(module_of(at)->config.log, LOG_INFO, "the host has not taken a message");
    return status;
}

/* The network keeps what was not acknowledged, and as nothing is shown any more it is stored. */
static void store(struct tlsmodem *modem, struct shown **link)
{
    size_t place;
    enum err err = messages_add(modem, MESSAGE_UNREAD, &(*link)->sms, &place);

    if (err != ERR_OK)
        log_say(modem->config.log, LOG_WARNING, "a message is lost: %s", err_text(err));
    drop_shown(link);
}

static void stop_showing(struct module_terminal *terminal, struct arrival *arrival)
{
    struct phone_settings *settings = common_phone_make_record(terminal->at, 0);
    struct shown **link = &arrival->first;

    log_say(terminal->modem->config.log, LOG_WARNING,
            "port %zu: no AT+CNMA within 15 s: messages are shown no more (+CNMI: mt 0, ds 0)",
            terminal->index + 1);
    if (settings != NULL)
        settings->tell_message = settings->tell_report = 0;
    while (*link != NULL) {
        (*link)->ports &= (uint16_t)~bit_of(terminal);
        (*link)->awaited &= (uint16_t)~bit_of(terminal);
        if ((*link)->ports == 0)
            store(terminal->modem, link);
        else
            link = &(*link)->next;
    }
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    const struct arrival *arrival = state;
    int64_t next_ms = CLOCK_NEVER;
    uint16_t awaited = 0;

    for (const struct shown *shown = arrival->first; shown != NULL; shown = shown->next)
        awaited |= shown->awaited;
    for (size_t i = 0; i < modem->terminal_count; i++) {
        if ((awaited & bit_of(modem->terminals[i])) != 0 && arrival->until_ms[i] < next_ms)
            next_ms = arrival->until_ms[i];
    }
    return next_ms;
}

static void tick(struct tlsmodem *modem, void *state)
{
    struct arrival *arrival = state;
    int64_t now_ms = module_now(modem);

    for (size_t i = 0; i < modem->terminal_count; i++) {
        struct module_terminal *terminal = modem->terminals[i];

        if (awaited_by(arrival, bit_of(terminal)) != NULL && now_ms >= arrival->until_ms[i])
            stop_showing(terminal, arrival);
    }
}

static const struct at_param acknowledge_params[] = {
    { .name = "n", .max = REFUSES_IT },
};

static const struct at_command rows[] = {
    { .name = "+CNMA",
      .help = "Acknowledges a message that +CMT has shown, with +CSMS=1.",
      .source = "docs/facts/messages-calls-sim.md §3",
      .message_error = CMS_NOT_ALLOWED,
      AT_PARAMS(acknowledge_params),
      .acts = true,
      .run = acknowledge,
      .set = set_acknowledge },
};
const struct at_commands common_acknowledging = AT_GENERAL_COMMANDS(rows);

void message_tell_changed(struct at_session *at, size_t index)
{
    struct phone_settings settings = common_phone_settings(at);
    struct module_terminal *terminal = terminal_of(at);
    struct arrival *arrival = module_part_if(terminal->modem, &common_arrival_part, 0);

    (void)index;
    if (arrival == NULL || settings.tell_mode == MODE_WAITS || settings.tell_waiting == 0)
        return;
    for (size_t place = 1; place <= MESSAGE_PLACES; place++) {
        struct message *message = messages_at(terminal->modem, place);

        if (message != NULL)
            message->untold &= (uint16_t)~bit_of(terminal);
    }
    for (struct shown *shown = arrival->first; shown != NULL; shown = shown->next)
        shown->ports &= (uint16_t)(~bit_of(terminal) | shown->awaited);
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    if (((const struct arrival *)state)->first != NULL)
        return false;
    for (size_t place = 1; place <= MESSAGE_PLACES; place++) {
        const struct message *message = messages_at(modem, place);

        if (message != NULL && message->untold != 0)
            return false;
    }
    return true;
}

static void deinit(struct tlsmodem *modem, void *state)
{
    struct arrival *arrival = state;

    for (size_t place = 1; place <= MESSAGE_PLACES; place++) {
        struct message *message = messages_at(modem, place);

        if (message != NULL)
            message->untold = 0;
    }
    while (arrival->first != NULL)
        drop_shown(&arrival->first);
}

const struct module_part common_arrival_part = {
    .size = sizeof(struct arrival),
    .deinit = deinit,
    .is_idle = is_idle,
    .deadline = deadline,
    .tick = tick,
    .on_quiet = on_quiet,
};
