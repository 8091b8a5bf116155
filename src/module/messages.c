/* messages.c: the SIM's store of short messages, which is there while it holds one. */
#include "module/messages.h"

#include "base/wipe.h"
#include "module/module.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char key[] = "messages";

/* Of each that is stored: its place, its mark, its length, its octets. */
enum { ENTRY_HEAD = 3, STORED_MAX = MESSAGE_PLACES * (ENTRY_HEAD + SMS_OCTETS_MAX) };

/* ---- storing ---- */

static size_t write_all(const struct tlsmodem *modem, unsigned without, uint8_t *to)
{
    size_t len = 0;

    for (size_t place = 1; place <= MESSAGE_PLACES; place++) {
        const struct message *message = messages_at(modem, place);

        if (message == NULL || (without >> (place - 1) & 1) != 0)
            continue;
        to[len] = (uint8_t)place;
        to[len + 1] = message->state;
        to[len + 2] = message->sms.len;
        memcpy(to + len + ENTRY_HEAD, message->sms.octets, message->sms.len);
        len += (size_t)ENTRY_HEAD + message->sms.len;
    }
    return len;
}

/* All but those of these places. */
static enum err keep(const struct tlsmodem *modem, unsigned without)
{
    const struct storage *storage = modem->config.storage;
    uint8_t values[STORED_MAX];
    size_t len = write_all(modem, without, values);
    const struct storage_change change = {
        .key = key, .secret = true, .remove = len == 0, .value = span_at(values, len)
    };
    enum err err;

    if (storage == NULL)
        return ERR_OK;
    err = storage->ops->apply(storage->impl, &change, 1);
    wipe(values, sizeof(values));
    if (err != ERR_OK)
        log_say(modem->config.log, LOG_WARNING, "messages are not stored: %s", err_text(err));
    return err == ERR_OK ? ERR_OK : ERR_IO;
}

/* Room for messages, all free at first; false: no memory. */
static bool make(struct tlsmodem *modem)
{
    if (modem->messages == NULL)
        modem->messages = calloc(1, sizeof(*modem->messages));
    return modem->messages != NULL;
}

/* One entry, which is dropped from `stored`; false: it is damaged. */
static bool read_one(struct tlsmodem *modem, struct span *stored)
{
    struct sms_header header;
    struct message *message;
    const uint8_t *at = stored->data;

    if (stored->len < ENTRY_HEAD || at[0] < 1 || at[0] > MESSAGE_PLACES || at[1] > MESSAGE_SENT ||
        at[2] > SMS_OCTETS_MAX || stored->len < (size_t)ENTRY_HEAD + at[2])
        return false;
    message = &modem->messages->places[at[0] - 1];
    *message = (struct message){ .used = true, .state = at[1], .sms = { .len = at[2] } };
    memcpy(message->sms.octets, at + ENTRY_HEAD, at[2]);
    message->used = sms_read(&message->sms, &header);
    *stored = span_skip(*stored, (size_t)ENTRY_HEAD + at[2]);
    return message->used;
}

void messages_load(struct tlsmodem *modem)
{
    const struct storage *storage = modem->config.storage;
    uint8_t values[STORED_MAX];
    struct span stored;
    size_t len = 0;
    enum err err;

    messages_deinit(modem);
    if (storage == NULL)
        return;
    err = storage->ops->load(storage->impl, key, true, values, sizeof(values), &len);
    if (err == ERR_NOT_FOUND)
        return;
    if (err == ERR_OK && !make(modem))
        err = ERR_NO_MEMORY;
    stored = span_at(values, err == ERR_OK ? len : 0);
    while (stored.len > 0) {
        if (read_one(modem, &stored))
            continue;
        err = ERR_CORRUPT;
        break;
    }
    if (err != ERR_OK)
        log_say(modem->config.log, LOG_WARNING, "stored messages are lost: %s", err_text(err));
    wipe(values, sizeof(values));
    if (messages_count(modem) == 0)
        messages_deinit(modem);
}

/* ---- the store ---- */

struct message *messages_at(const struct tlsmodem *modem, size_t place)
{
    assert(place >= 1 && place <= MESSAGE_PLACES);
    if (modem->messages == NULL || !modem->messages->places[place - 1].used)
        return NULL;
    return &modem->messages->places[place - 1];
}

size_t messages_count(const struct tlsmodem *modem)
{
    size_t count = 0;

    for (size_t place = 1; place <= MESSAGE_PLACES; place++)
        count += messages_at(modem, place) != NULL;
    return count;
}

/* Without being asked whether that is stored. */
static void forget(struct tlsmodem *modem, unsigned places)
{
    for (size_t place = 1; place <= MESSAGE_PLACES; place++) {
        struct message *message = messages_at(modem, place);

        if (message != NULL && (places >> (place - 1) & 1) != 0)
            wipe(message, sizeof(*message));
    }
    if (messages_count(modem) == 0)
        messages_deinit(modem);
}

enum err messages_add(struct tlsmodem *modem, enum message_state state, const struct sms *sms,
                      size_t *ret_place)
{
    size_t place = 1;
    enum err err;

    while (place <= MESSAGE_PLACES && messages_at(modem, place) != NULL)
        place++;
    if (place > MESSAGE_PLACES)
        return ERR_FULL;
    if (!make(modem))
        return ERR_NO_MEMORY;
    modem->messages->places[place - 1] =
        (struct message){ .used = true, .state = (uint8_t)state, .sms = *sms };
    err = keep(modem, 0);
    if (err != ERR_OK) {
        forget(modem, 1U << (place - 1));
        return err;
    }
    *ret_place = place;
    return ERR_OK;
}

enum err messages_mark(struct tlsmodem *modem, size_t place, enum message_state state)
{
    struct message *message = messages_at(modem, place);

    assert(message != NULL);
    if (message->state == state)
        return ERR_OK;
    message->state = (uint8_t)state;
    return keep(modem, 0);
}

enum err messages_remove(struct tlsmodem *modem, unsigned places)
{
    enum err err = ERR_OK;
    bool any = false;

    for (size_t place = 1; place <= MESSAGE_PLACES; place++)
        any = any || (messages_at(modem, place) != NULL && (places >> (place - 1) & 1) != 0);
    if (any)
        err = keep(modem, places);
    if (any && err == ERR_OK)
        forget(modem, places);
    return err;
}

void messages_deinit(struct tlsmodem *modem)
{
    if (modem->messages != NULL)
        wipe(modem->messages, sizeof(*modem->messages));
    free(modem->messages);
    modem->messages = NULL;
}
