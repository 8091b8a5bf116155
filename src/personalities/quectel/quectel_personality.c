/* quectel_personality.c: what makes a modem a Quectel: its dialect, its rows, its parts, and their
 * turns. */
#include "personalities/quectel/quectel.h"

#include "module/multiplex.h"
#include "personalities/common/call.h"
#include "personalities/common/common.h"
#include "personalities/common/data_call.h"
#include "personalities/common/message_arrival.h"
#include "personalities/common/message_write.h"
#include "personalities/common/phone.h"
#include "personalities/quectel/quectel_given.h"

/* Answers: the longest are 1500 bytes that a socket has received, with their header. */
enum { ANSWER_MAX = 1700, OUTPUT_BYTES = 6144 };

struct quectel *quectel_of(const struct at_session *at)
{
    return module_of(at)->maker;
}

void *quectel_settings_record(struct at_session *at, size_t index)
{
    (void)index;
    return &quectel_of(at)->settings;
}

static size_t state_size(const struct tlsmodem *modem)
{
    (void)modem;
    return sizeof(struct quectel);
}

static const struct module_part *const parts[] = {
    &quectel_time_part,
    &quectel_start_up,
    &quectel_first_time_part,
    &quectel_bearer_part,
    &quectel_server_part,
    &quectel_sockets,
    &quectel_links,
    &quectel_lookup_part,
    &quectel_ping_part,
    &quectel_ntp_part,
    &quectel_disk_part,
    &quectel_files_part,
    &quectel_ssl_contexts,
    &quectel_http_part,
    &quectel_exchange_part,
    &quectel_smtp_part,
    &quectel_mail_part,
    &quectel_mqtt_part,
    &common_data_call_part,
    &common_call_part,
    &common_arrival_part,
    &common_sending_part,
    NULL,
};

static const struct at_dialect dialect = {
    .prefixes = "+",
    .line_max = FACT_LINE_MAX,
    .answer_max = ANSWER_MAX,
    .asks_each_line = true,
    .error_syntax = FACT_ERROR_SYNTAX,
    .error_range = FACT_ERROR_RANGE,
    .error_memory = QUECTEL_MEMORY_FAILURE,
    .error_text = quectel_error_text,
    .message_error_text = common_message_error_text,
    .prompt = "\r\n> ",
    .prompt_idle_ms = FACT_PROMPT_IDLE_MS,
    .lf_ends_line = true,
    .urc_after_ms = 100,
    .urc_gap_ms = 50,
    .cmee_preset = FACT_CMEE_PRESET,
};

/* The maker's own rows hide common ones of the same name. */
static const struct at_commands *const commands[] = {
    &quectel_general,
    &quectel_time,
    &quectel_bearer_rows,
    &quectel_tcp_config,
    &quectel_server_rows,
    &quectel_tcp,
    &quectel_transfer,
    &quectel_online_rows,
    &quectel_state,
    &quectel_lookup_rows,
    &quectel_ping_rows,
    &quectel_ntp_rows,
    &quectel_upload,
    &quectel_disk_rows,
    &quectel_disk_data_rows,
    &quectel_disk_change_rows,
    &quectel_ssl_config,
    &quectel_ssl_socket,
    &quectel_http_rows,
    &quectel_http_read_rows,
    &quectel_http_download_rows,
    &quectel_smtp_rows,
    &quectel_mail_rows,
    &quectel_mqtt_config_rows,
    &quectel_mqtt_rows,
    &common_v250,
    &common_registers,
    &common_identity,
    &common_network,
    &common_sim,
    &common_packet,
    &common_general,
    &quectel_multiplex,
    &common_phone,
    &common_calls,
    &common_data_calls,
    &quectel_phone,
    &common_messages,
    &common_message_writing,
    &quectel_kept,
    &quectel_refused,
    &common_acknowledging,
    &common_refused,
    NULL,
};

static struct at_index row_index;

static const struct multiplex_facts multiplex_facts = { .frame = FACT_MUX_FRAME,
                                                        .lines = FACT_MUX_LINES };

static const struct data_call_facts data_call_facts = { .connect = FACT_DATA_CALL_CONNECT,
                                                        .undefined = FACT_DATA_CALL_UNDEFINED,
                                                        .ends_context =
                                                            FACT_DATA_CALL_ENDS_CONTEXT };

const struct personality quectel_personality = {
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
    .credential_max = quectel_given_max,
    .credential_names = "NVRAM:CA0, NVRAM:CA1, NVRAM:CC0, NVRAM:CK0, RAM:NAME",
    .put_credential = quectel_given_put,
    .flow_is_coded = FACT_FLOW_IS_CODED,
    .restart_off_ms = FACT_RESTART_OFF_MS,
    .parts = parts,
};
