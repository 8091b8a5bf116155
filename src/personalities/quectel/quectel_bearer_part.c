/* quectel_bearer_part.c: the contexts that sockets run on: their states, and what a lost one means.
 *
 * Source: GSM_SSL_TCP_Application_Note V3.1 §1.4; docs/facts/quectel.md §2.6.
 */
#include "personalities/quectel/quectel.h"

#include "base/text.h"

#include <assert.h>
#include <stdio.h>

enum { CLAUSE_MAX = 120 };

static const struct {
    const char *words;
    int number;
} states[] = {
#define QUECTEL_BEARER_WORDS(name, number, text) [name] = { text, number },
    QUECTEL_BEARER_STATES(QUECTEL_BEARER_WORDS)
#undef QUECTEL_BEARER_WORDS
};

const char *quectel_bearer_words(enum quectel_bearer_state state)
{
    assert((size_t)state < sizeof(states) / sizeof(states[0]));
    return states[state].words;
}

int quectel_bearer_number(enum quectel_bearer_state state)
{
    assert((size_t)state < sizeof(states) / sizeof(states[0]));
    return states[state].number;
}

struct quectel_bearer *quectel_bearer_at(struct tlsmodem *modem, size_t id)
{
    assert(id < QUECTEL_BEARERS);
    return &((struct quectel *)modem->maker)->bearers[id];
}

size_t quectel_bearer_foreground(const struct tlsmodem *modem)
{
    return (size_t)((const struct quectel *)modem->maker)->settings.foreground;
}

struct quectel_bearer *quectel_bearer(struct tlsmodem *modem)
{
    return quectel_bearer_at(modem, quectel_bearer_foreground(modem));
}

size_t quectel_bearer_cid(size_t id)
{
    assert(id < QUECTEL_BEARERS);
    return id + 1;
}

void quectel_bearer_enter(struct tlsmodem *modem, size_t id, enum quectel_bearer_state next)
{
    struct quectel_bearer *bearer = quectel_bearer_at(modem, id);

    log_trace(modem->config.log, TRACE_NET, "context %zu: %s -> %s", id,
              states[bearer->state].words, states[next].words);
    bearer->state = next;
    if (!quectel_bearer_is_up(bearer))
        bearer->used = false;
}

bool quectel_bearer_is_up(const struct quectel_bearer *bearer)
{
    return bearer->state == BEARER_ACTIVE || bearer->state == BEARER_STATUS;
}

const struct module_context *quectel_bearer_context(const struct tlsmodem *modem, size_t id)
{
    return network_context(&modem->network, quectel_bearer_cid(id));
}

struct module_context *quectel_bearer_define(struct tlsmodem *modem, size_t id)
{
    struct module_context *context = network_context_make(&modem->network, quectel_bearer_cid(id));

    if (context != NULL && context->type[0] == '\0')
        snprintf(context->type, sizeof(context->type), "IP");
    return context;
}

/* There is no radio to wait for: configuring and activating take no time. */
bool quectel_bearer_activate(struct tlsmodem *modem, size_t id)
{
    const struct module_context *context = quectel_bearer_define(modem, id);

    quectel_bearer_enter(modem, id, BEARER_CONFIG);
    if (context == NULL || context->active || quectel_bearer_at(modem, id)->mode == 0) {
        quectel_bearer_enter(modem, id,
                             BEARER_START); /* +CGACT or a call has it; or circuit-switched data */
        return false;
    }
    quectel_bearer_enter(modem, id, BEARER_IND);
    if (!network_activate(&modem->network, quectel_bearer_cid(id))) {
        quectel_bearer_enter(modem, id, BEARER_START);
        return false;
    }
    quectel_bearer_enter(modem, id, BEARER_ACTIVE);
    return true;
}

bool quectel_bearer_need(struct tlsmodem *modem)
{
    struct quectel_bearer *bearer = quectel_bearer(modem);

    if (quectel_bearer_is_up(bearer))
        return true;
    return bearer->state != BEARER_LOST &&
           quectel_bearer_activate(modem, quectel_bearer_foreground(modem));
}

/* Why the foreground context is not up, and the step that is missing. */
static void explain(struct tlsmodem *modem, struct text *out)
{
    const struct quectel_bearer *bearer = quectel_bearer(modem);
    size_t id = quectel_bearer_foreground(modem);

    if (bearer->state == BEARER_LOST)
        text_add(out, "context %zu was lost; AT+QIDEACT first", id);
    else if (!network_is_registered(&modem->network))
        text_add(out, "there is no network: +CREG: %d", network_stat(&modem->network));
    else if (bearer->mode == 0)
        text_add(out, "+QICSGP=0: the context is for circuit-switched data");
    else if (quectel_bearer_context(modem, id)->active && !quectel_bearer_is_up(bearer))
        text_add(out, "+CGACT or a call has context %zu", id);
    else
        text_add(out, "context %zu is %s; AT+QIREGAPP and AT+QIACT first", id,
                 quectel_bearer_words(bearer->state));
}

enum at_status quectel_refuse_bearer(struct at_session *at, int32_t code)
{
    char clause[CLAUSE_MAX];
    struct text text;

    text_init(&text, clause, sizeof(clause));
    explain(module_of(at), &text);
    return at_refuse(at, code, "%s", clause);
}

void quectel_remark_bearer(struct at_session *at)
{
    char clause[CLAUSE_MAX];
    struct text text;

    text_init(&text, clause, sizeof(clause));
    explain(module_of(at), &text);
    at_remark(at, "%s", clause);
}

static enum err start(struct tlsmodem *modem)
{
    for (size_t id = 0; id < QUECTEL_BEARERS; id++)
        quectel_bearer_at(modem, id)->mode = 1;
    return ERR_OK;
}

static void stop(struct tlsmodem *modem)
{
    for (size_t id = 0; id < QUECTEL_BEARERS; id++)
        at_text_set(&quectel_bearer_at(modem, id)->user, span_at(NULL, 0));
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    size_t id = cid - 1;

    (void)state;
    if (id >= QUECTEL_BEARERS || !quectel_bearer_is_up(quectel_bearer_at(modem, id)))
        return;
    quectel_bearer_enter(modem, id, BEARER_LOST);
    for (size_t i = 0; i < modem->terminal_count; i++)
        at_urc(modem->terminals[i]->at, "+PDP DEACT");
}

/* Before the sockets: what they say comes behind +PDP DEACT. */
const struct module_part quectel_bearer_part = {
    .start = start,
    .stop = stop,
    .on_context_down = on_context_down,
};
