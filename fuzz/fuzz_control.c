/* fuzz_control.c: what anybody who is let in may ask of the control port: an answer that says what
 * is wrong, or modems that go on.  An input is a method and a path in one line, and the body. */
#include "control/calls_fleet.h"
#include "control/routes.h"
#include "input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODEMS = 2, ALLOW_CAP = 80, WORD_CAP = 400 };

static const char *const models[MODEMS] = { "m95", "he910" };

static struct fleet *fleet;
static struct hand *hands[MODEMS];
static struct journals *journals;

static void claim(bool holds, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: %s\n", text);
    abort();
}

/* ---- two modems that nobody types to ---- */

static bool is_heard(void *ctx)
{
    (void)ctx;
    return true;
}

static void tell(void *ctx, uint64_t number, struct span event)
{
    (void)ctx;
    claim(number >= 1 && number <= MODEMS, "an event of nobody");
    claim(event.len > 2 && event.data[event.len - 1] == '\n', "an event without an end");
}

static void describe(void *ctx, size_t number, struct fleet_modem_config *ret_config)
{
    (void)ctx;
    ret_config->runtime.model = models[number];
    ret_config->runtime.name = models[number];
    ret_config->runtime.terminals = 1;
    hand_config(hands[number], &ret_config->runtime);
}

static void open_fleet(void)
{
    static const struct log silence = { .write = NULL };
    const struct fleet_config config = { .threads = 1, .log = &silence };
    struct port_failure failure;

    journals = journals_new();
    claim(journals != NULL, "no journals");
    for (size_t i = 0; i < MODEMS; i++) {
        const struct journal_config journal = {
            .name = models[i], .number = i + 1, .all = journals, .is_heard = is_heard, .tell = tell
        };

        claim(hand_new(&journal, &hands[i]) == ERR_OK, "no hand");
    }
    claim(fleet_open(&config, &failure, &fleet) == ERR_OK &&
              fleet_add(fleet, MODEMS, describe, NULL, &failure) == ERR_OK,
          "no modems");
}

static size_t count(void *ctx)
{
    (void)ctx;
    return MODEMS;
}

static struct house_modem at(void *ctx, size_t number)
{
    (void)ctx;
    return (struct house_modem){ models[number], models[number], number, 0, hands[number], NULL };
}

static enum err add(void *ctx, struct span entry, struct text *why)
{
    (void)ctx;
    claim(entry.len > 1 && entry.data[0] == '{', "an entry that is no map");
    text_add(why, "there is no room");
    return ERR_BUSY;
}

static void remove_one(void *ctx, size_t number)
{
    (void)ctx;
    claim(number < MODEMS, "a modem that is none");
}

static const struct house_ops ops = { count, at, add, remove_one };

/* ---- calls ---- */

/* The words of the first line; what is behind it. */
static struct span split(struct span input, char method[WORD_CAP], char path[WORD_CAP])
{
    const uint8_t *end = input.len > 0 ? memchr(input.data, '\n', input.len) : NULL;
    size_t len = end != NULL ? (size_t)(end - input.data) : input.len;
    char line[2 * WORD_CAP];

    snprintf(line, sizeof(line), "%.*s", (int)(len < sizeof(line) ? len : sizeof(line) - 1),
             (const char *)input.data);
    method[0] = path[0] = '\0';
    sscanf(line, "%399s %399s", method, path);
    return span_skip(input, end != NULL ? len + 1 : len);
}

static void check(const struct call *call)
{
    char *text;

    if (call->goes_on)
        return;
    text = json_dumps(call->answer, 0);
    claim(json_is_object(call->answer) && text != NULL, "no answer");
    claim(call->status == 200 || call->status == 201 || call->status == 400 ||
              call->status == 404 || call->status == 409,
          "a status that the page has not");
    claim((call->status < 400) == (json_object_get(call->answer, "error") == NULL),
          "an error that is none");
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char method[WORD_CAP], path[WORD_CAP], allow[ALLOW_CAP];
    struct house house = { &ops, NULL, NULL };
    struct call call = { .status = 200 };
    struct route route;
    struct span body = split(span_at(data, size), method, path);

    if (fleet == NULL)
        open_fleet();
    house.fleet = fleet;
    call.house = &house;
    if (!route_find(method, path, &route, call.name, allow, sizeof(allow)))
        return 0;
    call.act = route.act;
    if (call_read_body(&call, body))
        call_perform(&call, route.answer);
    check(&call);
    json_decref(call.body);
    json_decref(call.answer);
    call = (struct call){ .house = &house, .status = 200 };
    calls_fleet_reset(&call);
    json_decref(call.answer);
    return 0;
}
