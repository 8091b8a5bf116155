/* messages.c: the SIM's store of short messages, which is there while it holds one. */
#include "module/messages.h"

#include "base/wipe.h"
#include "module/module.h"

#include <assert.h>
#include <stdlib.h>

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

enum err messages_add(struct tlsmodem *modem, enum message_state state, const struct sms *sms,
                      size_t *ret_place)
{
    size_t place = 1;

    if (modem->messages == NULL)
        modem->messages = calloc(1, sizeof(*modem->messages));
    if (modem->messages == NULL)
        return ERR_NO_MEMORY;
    while (place <= MESSAGE_PLACES && messages_at(modem, place) != NULL)
        place++;
    if (place > MESSAGE_PLACES)
        return ERR_FULL;
    modem->messages->places[place - 1] =
        (struct message){ .used = true, .state = state, .sms = *sms };
    *ret_place = place;
    return ERR_OK;
}

void messages_remove(struct tlsmodem *modem, size_t place)
{
    struct message *message = messages_at(modem, place);

    if (message == NULL)
        return;
    wipe(message, sizeof(*message));
    if (messages_count(modem) == 0)
        messages_deinit(modem);
}

void messages_deinit(struct tlsmodem *modem)
{
    if (modem->messages != NULL)
        wipe(modem->messages, sizeof(*modem->messages));
    free(modem->messages);
    modem->messages = NULL;
}
