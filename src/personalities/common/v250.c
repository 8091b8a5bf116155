/* v250.c: the basic commands of ITU-T V.250. */
#include "personalities/common/common.h"

#include "base/text.h"
#include "module/keep.h"
#include "personalities/common/data_call.h"

void *common_session_record(struct at_session *at, size_t index)
{
    (void)index;
    return at_settings_of(at);
}

void *common_terminal_record(struct at_session *at, size_t index)
{
    (void)index;
    return &terminal_of(at)->settings;
}

static enum at_status answer_ok(struct at_session *at, const struct at_args *args)
{
    (void)at;
    (void)args;
    return AT_OK;
}

static enum at_status set_return(struct at_session *at, const struct at_args *args)
{
    (void)args;
    return data_call_is_left(at) ? data_call_resume(at) : AT_NO_CARRIER;
}

static enum at_status set_factory(struct at_session *at, const struct at_args *args)
{
    (void)args;
    keep_preset(at, AT_KEEP_PROFILE);
    return AT_OK;
}

static enum at_status set_reset(struct at_session *at, const struct at_args *args)
{
    profile_restore(at, (size_t)args->list[0].number);
    return AT_OK;
}

static enum at_status set_write(struct at_session *at, const struct at_args *args)
{
    if (profile_save(at, (size_t)args->list[0].number) != ERR_OK)
        return at_refuse_storage(at, CME_MEMORY_FAILURE, ERR_IO);
    return AT_OK;
}

static enum at_status set_choose(struct at_session *at, const struct at_args *args)
{
    if (profile_choose(at, (size_t)args->list[0].number) != ERR_OK)
        return at_refuse_storage(at, CME_MEMORY_FAILURE, ERR_IO);
    return AT_OK;
}

static void view_row(struct at_session *at, const struct at_command *row, void *ctx)
{
    char values[128];
    struct text text;

    (void)ctx;
    text_init(&text, values, sizeof(values));
    at_args_print(row, at_model_of(at), at_dialect_of(at), row->record(at, 0), 0, &text);
    at_args_note_presets(row, at_model_of(at), at_dialect_of(at), 0);
    at_info(at, row->basic && !at_is_register(row) ? "%s%s" : "%s: %s", row->name, values);
}

static enum at_status run_view(struct at_session *at, const struct at_args *args)
{
    (void)args;
    at_info(at, "ACTIVE PROFILE:");
    keep_each(at, AT_KEEP_PROFILE, view_row, NULL);
    return AT_OK;
}

#define SESSION(field)  AT_BIND(at_settings, field)
#define TERMINAL(field) AT_BIND(terminal_settings, field)

static const struct at_param echo_params[] = {
    { .name = "n", .max = 1, .preset = 1, .bound = SESSION(echo) },
};
static const struct at_param quiet_params[] = {
    { .name = "n", .max = 1, .preset = 0, .bound = SESSION(quiet) },
};
static const struct at_param verbose_params[] = {
    { .name = "n", .max = 1, .preset = 1, .bound = SESSION(verbose) },
};
static const struct at_param connect_params[] = {
    { .name = "n", .max = 4, .preset = 1, .bound = SESSION(extended_connect) },
};
static const struct at_param dcd_params[] = {
    { .name = "n", .max = 2, .preset = 1, .bound = TERMINAL(dcd) },
};
static const struct at_param dtr_params[] = {
    { .name = "n", .max = 2, .preset = 0, .bound = TERMINAL(dtr) },
};
static const struct at_param flow_params[] = {
    { .name = "n", .max = 6, .preset = 3, .bound = TERMINAL(flow_control) },
};
static const struct at_param dsr_params[] = {
    { .name = "n", .max = 3, .preset = 3, .bound = TERMINAL(dsr) },
};
static const struct at_param profile_params[] = {
    { .name = "n", .max = PROFILE_COUNT - 1 },
};
static const struct at_param factory_params[] = {
    { .name = "n", .max = 1 },
};
static const struct at_param any_params[] = {
    { .name = "n", .max = 255 },
};

#define BASIC(text, parameters, say)                                                               \
    .name = (text), .basic = true, AT_PARAMS(parameters), .help = (say)

static const struct at_command rows[] = {
    { BASIC("E", echo_params, "Echo of what the host types."), .source = "V.250 6.2.4",
      .keep = AT_KEEP_PROFILE, .record = common_session_record },
    { BASIC("Q", quiet_params, "Result codes: sent or not."), .source = "V.250 6.2.5",
      .keep = AT_KEEP_PROFILE, .record = common_session_record },
    { BASIC("V", verbose_params, "Result codes as numbers or words."), .source = "V.250 6.2.6",
      .keep = AT_KEEP_PROFILE, .record = common_session_record },
    { BASIC("X", connect_params, "Extended result codes of dialling."), .source = "V.250 6.2.7",
      .coverage = AT_ANSWERED, .keep = AT_KEEP_PROFILE, .record = common_session_record },
    { BASIC("&C", dcd_params, "Circuit 109 (DCD): always on, or on while data flows."),
      .source = "V.250 6.2.8", .keep = AT_KEEP_PROFILE, .record = common_terminal_record },
    { BASIC("&D", dtr_params, "What happens when the host drops circuit 108 (DTR)."),
      .source = "V.250 6.2.9", .keep = AT_KEEP_PROFILE, .record = common_terminal_record },
    { BASIC("&K", flow_params,
            "Flow control of the port: by XON and XOFF (2, 4, 5, 6), or circuits."),
      .source = "80000ST10025a r5", .keep = AT_KEEP_PROFILE, .record = common_terminal_record,
      .set = common_set_flow, .changed = common_flow_changed },
    { BASIC("&S", dsr_params, "Circuit 107 (DSR)."), .source = "80000ST10025a r5",
      .coverage = AT_ANSWERED, .keep = AT_KEEP_PROFILE, .record = common_terminal_record },
    { BASIC("&F", factory_params, "Factory values for the settings of a profile."),
      .source = "V.250 6.1.2", .set = set_factory },
    { BASIC("Z", profile_params, "Settings of a stored profile."), .source = "V.250 6.1.1",
      .set = set_reset },
    { BASIC("&W", profile_params, "Stores the settings as a profile."),
      .source = "80617ST10991A r4 p.23", .set = set_write },
    { BASIC("&Y", profile_params, "Chooses the profile that power-up restores."),
      .source = "80617ST10991A r4 p.23", .set = set_choose },
    { BASIC("&P", profile_params, "Chooses the profile that power-up restores."),
      .source = "80617ST10991A r4 p.23", .set = set_choose },
    { BASIC("&V", any_params, "Lists the settings of the active profile."),
      .source = "80617ST10991A r4 p.23", .set = run_view },
    { BASIC("O", any_params, "Returns to a data call."), .source = "V.250 6.3.7",
      .set = set_return },
    { BASIC("L", any_params, "Loudness of the monitor speaker."), .source = "V.250 6.3.13",
      .coverage = AT_ANSWERED, .set = answer_ok },
    { BASIC("M", any_params, "Mode of the monitor speaker."), .source = "V.250 6.3.14",
      .coverage = AT_ANSWERED, .set = answer_ok },
    { BASIC("P", any_params, "Pulse dialling."), .source = "V.250 6.3.3", .coverage = AT_ANSWERED,
      .set = answer_ok },
    { BASIC("T", any_params, "Tone dialling."), .source = "V.250 6.3.2", .coverage = AT_ANSWERED,
      .set = answer_ok },
};
const struct at_commands common_v250 = AT_GENERAL_COMMANDS(rows);
