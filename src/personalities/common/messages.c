/* messages.c: short messages: the store, what lists, reads and deletes in it.
 *
 * Source: docs/facts/messages-calls-sim.md §1, §2; 3GPP TS 27.005.
 */
#include "module/messages.h"

#include "base/number.h"
#include "personalities/common/common.h"
#include "personalities/common/message_view.h"
#include "personalities/common/phone.h"

#include <stdio.h>
#include <string.h>

#define SHEET "docs/facts/messages-calls-sim.md "

const char *common_message_error_text(int code)
{
    switch (code) {
    case CMS_REJECTED:
        return "short message transfer rejected";
    case CMS_NOT_ALLOWED:
        return "operation not allowed";
    case CMS_NOT_SUPPORTED:
        return "operation not supported";
    case CMS_SIM_ABSENT:
        return "SIM not inserted";
    case CMS_SIM_PIN:
        return "SIM PIN required";
    case CMS_SIM_PUK:
        return "SIM PUK required";
    case CMS_CENTRE_UNKNOWN:
        return "SMSC address unknown";
    case CMS_NO_NETWORK:
        return "no network service";
    case CMS_TIMEOUT:
        return "network timeout";
    case CMS_NO_ACKNOWLEDGEMENT:
        return "no +CNMA acknowledgement expected";
    case CMS_PDU_INVALID:
        return "invalid PDU mode parameter";
    case CMS_TEXT_INVALID:
        return "invalid text mode parameter";
    case CMS_MEMORY_FAILURE:
        return "memory failure";
    case CMS_INDEX_INVALID:
        return "invalid memory index";
    case CMS_MEMORY_FULL:
        return "memory full";
    default:
        return NULL;
    }
}

enum { LIST_ALL = 4 };

/* The message at a place, which is read now; `head` goes in front of its header. */
static void show(struct at_session *at, size_t place, const char *head, bool first)
{
    struct message *message = messages_at(module_of(at), place);
    char memory[MESSAGE_VIEW_MAX];
    struct text text;

    text_init(&text, memory, sizeof(memory));
    text_add(&text, "%s", head);
    message_add_header(at, message, &text);
    if (first) {
        at_info(at, "%s", memory);
    } else {
        at_put(at, text_span(&text));
        at_put_line_end(at);
    }
    text_init(&text, memory, sizeof(memory));
    message_add_body(at, &message->sms, &text);
    at_put(at, text_span(&text));
    at_put_line_end(at);
    if (message->state == MESSAGE_UNREAD)
        messages_mark(module_of(at), place, MESSAGE_READ);
}

/* ---- +CMGL ---- */

/* Shows what is still to be listed, while there is room; true when nothing is left. */
static bool list_on(struct at_session *at)
{
    struct phone_task *listing = &terminal_of(at)->phone;

    for (; listing->place <= MESSAGE_PLACES; listing->place++) {
        const struct message *message = messages_at(module_of(at), listing->place);
        char head[24];

        if (message == NULL ||
            (listing->state != LIST_ALL && listing->state != (uint8_t)message->state))
            continue;
        if (listing->begun && at_answer_room(at) < MESSAGE_VIEW_MAX)
            return false;
        snprintf(head, sizeof(head), "+CMGL: %d,", (int)listing->place);
        show(at, listing->place, head, !listing->begun);
        listing->begun = true;
    }
    return true;
}

static void on_room(void *ctx)
{
    struct at_session *at = ctx;

    if (list_on(at))
        at_finish(at, AT_OK);
}

static enum at_status list(struct at_session *at, size_t state)
{
    terminal_of(at)->phone = (struct phone_task){ .place = 1, .state = (uint8_t)state };
    if (list_on(at))
        return AT_OK;
    at_long_answer(at, on_room, at);
    return AT_LATER;
}

static enum at_status run_list(struct at_session *at)
{
    return list(at, MESSAGE_UNREAD);
}

static enum at_status set_list(struct at_session *at, const struct at_args *args)
{
    size_t state = message_state_typed(at, args->list[0].text);

    if (state == MESSAGE_STATES)
        return at_refuse(at, message_is_text(at) ? CMS_TEXT_INVALID : CMS_PDU_INVALID,
                         "<stat> is \"REC UNREAD\", \"REC READ\", \"STO UNSENT\", \"STO SENT\" or "
                         "\"ALL\" with +CMGF=1, else 0 to 4");
    return list(at, state);
}

static enum at_status test_list(struct at_session *at)
{
    at_info(at, message_is_text(at)
                    ? "+CMGL: (\"REC UNREAD\",\"REC READ\",\"STO UNSENT\",\"STO SENT\",\"ALL\")"
                    : "+CMGL: (0-4)");
    return AT_OK;
}

