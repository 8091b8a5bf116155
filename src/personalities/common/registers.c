/* registers.c: the S registers. */
#include "personalities/common/common.h"

#define SESSION(field) AT_BIND(at_settings, field)

static const struct at_param s0_params[] = { { .name = "n", .max = 255, .bound = SESSION(s0) } };
static const struct at_param s2_params[] = {
    { .name = "char", .max = 255, .preset = 43, .bound = SESSION(s2) },
};
static const struct at_param s3_params[] = {
    { .name = "char", .max = 127, .preset = 13, .bound = SESSION(s3) },
};
static const struct at_param s4_params[] = {
    { .name = "char", .max = 127, .preset = 10, .bound = SESSION(s4) },
};
static const struct at_param s5_params[] = {
    { .name = "char", .max = 127, .preset = 8, .bound = SESSION(s5) },
};
static const struct at_param s7_params[] = {
    { .name = "tout", .min = 1, .max = 255, .preset = 60, .bound = SESSION(s7) },
};
static const struct at_param s12_params[] = {
    { .name = "time", .min = 20, .max = 255, .preset = 50, .bound = SESSION(s12) },
};

#define REGISTER(text, parameters, say)                                                            \
    .name = (text), .basic = true, .digits = 3, AT_PARAMS(parameters), .help = (say),              \
    .keep = AT_KEEP_PROFILE, .record = common_session_record

static const struct at_command rows[] = {
    { REGISTER("S0", s0_params, "Rings before an automatic answer; 0: none."),
      .source = "V.250 6.3.8" },
    { REGISTER("S2", s2_params, "Escape character; above 127 there is none."),
      .source = "80446ST10707A r0 p.53" },
    { REGISTER("S3", s3_params, "Character that ends a command line, as CR does."),
      .source = "V.250 6.2.1" },
    { REGISTER("S4", s4_params, "Line feed character of answers."), .source = "V.250 6.2.2" },
    { REGISTER("S5", s5_params, "Character that erases."), .source = "V.250 6.2.3" },
    { REGISTER("S7", s7_params, "Seconds to wait for the end of a dial."), .source = "V.250 6.3.10",
      .coverage = AT_ANSWERED },
    { REGISTER("S12", s12_params, "Silence around the escape sequence, in 1/50 s."),
      .source = "80000ST10025a r5 p.64" },
};
const struct at_commands common_registers = AT_GENERAL_COMMANDS(rows);
