/* telit.c: what makes a modem a Telit: its dialect, its rows, and its state from power-on to
 * power-off. */
#include "personalities/telit/telit.h"

#include "personalities/common/common.h"

/* The longest answer is that of #FTPRECV, or of #SSLSECDATA: data, and some words around it. */
enum {
    LINE_MAX = 400,
    ANSWER_MAX = FACT_FTP_RECEIVE_MAX + 72,
    ANSWER_MAX_4G = TELIT_DATA_MAX + 152,
    OUTPUT_BYTES = ANSWER_MAX + 4096, /* a PTY takes so much at a time */
    OUTPUT_BYTES_4G = 2 * ANSWER_MAX_4G
};

const struct telit_model *telit_model_of(const struct tlsmodem *modem)
{
    return modem->model->maker_data;
}

int64_t telit_total_ms(int64_t step_ms)
{
    int64_t asked_ms = step_ms * FACT_TOTAL_STEPS;

    return asked_ms > FACT_TOTAL_MS ? asked_ms : FACT_TOTAL_MS;
}

static size_t secure_sockets(const struct module_model *model)
{
    return (size_t)model->at.limits[LIMIT_SECURE_SOCKETS - 1];
}

static size_t state_size(const struct module_model *model)
{
    return sizeof(struct telit) + secure_sockets(model) * sizeof(struct telit_ssl);
}

static enum err start(struct tlsmodem *modem)
{
    struct telit *telit = modem->maker;
    size_t sockets = secure_sockets(modem->model);

    telit->restart_ms = CLOCK_NEVER;
    telit->ssl_count = sockets;
    telit_ftp_start(&telit->ftp, modem);
    for (size_t i = 0; i < sockets; i++)
        telit_ssl_start(&telit->ssl[i], modem, (int)i + 1);
    return credentials_init(&modem->credentials, modem->config.storage, sockets);
}

static void stop(struct tlsmodem *modem)
{
    struct telit *telit = modem->maker;

    for (size_t i = 0; i < telit->ssl_count; i++)
        telit_ssl_stop(&telit->ssl[i]);
    telit_ftp_stop(&telit->ftp);
    credentials_deinit(&modem->credentials);
}

/* The network gives its time to whom it takes in, unless #NITZ says that it is not wanted. */
static void take_network_time(struct tlsmodem *modem)
{
    struct telit *telit = modem->maker;

    if (telit->settings.nitz != 0)
        module_clock_init(&modem->clock, modem->config.clock);
}

static int64_t deadline(struct tlsmodem *modem)
{
    struct telit *telit = modem->maker;
    int64_t deadline_ms = time_earlier(telit->restart_ms, telit_ftp_deadline(&telit->ftp));

    for (size_t i = 0; i < telit->ssl_count; i++)
        deadline_ms = time_earlier(deadline_ms, telit_ssl_deadline(&telit->ssl[i]));
    return deadline_ms;
}

static void tick(struct tlsmodem *modem)
{
    struct telit *telit = modem->maker;

    for (size_t i = 0; i < telit->ssl_count; i++)
        telit_ssl_tick(&telit->ssl[i]);
    telit_ftp_tick(&telit->ftp);
    if (module_now(modem) >= telit->restart_ms) {
        telit->restart_ms = CLOCK_NEVER;
        module_power_cycle(modem, FACT_RESTART_OFF_MS);
    }
}

static void on_quiet(struct module_terminal *terminal)
{
    struct telit *telit = terminal->modem->maker;

    for (size_t i = 0; i < telit->ssl_count && at_may_speak(terminal->at); i++) {
        if (telit->ssl[i].owner == terminal)
            telit_ssl_on_quiet(&telit->ssl[i]);
    }
}

static void on_dtr_drop(struct module_terminal *terminal)
{
    struct telit *telit = terminal->modem->maker;

    for (size_t i = 0; i < telit->ssl_count; i++) {
        if (telit->ssl[i].owner == terminal)
            telit_ssl_on_dtr_drop(&telit->ssl[i]);
    }
    telit_ftp_on_dtr_drop(&telit->ftp, terminal);
}

static void on_context_down(struct tlsmodem *modem, size_t cid)
{
    struct telit *telit = modem->maker;

    for (size_t i = 0; i < telit->ssl_count; i++) {
        if (telit->ssl[i].settings.cid == (int32_t)cid)
            telit_ssl_drop(&telit->ssl[i], CAUSE_NETWORK);
    }
    telit_ftp_on_context_down(&telit->ftp, cid);
}

#define DIALECT(longest)                                                                           \
    {                                                                                              \
        .prefixes = "+#", .line_max = LINE_MAX, .answer_max = (longest),                           \
        .error_syntax = FACT_ERROR_SYNTAX, .error_range = FACT_ERROR_RANGE,                        \
        .error_memory = TELIT_MEMORY_FAILURE, .error_text = telit_error_text, .prompt = "\r\n> ",  \
        .prompt_echo = true, .prompt_idle_ms = FACT_PROMPT_IDLE_MS                                 \
    }
static const struct at_dialect dialect = DIALECT(ANSWER_MAX);
static const struct at_dialect dialect_4g = DIALECT(ANSWER_MAX_4G);

static const struct at_commands *const commands[] = {
    &common_v250,
    &common_registers,
    &common_identity,
    &common_network,
    &common_packet,
    &common_general,
    &telit_general,
    &telit_packet,
    &telit_ssl_config,
    &telit_ssl_data,
    &telit_ssl_dial,
    &telit_ssl_socket,
    &telit_ssl_transfer,
    &telit_ftp_session,
    &telit_ftp_files,
    &telit_ftp_packet,
    &telit_ftp_online,
    &telit_refused,
    NULL,
};

static const struct module_part *const parts[] = { NULL };

#define PERSONALITY(words, output)                                                                 \
    {                                                                                              \
        .dialect = &(words), .commands = commands, .state_size = state_size, .parts = parts,       \
        .output_bytes = (output), .start = start, .ready = take_network_time, .stop = stop,        \
        .deadline = deadline, .tick = tick, .on_quiet = on_quiet, .on_dtr_drop = on_dtr_drop,      \
        .on_registered = take_network_time, .on_context_down = on_context_down                     \
    }
const struct personality telit_personality = PERSONALITY(dialect, OUTPUT_BYTES);
const struct personality telit_personality_4g = PERSONALITY(dialect_4g, OUTPUT_BYTES_4G);
