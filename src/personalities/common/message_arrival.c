/* message_arrival.c: messages that come in, by +CNMI: +CMTI of what was stored, or +CMT.
 *
 * Source: docs/facts/messages-calls-sim.md §3; 3GPP TS 27.005 3.4.1.
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
    uint8_t ports; /* that have still to show it, a bit each */
    struct sms sms;
};

/* There while something waits to be told. */
struct arrival {
    struct shown *first; /* owned, in the order of their coming */
};

enum { SHOWN_MAX = 10 };

static uint8_t bit_of(const struct module_terminal *terminal)
{
    return (uint8_t)(1U << terminal->index);
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
static uint8_t ports_that(struct tlsmodem *modem, int32_t way, int class)
{
    uint8_t ports = 0;

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

static enum err add_shown(struct arrival *arrival, uint8_t ports, const struct sms *sms)
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
    uint8_t showing;
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
        message->untold &= (uint8_t)~bit_of(terminal);
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

static void on_quiet(struct module_terminal *terminal, void *state)
{
    struct arrival *arrival = state;
    struct phone_settings settings = common_phone_settings(terminal->at);
    struct shown **link = &arrival->first;

    if (settings.tell_mode == MODE_WAITS)
        return;
    tell_stored(terminal, &settings);
    while (*link != NULL && at_may_speak_at_length(terminal->at)) {
        struct shown *shown = *link;

        if ((shown->ports & bit_of(terminal)) != 0) {
            shown->ports &= (uint8_t)~bit_of(terminal);
            show(terminal->at, &shown->sms);
        }
        if (shown->ports == 0)
            drop_shown(link);
        else
            link = &shown->next;
    }
}

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
            message->untold &= (uint8_t)~bit_of(terminal);
    }
    for (struct shown *shown = arrival->first; shown != NULL; shown = shown->next)
        shown->ports &= (uint8_t)~bit_of(terminal);
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
    .on_quiet = on_quiet,
};
