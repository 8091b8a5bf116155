/* quectel_kept.c: settings of these modules that are checked, kept and read back, and nothing here
 * follows from.
 *
 * Source: docs/facts/quectel.md §2.2, §5.2.
 */
#include "personalities/quectel/quectel.h"

#define SETTING(field) AT_BIND(quectel_settings, field)

static const struct at_param sleep_params[] = {
    { .name = "mode", .max = 2, .bound = SETTING(sleep) },
};
static const struct at_param audio_params[] = {
    { .name = "channel", .max = 2, .bound = SETTING(audio_channel) },
};
static const struct at_param sim_params[] = {
    { .name = "enable", .max = 1, .bound = SETTING(sim_detection) },
    { .name = "level", .optional = true, .max = 1, .bound = SETTING(sim_level) },
};
static const struct at_param refuse_params[] = {
    { .name = "messages", .max = 1, .bound = SETTING(refuse_messages) },
    { .name = "calls", .optional = true, .max = 1, .bound = SETTING(refuse_calls) },
};
static const struct at_param ring_params[] = {
    { .name = "status", .max = 1, .bound = SETTING(ring_indicator) },
};

#define KEPT(text, parameters, say)                                                                \
    {                                                                                              \
        .name = (text), .help = (say), .source = "docs/facts/quectel.md §5.2",                     \
        .coverage = AT_ANSWERED, AT_PARAMS(parameters), .record = quectel_settings_record          \
    }

static const struct at_command rows[] = {
    KEPT("+QSCLK", sleep_params, "Sleep of the module: never, by DTR, by itself."),
    KEPT("+QAUDCH", audio_params, "Audio channel."),
    KEPT("+QSIMDET", sim_params, "Detection of the SIM, and the level of its pin."),
    KEPT("+QREFUSECS", refuse_params, "Refusal of messages and calls."),
    KEPT("+QINDRI", ring_params, "Use of circuit RI."),
};
const struct at_commands quectel_kept = AT_GENERAL_COMMANDS(rows);
