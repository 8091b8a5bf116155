/* fibocom_settings.c: +GTSET: settings by name.
 *
 * Source: docs/facts/fibocom.md §2.3.  A row of one record for each name, stored under its number.
 */
#include "personalities/fibocom/fibocom.h"

#include "base/number.h"

#include <stdio.h>

/* The numbers of +GTSET="IPRFMT", by their place (FACT_FORMAT). */
static const int32_t formats[] = {
    [FORMAT_IS_HEX] = 0, [FORMAT_IS_BARE] = 1, [FORMAT_IS_RAW] = 2, [FORMAT_IS_READ] = 5
};

enum { FORMAT_COUNT = sizeof(formats) / sizeof(formats[0]) };

static const struct {
    const char *name;
    const char *values;
} names[FIBOCOM_NAMED] = {
    [NAMED_FORMAT] = { "IPRFMT", "0-2,5" },    [NAMED_SEND_TIME] = { "SENDTIME", "0-65535" },
    [NAMED_SIM_PHASE] = { "SIMPHASE", "0,1" }, [NAMED_GPRS_FIRST] = { "GPRSFIRST", "0,1" },
    [NAMED_DEBUG_HANDLER] = { "GDB", "0,1" },
};

/* What they are from the start. */
static const int32_t presets[FIBOCOM_NAMED] = { [NAMED_FORMAT] = FACT_FORMAT };

static int32_t *value_at(struct at_session *at, size_t index)
{
    return &fibocom_of(at)->settings.named[index];
}

static void *named_record(struct at_session *at, size_t index)
{
    return value_at(at, index);
}

/* A value as hosts write it. */
static int32_t shown(size_t index, int32_t value)
{
    return index == NAMED_FORMAT ? formats[value] : value;
}

/* A number that a host may give, as it is kept. */
static int32_t kept(size_t index, int32_t number)
{
    int32_t place = 0;

    if (index != NAMED_FORMAT)
        return number;
    while (formats[place] != number)
        place++;
    return place;
}

static bool is_kept_right(size_t index, int32_t value)
{
    return index == NAMED_FORMAT ? value >= 0 && value < FORMAT_COUNT
                                 : number_in_set(value, names[index].values);
}

/* What a store holds may be damaged: only what a host could have set counts. */
static void named_changed(struct at_session *at, size_t index)
{
    if (is_kept_right(index, *value_at(at, index)))
        return;
    log_say(at_log_of(at), LOG_WARNING,
            "the stored +GTSET=\"%s\" is none: the factory value is used", names[index].name);
    *value_at(at, index) = fact_number(at_model_of(at)->facts, presets[index]);
}

static void show_setting(struct at_session *at, size_t index)
{
    module_note_preset(module_of(at), presets[index]);
    at_info(at, "+GTSET: \"%s\",%d", names[index].name, (int)shown(index, *value_at(at, index)));
}

static enum at_status read_settings(struct at_session *at)
{
    for (size_t i = 0; i < FIBOCOM_NAMED; i++)
        show_setting(at, i);
    return AT_OK;
}

static enum at_status test_settings(struct at_session *at)
{
    for (size_t i = 0; i < FIBOCOM_NAMED; i++)
        at_info(at, "+GTSET: \"%s\",(%s)", names[i].name, names[i].values);
    return AT_OK;
}

static enum at_status keep_setting(struct at_session *at, size_t index, int32_t number)
{
    int32_t before = *value_at(at, index);

    *value_at(at, index) = kept(index, number);
    if (module_fact_is(module_of(at), FACT_SETTINGS_ARE_KEPT) && at_keep(at, index) != ERR_OK) {
        *value_at(at, index) = before;
        return at_refuse_storage(at, FIBOCOM_MEMORY_FAILURE, ERR_IO);
    }
    fact_replace(&module_of(at)->facts, presets[index]);
    return AT_OK;
}

static enum at_status set_setting(struct at_session *at, const struct at_args *args)
{
    const struct at_arg *value = &args->list[1];
    size_t index = 0;

    while (index < FIBOCOM_NAMED && !span_equal(args->list[0].text, span_of(names[index].name)))
        index++;
    if (index == FIBOCOM_NAMED)
        return at_refuse(at, FACT_ERROR_RANGE, "there is no such setting; AT+GTSET? lists them");
    if (!value->given) {
        show_setting(at, index);
        return AT_OK;
    }
    if (!number_in_set(value->number, names[index].values))
        return at_refuse(at, FACT_ERROR_RANGE, "\"%s\" is %d; allowed: %s", names[index].name,
                         (int)value->number, names[index].values);
    return keep_setting(at, index, value->number);
}

static const struct at_param setting_params[] = {
    { .name = "function", .type = AT_STRING, .min = 1, .max = 20 },
    { .name = "value",
      .optional = true,
      .max = 65535,
      .preset_by_record = presets,
      .bound = 1 }, /* the record is the value */
};

static const struct at_command rows[] = {
    { .name = "+GTSET",
      .help = "Settings by name: \"IPRFMT\" is the format of received data.",
      .source = "docs/facts/fibocom.md §2.3",
      AT_PARAMS(setting_params),
      .record_count_limit = LIMIT_NAMED,
      .record = named_record,
      .keep = AT_KEEP_NVM,
      .set = set_setting,
      .read = read_settings,
      .test = test_settings,
      .changed = named_changed },
};
const struct at_commands fibocom_settings_rows = AT_GENERAL_COMMANDS(rows);
