/* multiplex.c: +CMUX. */
#include "personalities/common/multiplex.h"

#include "at/handler.h"
#include "base/text.h"
#include "module/facts.h"
#include "module/multiplex.h"
#include "personalities/common/common.h"

enum value { MODE, SUBSET, PORT_SPEED, FRAME, T1, N2, T2, T3, WINDOW };

static const int32_t presets[MULTIPLEX_VALUES] = { 0, 0, 5, 0, 10, 3, 30, 10, 2 };
static const uint32_t rates[] = { 0, 9600, 19200, 38400, 57600, 115200, 230400 };

static void preset(struct tlsmodem *modem, int32_t values[MULTIPLEX_VALUES])
{
    memcpy(values, presets, sizeof(presets));
    values[FRAME] = module_fact(modem, modem->personality->multiplex->frame);
}

static size_t lacks(const struct at_session *at, const struct multiplex_settings *settings)
{
    return multiplex_lacks(terminal_of(at), settings->line_max);
}

enum at_status common_multiplex_set(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    const struct multiplex_facts *how = modem->personality->multiplex;
    struct multiplex_settings settings = { .line_max = (size_t)module_fact(modem, how->lines) };

    preset(modem, settings.asked);
    for (size_t i = 0; i < args->count; i++) {
        if (args->list[i].given)
            settings.asked[i] = args->list[i].number;
    }
    settings.option = settings.asked[MODE] == 0 ? MUX_BASIC : MUX_ADVANCED;
    settings.frame_max = (size_t)settings.asked[FRAME];
    if (args->count > PORT_SPEED && args->list[PORT_SPEED].given)
        settings.rate = rates[settings.asked[PORT_SPEED]];
    if (how->idle_ms != 0)
        settings.idle_ms = module_fact(modem, how->idle_ms);
    if (multiplex_is_on(terminal_of(at)) || multiplex_is_line(terminal_of(at)))
        return at_refuse(at, CME_NOT_ALLOWED, "the port is multiplexed already");
    if (modem->terminal_count + lacks(at, &settings) > MODULE_TERMINALS_MAX)
        return at_refuse(at, CME_MEMORY_FAILURE, "a modem has %d terminals at most",
                         MODULE_TERMINALS_MAX);
    if (terminals_add(modem, lacks(at, &settings)) != ERR_OK)
        return at_refuse_memory(at, CME_MEMORY_FAILURE);
    return multiplex_start(at, &settings) == ERR_OK ? AT_OK
                                                    : at_refuse_memory(at, CME_MEMORY_FAILURE);
}

enum at_status common_multiplex_read(struct at_session *at)
{
    const struct module_terminal *terminal = terminal_of(at);
    const struct multiplex_settings *settings = multiplex_settings_of(terminal);
    int32_t values[MULTIPLEX_VALUES];
    char memory[80];
    struct text line;

    if (settings != NULL)
        memcpy(values, settings->asked, sizeof(values));
    else
        preset(terminal->modem, values);
    text_init(&line, memory, sizeof(memory));
    for (size_t i = 0; i < at_row(at)->param_count && !at_row(at)->params[i].hidden; i++)
        text_add(&line, "%s%d", i > 0 ? "," : "", (int)values[i]);
    at_info(at, "+CMUX: %s", memory);
    return AT_OK;
}
