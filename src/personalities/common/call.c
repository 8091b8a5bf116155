/* call.c: a voice call that comes in, rings, is answered and ends; there is no audio.
 *
 * Sources: docs/facts/messages-calls-sim.md §5; 27.007 6.11, 7.6; V.250 6.3.8.
 */
#include "personalities/common/call.h"

#include "module/facts.h"
#include "personalities/common/phone.h"

#include <assert.h>
#include <string.h>

enum { RING_EVERY_MS = 5000, RING_LASTS_MS = 1000, ALL_PORTS = 0xFF };

struct call {
    char caller[PHONE_NUMBER_MAX + 2]; /* empty: withheld */
    uint8_t state;                     /* enum module_call */
    uint16_t to_ring, to_end;          /* ports that have still to say so, a bit each */
    uint8_t rings;                     /* at most 255 */
    int64_t next_ms;                   /* of the next ring */
    int64_t silent_ms;                 /* the ring signal is over */
};

_Static_assert(MODULE_TERMINALS_MAX <= 16, "a bit for each port");

static struct call *call_of(const struct tlsmodem *modem)
{
    return module_part_if(modem, &common_call_part, 0);
}

/* Lets ports say what they have to. */
static void poke(struct tlsmodem *modem)
{
    for (size_t i = 0; i < modem->terminal_count; i++)
        at_poke(modem->terminals[i]->at);
}

static bool answers_by_itself(const struct tlsmodem *modem, const struct call *call)
{
    for (size_t i = 0; i < modem->terminal_count; i++) {
        int32_t s0 = at_settings_of(modem->terminals[i]->at)->s0;

        if (s0 != 0 && call->rings >= s0)
            return true;
    }
    return false;
}

static void ring_once(struct tlsmodem *modem, struct call *call)
{
    int64_t now_ms = module_now(modem);

    if (call->rings < UINT8_MAX)
        call->rings++;
    call->to_ring = ALL_PORTS;
    call->next_ms = now_ms + RING_EVERY_MS;
    call->silent_ms = now_ms + RING_LASTS_MS;
    modem->rings = true;
    poke(modem);
}

static void stop_ringing(struct tlsmodem *modem, struct call *call)
{
    call->to_ring = 0;
    modem->rings = false;
}

enum err call_ring(struct tlsmodem *modem, const char *caller)
{
    struct call *call = module_part(modem, &common_call_part, 0);

    if (call == NULL)
        return ERR_NO_MEMORY;
    if (call->state != MODULE_CALL_NONE)
        return ERR_BUSY;
    *call = (struct call){ .state = MODULE_CALL_RINGS };
    assert(caller == NULL || strlen(caller) < sizeof(call->caller));
    if (caller != NULL)
        memcpy(call->caller, caller, strlen(caller) + 1);
    ring_once(modem, call);
    return ERR_OK;
}

enum err call_ring_end(struct tlsmodem *modem)
{
    struct call *call = call_of(modem);

    if (call == NULL || call->state == MODULE_CALL_NONE)
        return ERR_STATE;
    stop_ringing(modem, call);
    call->state = MODULE_CALL_NONE;
    call->to_end = ALL_PORTS;
    poke(modem);
    return ERR_OK;
}

enum module_call call_now(const struct tlsmodem *modem, const char **ret_caller)
{
    const struct call *call = call_of(modem);

    *ret_caller = NULL;
    if (call == NULL || call->state == MODULE_CALL_NONE)
        return MODULE_CALL_NONE;
    if (call->caller[0] != '\0')
        *ret_caller = call->caller;
    return (enum module_call)call->state;
}

int call_rings(const struct tlsmodem *modem)
{
    const struct call *call = call_of(modem);

    return call != NULL && call->state == MODULE_CALL_RINGS ? call->rings : 0;
}

bool call_answer(struct tlsmodem *modem)
{
    struct call *call = call_of(modem);

    if (call == NULL || call->state != MODULE_CALL_RINGS)
        return false;
    stop_ringing(modem, call);
    call->state = MODULE_CALL_ANSWERED;
    return true;
}

void call_hang_up(struct tlsmodem *modem)
{
    struct call *call = call_of(modem);

    if (call == NULL)
        return;
    stop_ringing(modem, call);
    call->state = MODULE_CALL_NONE;
}

/* ---- lines ---- */

static void say_caller(struct module_terminal *terminal, const struct call *call)
{
    static const char *const tails[] = { [CALL_LINE_FULL] = "\"\",128,\"\"",
                                         [CALL_LINE_QUOTED] = "\"\",,\"\"",
                                         [CALL_LINE_BARE] = ",," };
    const struct tlsmodem *modem = terminal->modem;
    bool withheld = call->caller[0] == '\0';

    at_unsolicited(terminal->at, span_at(NULL, 0), "+CLIP: \"%s\",%d,%s,%d", call->caller,
                   common_number_type(call->caller),
                   tails[module_fact(modem, modem->personality->caller_line)], withheld ? 1 : 0);
}

static void say_ring(struct module_terminal *terminal, const struct call *call)
{
    struct phone_settings settings = common_phone_settings(terminal->at);

    if (settings.kind != 0)
        at_unsolicited(terminal->at, span_at(NULL, 0), "+CRING: VOICE");
    else
        at_unsolicited_ring(terminal->at);
    if (settings.caller != 0)
        say_caller(terminal, call);
}

static void on_quiet(struct module_terminal *terminal, void *state)
{
    struct call *call = state;
    uint16_t port = (uint16_t)(1U << terminal->index);

    if ((call->to_ring & port) != 0 && at_may_speak_at_length(terminal->at)) {
        call->to_ring &= (uint16_t)~port;
        say_ring(terminal, call);
    }
    if ((call->to_end & port) != 0 && at_may_speak(terminal->at)) {
        call->to_end &= (uint16_t)~port;
        at_unsolicited_no_carrier(terminal->at);
    }
}

/* ---- time ---- */

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    const struct call *call = state;

    if (call->state != MODULE_CALL_RINGS)
        return CLOCK_NEVER;
    return modem->rings && call->silent_ms < call->next_ms ? call->silent_ms : call->next_ms;
}

/* S0 counts rings that hosts have heard, or could have. */
static void tick(struct tlsmodem *modem, void *state)
{
    struct call *call = state;
    int64_t now_ms = module_now(modem);

    if (call->state != MODULE_CALL_RINGS)
        return;
    if (modem->rings && now_ms >= call->silent_ms) {
        modem->rings = false;
        if (answers_by_itself(modem, call)) {
            call_answer(modem);
            return;
        }
    }
    if (now_ms >= call->next_ms)
        ring_once(modem, call);
}

static void deinit(struct tlsmodem *modem, void *state)
{
    (void)state;
    modem->rings = false;
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct call *call = state;
    uint16_t ports = (uint16_t)((1U << modem->terminal_count) - 1);

    return call->state == MODULE_CALL_NONE && (call->to_end & ports) == 0;
}

static void on_lost(struct tlsmodem *modem, void *state)
{
    (void)state;
    call_ring_end(modem);
}

const struct module_part common_call_part = {
    .size = sizeof(struct call),
    .deinit = deinit,
    .is_idle = is_idle,
    .deadline = deadline,
    .tick = tick,
    .on_quiet = on_quiet,
    .on_lost = on_lost,
};
