/* calls_fleet.c: see calls_fleet.h. */
#include "control/calls_fleet.h"

#include "control/http_server.h"
#include "control/modem_json.h"

#include <stdlib.h>
#include <string.h>

void calls_fleet_list(struct call *call)
{
    const struct house *house = call->house;
    size_t count = house->ops->count(house->ctx);
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        struct house_modem modem = house->ops->at(house->ctx, i);

        json_array_append_new(list, modem_json(house, &modem));
    }
    call->answer = json_object();
    json_object_set_new(call->answer, "modems", list);
}

/* Of JSON nearly all is YAML; a flow mapping in a line is. */
void calls_fleet_add(struct call *call)
{
    const struct house *house = call->house;
    char *entry = call->body != NULL ? json_dumps(call->body, JSON_PRESERVE_ORDER) : NULL;
    char memory[CALL_WHY_CAP];
    struct house_modem modem;
    struct text why;
    enum err err;

    if (entry == NULL) {
        call_fail(call, HTTP_BAD_REQUEST,
                  "there is no modem in the body; allowed: an object with the keys of one in a "
                  "file, such as {\"name\": \"a\", \"module\": \"m95\", \"ports\": [{\"pty\": "
                  "\"/tmp/a\"}]}");
        return;
    }
    text_init(&why, memory, sizeof(memory));
    err = house->ops->add(house->ctx, span_of(entry), &why);
    free(entry);
    if (err != ERR_OK) {
        call_fail(call,
                  err == ERR_INVALID     ? HTTP_BAD_REQUEST
                  : err == ERR_NO_MEMORY ? HTTP_FAILED
                                         : HTTP_CONFLICT,
                  "%s", memory);
        return;
    }
    modem = house->ops->at(house->ctx, house->ops->count(house->ctx) - 1);
    call->answer = modem_json(house, &modem);
    call->status = HTTP_CREATED;
}

void calls_fleet_remove(struct call *call)
{
    const struct house *house = call->house;

    if (house->ops->count(house->ctx) == 1) {
        call_fail(call, HTTP_CONFLICT, "it is the last modem; allowed: to end the program");
        return;
    }
    call->answer = json_object();
    json_object_set_new(call->answer, "removed", json_string(call->name));
    house->ops->remove(house->ctx, call->number);
}

static void restore(void *ctx, size_t index, struct runtime_modem *modem)
{
    enum tlsmodem_registration registration;
    bool follows = runtime_modem_follows(modem, &registration);

    (void)index;
    hand_restore(ctx, runtime_modem_engine(modem), follows ? &registration : NULL);
}

void calls_fleet_reset(struct call *call)
{
    const struct house *house = call->house;
    size_t count = house->ops->count(house->ctx);

    for (size_t i = 0; i < count; i++) {
        struct house_modem modem = house->ops->at(house->ctx, i);

        journal_control(hand_journal(modem.hand), "reset");
        fleet_visit_one(house->fleet, modem.index, restore, modem.hand);
    }
    calls_fleet_list(call);
}
