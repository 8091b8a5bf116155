/* telit_personality.c: what makes a modem a Telit: its dialect, its rows, and its state from
 * power-on to power-off. */
#include "personalities/telit/telit.h"
#include "personalities/telit/telit_given.h"

#include "module/multiplex.h"
#include "personalities/common/call.h"
#include "personalities/common/common.h"
#include "personalities/common/data_call.h"
#include "personalities/common/message_arrival.h"
#include "personalities/common/message_write.h"
#include "personalities/common/phone.h"

#include <assert.h>

/* The longest answer is that of #FTPRECV, of #SRECV in digits, or of #SSLSECDATA: data, and some
 * words around it. */
enum {
    LINE_MAX = 400,
    ANSWER_MAX = TELIT_FTP_RECEIVE_MOST + 112,
    ANSWER_MAX_4G = TELIT_DATA_MAX + 152,
    OUTPUT_BYTES = ANSWER_MAX + 4096, /* a PTY takes so much at a time */
    OUTPUT_BYTES_4G = 2 * ANSWER_MAX_4G
};

struct telit *telit_of(const struct at_session *at)
{
    return module_of(at)->maker;
}

const struct telit_model *telit_model_of(const struct tlsmodem *modem)
{
    return modem->model->maker_data;
}

int64_t telit_total_ms(const struct tlsmodem *modem, int64_t step_ms)
{
    int64_t asked_ms = step_ms * module_fact_peek(modem, FACT_TOTAL_STEPS);
    int64_t total_ms = module_fact_peek(modem, FACT_TOTAL_MS);

    assert(step_ms > 0);
    return asked_ms > total_ms ? asked_ms : total_ms;
}

void telit_note_total(const struct tlsmodem *modem, int64_t step_ms)
{
    bool least = telit_total_ms(modem, step_ms) == module_fact_peek(modem, FACT_TOTAL_MS);

    module_note_fact(modem, least ? FACT_TOTAL_MS : FACT_TOTAL_STEPS);
}

static size_t secure_sockets(const struct tlsmodem *modem)
{
    return module_limit(modem, LIMIT_SECURE_SOCKETS);
}

static size_t state_size(const struct tlsmodem *modem)
{
    return sizeof(struct telit) + secure_sockets(modem) * sizeof(struct telit_ssl_slot);
}

static enum err start(struct tlsmodem *modem)
{
    struct telit *telit = modem->maker;

    telit->restart_ms = CLOCK_NEVER;
    telit->ssl_count = secure_sockets(modem);
    return telit_credentials_init(&telit->credentials, modem->config.storage, telit->ssl_count);
}

static void stop(struct tlsmodem *modem)
{
    telit_credentials_deinit(&((struct telit *)modem->maker)->credentials);
}

static void on_storage_lost(struct tlsmodem *modem)
{
    telit_credentials_look_again(&((struct telit *)modem->maker)->credentials);
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    (void)state;
    return ((const struct telit *)modem->maker)->restart_ms;
}

/* #ENHRST */
static void tick(struct tlsmodem *modem, void *state)
{
    struct telit *telit = modem->maker;

    (void)state;
    if (module_now(modem) < telit->restart_ms)
        return;
    telit->restart_ms = CLOCK_NEVER;
    module_power_cycle(modem, module_fact(modem, FACT_RESTART_OFF_MS));
}

static const struct module_part general_part = {
    .on_sim = telit_tell_sim,
    .start = start,
    .stop = stop,
    .on_storage_lost = on_storage_lost,
    .deadline = deadline,
    .tick = tick,
};

static const struct module_part *const parts[] = {
    &general_part,         &telit_time_part,
    &telit_secure_sockets, &telit_entries,
    &telit_plain_sockets,  &telit_plain_tallies,
    &telit_firewall_part,  &telit_ftp_part,
    &telit_lookup_part,    &common_data_call_part,
    &common_call_part,     &common_arrival_part,
    &common_sending_part,  NULL,
};

#define DIALECT(longest)                                                                           \
    {                                                                                              \
        .prefixes = "+#", .line_max = LINE_MAX, .answer_max = (longest),                           \
        .error_syntax = FACT_ERROR_SYNTAX, .error_range = FACT_ERROR_RANGE,                        \
        .error_memory = TELIT_MEMORY_FAILURE, .error_text = telit_error_text,                      \
        .message_error_text = common_message_error_text, .no_name = "\"\"", .prompt = "\r\n> ",    \
        .prompt_echo = true, .prompt_idle_ms = FACT_PROMPT_IDLE_MS                                 \
    }
static const struct at_dialect dialect = DIALECT(ANSWER_MAX);
static const struct at_dialect dialect_4g = DIALECT(ANSWER_MAX_4G);

static const struct at_commands *const commands[] = {
    &telit_return,        &common_v250,
    &common_registers,    &common_identity,
    &common_network,      &common_sim,
    &common_packet,       &telit_time,
    &common_general,      &telit_multiplex,
    &common_phone,        &common_calls,
    &common_data_calls,   &telit_phone,
    &common_messages,     &common_message_writing,
    &telit_general,       &telit_lookup,
    &telit_cell,          &telit_packet,
    &telit_ssl_config,    &telit_ssl_data,
    &telit_ssl_dial,      &telit_ssl_socket,
    &telit_ssl_transfer,  &telit_plain_config,
    &telit_plain_dial,    &telit_plain_transfer,
    &telit_plain_status,  &telit_plain_listen,
    &telit_firewall,      &telit_pad,
    &telit_single_config, &telit_single,
    &telit_ftp_session,   &telit_ftp_files,
    &telit_ftp_packet,    &telit_ftp_online,
    &telit_refused,       &common_acknowledging,
    &common_refused,      NULL,
};

static struct at_index row_index;

static const struct multiplex_facts multiplex_facts = { .frame = FACT_MUX_FRAME,
                                                        .lines = FACT_MUX_LINES,
                                                        .idle_ms = FACT_MUX_IDLE_MS };

static const struct data_call_facts data_call_facts = { .connect = FACT_DATA_CALL_CONNECT,
                                                        .undefined = FACT_DATA_CALL_UNDEFINED,
                                                        .ends_context =
                                                            FACT_DATA_CALL_ENDS_CONTEXT };

#define PERSONALITY(words, output)                                                                 \
    {                                                                                              \
        .dialect = &(words), .commands = commands, .index = &row_index, .state_size = state_size,  \
        .output_bytes = (output), .clock_start = FACT_CLOCK_START,                                 \
        .clock_takes_utc = FACT_CLOCK_MODE_SETS, .caller_line = FACT_CALLER_LINE,                  \
        .phone = &common_phone_ops, .multiplex = &multiplex_facts, .data_call = &data_call_facts,  \
        .restart_off_ms = FACT_RESTART_OFF_MS, .credential_max = telit_given_max,                  \
        .put_credential = telit_given_put,                                                         \
        .credential_names = "SOCKET/certificate, SOCKET/ca, SOCKET/key, as in 1/ca",               \
        .parts = parts                                                                             \
    }
const struct personality telit_personality = PERSONALITY(dialect, OUTPUT_BYTES);
const struct personality telit_personality_4g = PERSONALITY(dialect_4g, OUTPUT_BYTES_4G);
