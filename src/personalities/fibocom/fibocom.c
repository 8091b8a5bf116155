/* fibocom.c: what makes a modem a Fibocom: its dialect, its rows, and its state from power-on to
 * power-off. */
#include "personalities/fibocom/fibocom.h"

#include "personalities/common/common.h"

/* Answers: a line of data is 1500 bytes at most, in hexadecimal, with an address in front. */
enum { LINE_MAX = 512, ANSWER_MAX = 3100, OUTPUT_BYTES = 8192 };

struct fibocom *fibocom_of(const struct at_session *at)
{
    return module_of(at)->maker;
}

const struct fibocom_model *fibocom_model_of(const struct tlsmodem *modem)
{
    return modem->model->maker_data;
}

void *fibocom_settings_record(struct at_session *at, size_t index)
{
    (void)index;
    return &fibocom_of(at)->settings;
}

static size_t state_size(const struct module_model *model)
{
    (void)model;
    return sizeof(struct fibocom);
}

static enum err start(struct tlsmodem *modem)
{
    struct fibocom *fibocom = modem->maker;

    for (int i = 0; i < FIBOCOM_SOCKETS; i++)
        fibocom_socket_start(&fibocom->sockets[i], modem, i + 1);
    fibocom_http_start(&fibocom->http, modem);
    fibocom_ftp_start(&fibocom->ftp, modem);
    fibocom_time_start(modem);
    fibocom_lookup_start(modem);
    return ERR_OK;
}

/* Source: fibocom.md §4, lines that drivers wait for. */
static void ready(struct tlsmodem *modem)
{
    struct fibocom *fibocom = modem->maker;
    struct module_context *context = fibocom_context(modem);

    fibocom->settings.format = FACT_FORMAT;
    fibocom->ssl.version = fibocom_model_of(modem)->version;
    fibocom->ssl.enabled = fibocom_model_of(modem)->enabled;
    if (context->type[0] == '\0')
        memcpy(context->type, "IP", sizeof("IP"));
    for (size_t i = 0; i < modem->terminal_count; i++) {
        at_urc(modem->terminals[i].at, "AT command ready");
        at_urc(modem->terminals[i].at, "+SIM READY");
    }
}

static void stop(struct tlsmodem *modem)
{
    struct fibocom *fibocom = modem->maker;

    fibocom_lookup_stop(modem);
    fibocom_http_clear(&fibocom->http);
    fibocom_ftp_stop(&fibocom->ftp);
    sntp_cancel(&fibocom->clock_client);
    for (size_t i = 0; i < FIBOCOM_SOCKETS; i++)
        fibocom_socket_close(&fibocom->sockets[i]);
    fibocom_files_clear(&fibocom->ssl);
}

static int64_t deadline(struct tlsmodem *modem)
{
    struct fibocom *fibocom = modem->maker;
    int64_t deadline_ms =
        time_earlier(http_deadline(&fibocom->http.client), sntp_deadline(&fibocom->clock_client));

    deadline_ms = time_earlier(deadline_ms, fibocom_ftp_deadline(&fibocom->ftp));
    deadline_ms = time_earlier(deadline_ms, fibocom_lookup_deadline(&fibocom->lookup));
    for (size_t i = 0; i < FIBOCOM_SOCKETS; i++)
        deadline_ms = time_earlier(deadline_ms, fibocom_socket_deadline(&fibocom->sockets[i]));
    return deadline_ms;
}

static void tick(struct tlsmodem *modem)
{
    struct fibocom *fibocom = modem->maker;

    for (size_t i = 0; i < FIBOCOM_SOCKETS; i++)
        fibocom_socket_tick(&fibocom->sockets[i]);
    http_tick(&fibocom->http.client);
    fibocom_ftp_tick(&fibocom->ftp);
    fibocom_lookup_tick(modem);
    sntp_tick(&fibocom->clock_client);
}

/* The result of an opening comes first (fibocom.md §7.2, trap 7). */
static bool awaits_result(const struct fibocom *fibocom, const struct module_terminal *terminal)
{
    for (size_t i = 0; i < FIBOCOM_SOCKETS; i++) {
        const struct fibocom_socket *socket = &fibocom->sockets[i];

        if (socket->owner == terminal && fibocom_socket_is_opening(socket))
            return FACT_OPENING_HOLDS_DATA;
    }
    return false;
}

static void on_quiet(struct module_terminal *terminal)
{
    struct fibocom *fibocom = terminal->modem->maker;

    if (awaits_result(fibocom, terminal))
        return;
    if (fibocom->ftp.owner == terminal)
        fibocom_ftp_on_quiet(&fibocom->ftp);
    for (size_t i = 0; i < FIBOCOM_SOCKETS && at_may_speak(terminal->at); i++) {
        struct fibocom_socket *socket = &fibocom->sockets[i];

        if (socket->owner != terminal || !connection_is_open(&socket->connection))
            continue;
        fibocom_receive_show(socket);
        fibocom_socket_notice_end(socket);
    }
}

static void on_dtr_drop(struct module_terminal *terminal)
{
    struct fibocom *fibocom = terminal->modem->maker;

    for (size_t i = 0; i < FIBOCOM_SOCKETS; i++) {
        struct fibocom_socket *socket = &fibocom->sockets[i];

        if (socket->owner == terminal && socket->online)
            fibocom_odm_leave(socket);
    }
}

static void on_registered(struct tlsmodem *modem)
{
    (void)modem;
}

static void on_context_down(struct tlsmodem *modem, size_t cid)
{
    struct fibocom *fibocom = modem->maker;

    if (cid != 1)
        return;
    for (size_t i = 0; i < FIBOCOM_SOCKETS; i++)
        fibocom_socket_drop(&fibocom->sockets[i]);
    fibocom_http_drop(&fibocom->http);
    fibocom_ftp_drop(&fibocom->ftp);
    for (size_t i = 0; i < modem->terminal_count; i++)
        at_urc(modem->terminals[i].at, "+MIPCALL: 0");
}

static const struct at_dialect dialect = {
    .prefixes = "+",
    .line_max = LINE_MAX,
    .answer_max = ANSWER_MAX,
    .error_syntax = FACT_ERROR_SYNTAX,
    .error_range = FACT_ERROR_RANGE,
    .error_memory = FIBOCOM_MEMORY_FAILURE,
    .error_text = fibocom_error_text,
    .prompt = "\r\n>",
    .prompt_idle_ms = FACT_PROMPT_IDLE_MS,
    .read_executes = true,
};

static const struct at_commands *const commands[] = {
    &fibocom_general, &fibocom_call,   &fibocom_files,     &fibocom_ssl,        &fibocom_cipher,
    &fibocom_socket,  &fibocom_send,   &fibocom_receive,   &fibocom_keep_alive, &fibocom_odm,
    &fibocom_lookup,  &fibocom_http,   &fibocom_http_read, &fibocom_ftp,        &fibocom_ftp_files,
    &fibocom_ftp_put, &fibocom_time,   &fibocom_refused,   &common_v250,        &common_registers,
    &common_identity, &common_network, &common_packet,     &common_general,     NULL,
};

static const struct module_part *const parts[] = { NULL };

const struct personality fibocom_personality = {
    .dialect = &dialect,
    .commands = commands,
    .state_size = state_size,
    .parts = parts,
    .output_bytes = OUTPUT_BYTES,
    .start = start,
    .ready = ready,
    .stop = stop,
    .deadline = deadline,
    .tick = tick,
    .on_quiet = on_quiet,
    .on_dtr_drop = on_dtr_drop,
    .on_registered = on_registered,
    .on_context_down = on_context_down,
};
