/* quectel_tcp_config.c: how sockets behave: the switches of TCP/IP.  docs/facts/quectel.md §2.2. */
#include "personalities/quectel/quectel.h"

static const struct quectel_settings *settings_of(const struct at_session *at)
{
    return &quectel_of(at)->settings;
}

/* What is under way forbids a real change. */
static bool is_in_use(struct tlsmodem *modem)
{
    bool open = quectel_sockets_in_use(modem) || quectel_server_is_on(modem);

    if (!open && quectel_bearer(modem)->state == BEARER_INITIAL)
        return false;
    switch (module_fact(modem, FACT_SWITCH_IS_REFUSED)) {
    case REFUSED_NEVER:
        return false;
    case REFUSED_WHILE_OPEN:
        return open;
    default:
        return true;
    }
}

/* Transparent mode is for one socket only. */
static enum at_status guard_several(struct at_session *at, const struct at_args *args)
{
    int32_t several = args->list[0].number;

    if (several == settings_of(at)->several)
        return AT_OK;
    if (is_in_use(module_of(at)))
        return at_refuse_plain(at, "a context or a socket is in use; AT+QIDEACT first");
    if (several == 1 && settings_of(at)->transparent)
        return at_refuse_plain(at, "+QIMODE=1, transparent, is for one socket; AT+QIMODE=0 first");
    return AT_OK;
}

static enum at_status guard_transparent(struct at_session *at, const struct at_args *args)
{
    int32_t transparent = args->list[0].number;

    if (transparent == settings_of(at)->transparent)
        return AT_OK;
    if (is_in_use(module_of(at)))
        return at_refuse_plain(at, "a context or a socket is in use; AT+QIDEACT first");
    if (transparent == 1 && settings_of(at)->several)
        return at_refuse_plain(at, "transparent mode is for one socket; AT+QIMUX=0 first");
    return AT_OK;
}

#define SETTING(field) AT_BIND(quectel_settings, field)

#define SWITCH(array, text, most, preset_value, field)                                             \
    static const struct at_param array[] = {                                                       \
        { .name = (text), .max = (most), .preset = (preset_value), .bound = SETTING(field) },      \
    }

SWITCH(several_params, "mode", 1, 0, several);
SWITCH(transparent_params, "mode", 1, 0, transparent);
SWITCH(indication_params, "mode", 2, 0, indication);
SWITCH(echo_params, "mode", 1, FACT_SEND_ECHO_PRESET, send_echo);
SWITCH(prompt_params, "mode", 2, 1, prompt);
SWITCH(head_params, "mode", 1, 0, show_head);
SWITCH(protocol_params, "mode", 1, 0, show_protocol);
SWITCH(sender_params, "mode", 1, 0, show_sender);
SWITCH(local_params, "mode", 1, 0, show_local);
SWITCH(names_params, "mode", 1, 0, by_name);
static const struct at_param role_params[] = {
    { .name = "mode", .min = 1, .max = 2, .preset = 1, .bound = SETTING(role) },
};
static const struct at_param tuning_params[] = {
    { .name = "retry", .min = 3, .max = 8, .preset = 3, .bound = SETTING(transparent_retry) },
    { .name = "wait", .min = 1, .max = 10, .preset = 2, .bound = SETTING(transparent_wait) },
    { .name = "size",
      .min = 1,
      .max = QUECTEL_SEND_MAX,
      .preset = FACT_TRANSPARENT_SIZE_PRESET,
      .bound = SETTING(transparent_size) },
    { .name = "escape", .max = 1, .preset = 1, .bound = SETTING(transparent_escape) },
};

#define ROW(text, parameters, say)                                                                 \
    .name = (text), .help = (say), .source = "docs/facts/quectel.md §2.2", .plain_error = true,    \
    AT_PARAMS(parameters), .record = quectel_settings_record

static const struct at_command rows[] = {
    { ROW("+QIMUX", several_params, "One socket, or six of them."), .guard_set = guard_several },
    { ROW("+QIMODE", transparent_params, "Sockets by commands, or the port is the socket's."),
      .guard_set = guard_transparent },
    { ROW("+QINDI", indication_params,
          "Received data: sent to the host (0), told (1), told and counted (2).") },
    { ROW("+QISDE", echo_params, "Echo of data that is sent, where E1 is set.") },
    { ROW("+QIPROMPT", prompt_params, "No > but SEND OK (0), both (1), neither (2).") },
    { ROW("+QIHEAD", head_params, "Length in front of received data, one socket, +QINDI=0.") },
    { ROW("+QISHOWPT", protocol_params, "Protocol in that length.") },
    { ROW("+QISHOWRA", sender_params, "Sender in front of received data.") },
    { ROW("+QISHOWLA", local_params, "Local address in front of received data.") },
    { ROW("+QIDNSIP", names_params, "What +QIOPEN gets: an address (0) or a name (1).") },
    { ROW(
        "+QISRVC", role_params,
        "Whose sockets +QISEND, +QISACK and +QICLOSE are about: the host's (1), a server's (2).") },
    { ROW("+QITCFG", tuning_params,
          "Transparent mode: retries (no effect here), wait in 0.1 s, packet size, +++.") },
};
const struct at_commands quectel_tcp_config = AT_COMMANDS(rows);
