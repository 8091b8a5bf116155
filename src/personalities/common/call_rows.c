/* call_rows.c: commands of calls: A, H, +CHUP, +CLCC, +CPAS. */
#include "personalities/common/call.h"
#include "personalities/common/common.h"
#include "personalities/common/data_call.h"
#include "personalities/common/phone.h"

#include "module/facts.h"

#define SHEET "docs/facts/messages-calls-sim.md "

/* Voice: the host has its answer, and stays in command mode (27.007 6.2). */
static enum at_status run_answer(struct at_session *at, const struct at_args *args)
{
    (void)args;
    return call_answer(module_of(at)) ? AT_OK : AT_NO_CARRIER;
}

static enum at_status hang_up(struct at_session *at)
{
    data_call_hang_up(at);
    call_hang_up(module_of(at));
    return AT_OK;
}

enum { ONLY_BY_CHUP = 1 };

/* With +CVHU=1 it is for data calls (27.007 6.20). */
static enum at_status set_hook(struct at_session *at, const struct at_args *args)
{
    (void)args;
    return common_sim_settings(at).hang_up == ONLY_BY_CHUP ? AT_OK : hang_up(at);
}

/* 27.007 7.18 <stat>, 6.2 <pas> */
enum { CALL_ACTIVE = 0, CALL_COMES_IN = 4 };
enum { PHONE_READY = 0, PHONE_RINGS = 3, PHONE_CALLS = 4 };

static enum at_status run_calls(struct at_session *at)
{
    struct tlsmodem *modem = module_of(at);
    const char *caller;
    enum module_call state = call_now(modem, &caller);
    bool bare;

    if (state == MODULE_CALL_NONE)
        return AT_OK;
    bare = module_fact(modem, modem->personality->caller_line) == CALL_LINE_BARE;
    at_info(at, "+CLCC: 1,1,%d,0,0,\"%s\",%d%s",
            state == MODULE_CALL_RINGS ? CALL_COMES_IN : CALL_ACTIVE, caller != NULL ? caller : "",
            common_number_type(caller), bare ? "" : ",\"\"");
    return AT_OK;
}

enum at_status call_run_activity(struct at_session *at)
{
    static const int states[] = { [MODULE_CALL_NONE] = PHONE_READY,
                                  [MODULE_CALL_RINGS] = PHONE_RINGS,
                                  [MODULE_CALL_ANSWERED] = PHONE_CALLS };
    const char *caller;

    at_info(at, "+CPAS: %d", states[call_now(module_of(at), &caller)]);
    return AT_OK;
}

static const struct at_param any_params[] = {
    { .name = "n", .max = 255 },
};

#define BASIC(text, say) .name = (text), .basic = true, AT_PARAMS(any_params), .help = (say)

static const struct at_command rows[] = {
    { BASIC("A", "Answers a call, which has no audio here."), .source = "V.250 6.3.5",
      .set = run_answer },
    { BASIC("H", "Ends a call, or refuses one, and this port's data call."),
      .source = "V.250 6.3.6", .set = set_hook },
    { .name = "+CHUP",
      .help = "Ends a call, or refuses one.",
      .source = "27.007 6.5",
      .test_text = "",
      .acts = true,
      .run = hang_up },
    { .name = "+CLCC", .help = "Lists calls.", .source = SHEET "§5", .run = run_calls },
};
const struct at_commands common_calls = AT_GENERAL_COMMANDS(rows);
