/* fibocom_personality.c: what makes a modem a Fibocom: its dialect, its rows, and its state from
 * power-on to power-off. */
#include "personalities/fibocom/fibocom.h"

#include "module/multiplex.h"
#include "module/sim.h"
#include "personalities/common/call.h"
#include "personalities/common/common.h"
#include "personalities/common/data_call.h"
#include "personalities/common/message_arrival.h"
#include "personalities/common/message_write.h"
#include "personalities/common/phone.h"
#include "tlsmodem_control.h"

/* Answers: a line of data is 1500 bytes at most, in hexadecimal, with an address in front. */
/* A message of 1,024 bytes stands in a line, in hexadecimal digits, with its topic. */
enum { LINE_MAX = 2400, ANSWER_MAX = 3100, OUTPUT_BYTES = 8192 };

static size_t state_size(const struct tlsmodem *modem)
{
    (void)modem;
    return sizeof(struct fibocom);
}

static enum err start(struct tlsmodem *modem)
{
    struct fibocom *fibocom = modem->maker;

    fibocom->ssl.loaded = fibocom_suites_at_start(modem);
    return ERR_OK;
}

/* Source: docs/facts/fibocom.md §4, lines that drivers wait for. */
static void ready(struct tlsmodem *modem)
{
    for (size_t i = 0; i < modem->terminal_count; i++) {
        at_urc(modem->terminals[i]->at, "AT command ready");
        if (sim_is_ready(modem))
            at_urc(modem->terminals[i]->at, "+SIM READY");
    }
}

/* The same source. */
static void on_sim(struct tlsmodem *modem)
{
    bool is_absent = modem->sim.state == TLSMODEM_SIM_ABSENT;

    for (size_t i = 0; i < modem->terminal_count; i++) {
        if (is_absent || sim_is_ready(modem))
            at_urc(modem->terminals[i]->at, is_absent ? "+SIM DROP" : "+SIM READY");
    }
}

static void stop(struct tlsmodem *modem)
{
    at_text_set(&((struct fibocom *)modem->maker)->ftp_reply, span_at(NULL, 0));
}

static const struct module_part settings_part = {
    .start = start, .ready = ready, .on_sim = on_sim, .stop = stop
};

/* The call comes last: +MIPCALL: 0 stands behind what the others say. */
static const struct module_part *const parts[] = {
    &settings_part,
    &fibocom_network_time_part,
    &fibocom_sockets,
    &fibocom_http_part,
    &fibocom_exchange_part,
    &fibocom_ftp_part,
    &fibocom_lookup_part,
    &fibocom_time_part,
    &fibocom_files_part,
    &fibocom_mqtt_part,
    &fibocom_hm_part,
    &fibocom_call_part,
    &common_data_call_part,
    &common_call_part,
    &common_arrival_part,
    &common_sending_part,
    NULL,
};

static const struct at_dialect dialect = {
    .prefixes = "+",
    .line_max = LINE_MAX,
    .answer_max = ANSWER_MAX,
    .asks_each_line = true,
    .error_syntax = FACT_ERROR_SYNTAX,
    .error_range = FACT_ERROR_RANGE,
    .error_memory = FIBOCOM_MEMORY_FAILURE,
    .error_text = fibocom_error_text,
    .message_error_text = common_message_error_text,
    .prompt = "\r\n>",
    .prompt_idle_ms = FACT_PROMPT_IDLE_MS,
    .read_executes = true,
    .quotes_escaped = true,
};

static const struct at_commands *const commands[] = {
    &fibocom_general,
    &fibocom_call,
    &fibocom_files,
    &fibocom_ssl,
    &fibocom_cipher,
    &fibocom_socket,
    &fibocom_send,
    &fibocom_receive,
    &fibocom_keep_alive,
    &fibocom_odm,
    &fibocom_lookup,
    &fibocom_http,
    &fibocom_http_read,
    &fibocom_ftp,
    &fibocom_ftp_files,
    &fibocom_ftp_put,
    &fibocom_mqtt_rows,
    &fibocom_hm_rows,
    &fibocom_time,
    &fibocom_network_time,
    &fibocom_settings_rows,
    &fibocom_refused,
    &common_acknowledging,
    &common_refused,
    &common_v250,
    &common_registers,
    &common_identity,
    &common_network,
    &common_sim,
    &common_packet,
    &common_general,
    &fibocom_multiplex,
    &common_phone,
    &common_calls,
    &common_data_calls,
    &fibocom_phone,
    &common_messages,
    &common_message_writing,
    NULL,
};

static struct at_index row_index;

static const struct multiplex_facts multiplex_facts = { .frame = FACT_MUX_FRAME,
                                                        .lines = FACT_MUX_LINES };

static const struct data_call_facts data_call_facts = { .connect = FACT_DATA_CALL_CONNECT,
                                                        .undefined = FACT_DATA_CALL_UNDEFINED,
                                                        .ends_context =
                                                            FACT_DATA_CALL_ENDS_CONTEXT };

const struct personality fibocom_personality = {
    .dialect = &dialect,
    .commands = commands,
    .index = &row_index,
    .state_size = state_size,
    .output_bytes = OUTPUT_BYTES,
    .clock_start = FACT_CLOCK_START,
    .caller_line = FACT_CALLER_LINE,
    .phone = &common_phone_ops,
    .multiplex = &multiplex_facts,
    .data_call = &data_call_facts,
    .credential_max = fibocom_given_max,
    .credential_names = "CERTFILE, KEYFILE, and TRUSTFILE, of which several are TRUSTFILE/2 and on",
    .put_credential = fibocom_given_put,
    .restart_off_ms = FACT_RESTART_OFF_MS,
    .parts = parts,
};