/* ---- +CMGR, +CMGD ---- */

enum at_status common_set_read_message(struct at_session *at, const struct at_args *args)
{
    size_t place = (size_t)args->list[0].number;

    if (messages_at(module_of(at), place) == NULL)
        return at_refuse(at, CMS_INDEX_INVALID, "there is no message at this place");
    show(at, place, "+CMGR: ", true);
    return AT_OK;
}

static enum at_status remove_places(struct at_session *at, unsigned places)
{
    enum err err = messages_remove(module_of(at), places);

    return err == ERR_OK ? AT_OK : at_refuse_storage(at, CMS_MEMORY_FAILURE, err);
}

enum at_status common_remove_messages(struct at_session *at, unsigned states)
{
    unsigned places = 0;

    for (size_t place = 1; place <= MESSAGE_PLACES; place++) {
        const struct message *message = messages_at(module_of(at), place);

        if (message != NULL && (states >> message->state & 1) != 0)
            places |= 1U << (place - 1);
    }
    return remove_places(at, places);
}

enum { READ = 1 << MESSAGE_READ, SENT = 1 << MESSAGE_SENT, UNSENT = 1 << MESSAGE_UNSENT };

static enum at_status set_delete(struct at_session *at, const struct at_args *args)
{
    static const unsigned states[] = { 0, READ, READ | SENT, READ | SENT | UNSENT,
                                       READ | SENT | UNSENT | 1 << MESSAGE_UNREAD };
    int32_t flag = args->list[1].given ? args->list[1].number : 0, place = args->list[0].number;

    if (flag != 0)
        return common_remove_messages(at, states[flag]);
    if (place < 1 || place > MESSAGE_PLACES)
        return at_refuse(at, CMS_INDEX_INVALID, "places are 1 to %d", MESSAGE_PLACES);
    return remove_places(at, 1U << (place - 1));
}

static enum at_status test_delete(struct at_session *at)
{
    char memory[64];
    const char *comma = "";
    struct text text;

    text_init(&text, memory, sizeof(memory));
    for (size_t place = 1; place <= MESSAGE_PLACES; place++) {
        if (messages_at(module_of(at), place) == NULL)
            continue;
        text_add(&text, "%s%zu", comma, place);
        comma = ",";
    }
    at_info(at, "+CMGD: (%s),(0-4)", memory);
    return AT_OK;
}

/* ---- +CPMS ---- */

enum at_status common_set_stores(struct at_session *at, const struct at_args *args)
{
    size_t count = messages_count(module_of(at));
    enum at_status status = at_bind(at, args);

    if (status == AT_OK)
        at_info(at, "+CPMS: %zu,%d,%zu,%d,%zu,%d", count, MESSAGE_PLACES, count, MESSAGE_PLACES,
                count, MESSAGE_PLACES);
    return status;
}

enum at_status common_read_stores(struct at_session *at)
{
    struct phone_settings phone = common_phone_settings(at);
    size_t count = messages_count(module_of(at));

    at_info(at, "+CPMS: \"%s\",%zu,%d,\"%s\",%zu,%d,\"%s\",%zu,%d", phone.store_read, count,
            MESSAGE_PLACES, phone.store_write, count, MESSAGE_PLACES, phone.store_receive, count,
            MESSAGE_PLACES);
    return AT_OK;
}

static const struct at_param list_params[] = {
    { .name = "stat", .type = AT_STRING, .min = 1, .max = 10 },
};
const struct at_param common_read_params[COMMON_READ_PARAMS] = {
    { .name = "index", .min = 1, .max = MESSAGE_PLACES },
};
static const struct at_param delete_params[] = {
    { .name = "index", .max = 255 },
    { .name = "delflag", .optional = true, .max = 4 },
};
static const struct at_command rows[] = {
    { .name = "+CMGL",
      .help = "Lists messages.",
      .source = SHEET "§2",
      .message_error = CMS_TEXT_INVALID,
      AT_PARAMS(list_params),
      .acts = true, /* lists, and then they are read */
      .run = run_list,
      .set = set_list,
      .test = test_list },
    { .name = "+CMGR",
      .help = "Reads a message.",
      .source = SHEET "§2",
      .message_error = CMS_INDEX_INVALID,
      AT_PARAMS(common_read_params),
      .test_text = "",
      .set = common_set_read_message },
    { .name = "+CMGD",
      .help = "Deletes messages.",
      .source = SHEET "§2",
      .message_error = CMS_INDEX_INVALID,
      AT_PARAMS(delete_params),
      .set = set_delete,
      .test = test_delete },
};
const struct at_commands common_messages = AT_GENERAL_COMMANDS(rows);
