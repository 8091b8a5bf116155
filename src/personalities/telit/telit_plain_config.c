/* telit_plain_config.c: #SCFG, #SCFGEXT, #SCFGEXT2, #SCFGEXT3, #SKTRST: how plain sockets are set.
 *
 * Source: S000574 p.218; docs/facts/telit-plain-sockets.md §2.
 */
#include "module/keep.h"
#include "module/record.h"
#include "personalities/telit/telit.h"

static void *record_if(struct at_session *at, size_t index);

static const struct module_record_kind kind = { sizeof(struct telit_plain_settings), false,
                                                record_if };

static void *record_if(struct at_session *at, size_t index)
{
    return module_record_if(at, &kind, index);
}

static void *make_record(struct at_session *at, size_t index)
{
    return module_record(at, &kind, index);
}

void telit_plain_read_settings(struct at_session *at, int32_t id,
                               struct telit_plain_settings *ret_settings)
{
    module_record_read(at, &kind, (size_t)id - 1, ret_settings);
}

/* A socket that is open goes by what is set now, but for its context. */
static void changed(struct at_session *at, size_t index)
{
    struct telit_plain *plain = telit_plain_if(module_of(at), (int32_t)index + 1);

    if (plain == NULL)
        return;
    telit_plain_read_settings(at, plain->id, &plain->settings);
    telit_plain_touch(plain);
}

#define PLAIN(field) AT_BIND(telit_plain_settings, field)
#define CONNECTION                                                                                 \
    {                                                                                              \
        .name = "connId", .min = 1, .max_limit = LIMIT_PLAIN_SOCKETS                               \
    }

static const int32_t contexts[TELIT_PLAIN_MAX] = {
    FACT_SOCKET_1_CONTEXT, FACT_SOCKET_2_CONTEXT, FACT_SOCKET_3_CONTEXT,
    FACT_SOCKET_4_CONTEXT, FACT_SOCKET_5_CONTEXT, FACT_SOCKET_6_CONTEXT,
};

static const struct at_param params[] = {
    CONNECTION,
    { .name = "cid",
      .max_limit = LIMIT_CONTEXTS,
      .preset_by_record = contexts,
      .bound = PLAIN(cid) },
    { .name = "pktSz", .max = 1500, .preset = 300, .bound = PLAIN(packet_size) },
    { .name = "maxTo", .max = 65535, .preset = 90, .bound = PLAIN(idle_s) },
    { .name = "connTo", .min = 10, .max = 1200, .preset = 600, .bound = PLAIN(connect_ds) },
    { .name = "txTo",
      .max = FACT_PLAIN_FLUSH_MAX,
      .told_max = 255,
      .preset = 50,
      .bound = PLAIN(flush_ds) },
};
static const struct at_param extended_params[] = {
    CONNECTION,
    { .name = "srMode", .max = 3, .bound = PLAIN(ring_mode) },
    { .name = "recvDataMode", .max = 1, .bound = PLAIN(receive_mode) },
    { .name = "keepalive", .max = 240, .bound = PLAIN(keep_alive_min) },
    { .name = "ListenAutoRsp", .optional = true, .max = 1, .bound = PLAIN(accepts) },
    { .name = "sendDataMode", .optional = true, .max = 1, .bound = PLAIN(send_mode) },
};
static const struct at_param extended2_params[] = {
    CONNECTION,
    { .name = "bufferStart", .max = 1, .bound = PLAIN(restarts_flush) },
    { .name = "abortConnAttempt", .optional = true, .max = 1, .bound = PLAIN(abort_dial) },
    { .name = "sringLen", .optional = true, .max = 1, .bound = PLAIN(ring_length) },
    { .name = "sringTo", .optional = true, .max = 10, .bound = PLAIN(ring_ds) },
    { .name = "noCarrierMode", .optional = true, .max = 2, .bound = PLAIN(no_carrier_mode) },
};
/* fastSRing is taken and kept: SRING is never slower than the port is quiet. */
static const struct at_param extended3_params[] = {
    CONNECTION,
    { .name = "immRsp", .max = 1, .bound = PLAIN(at_once) },
    { .name = "closureTypeCmdMode", .optional = true, .max = 1, .bound = PLAIN(closure_mode) },
    { .name = "fastSRing", .optional = true, .max = 1, .bound = PLAIN(fast_ring) },
    { .name = "ssendTimeout", .optional = true, .max = 255, .bound = PLAIN(send_limit) },
    { .name = "unused", .optional = true, .hidden = true, .bound = PLAIN(unused) },
};

static enum at_status reset(struct at_session *at);

#define NOTE "docs/facts/telit-plain-sockets.md §2"
#define KEPT                                                                                       \
    .record_count_limit = LIMIT_PLAIN_SOCKETS, .record = record_if, .make_record = make_record,    \
    .keep = AT_KEEP_NVM, .changed = changed

static const struct at_command rows[] = {
    { .name = "#SCFG",
      .help = "Context, packets and time limits of the plain sockets.",
      .source = "S000574 p.218",
      AT_PARAMS(params),
      KEPT },
    { .name = "#SCFGEXT",
      .help = "SRING, digits, probes and listening of the plain sockets.",
      .source = NOTE,
      AT_PARAMS(extended_params),
      KEPT },
    { .name = "#SCFGEXT2",
      .help = "Packets, aborted dials, SRING and NO CARRIER of the plain sockets.",
      .source = NOTE,
      AT_PARAMS(extended2_params),
      KEPT },
    { .name = "#SCFGEXT3",
      .help = "Dials and closures in command mode, sending times of the plain sockets.",
      .source = NOTE,
      AT_PARAMS(extended3_params),
      KEPT },
    { .name = "#SKTRST",
      .help = "Factory values for the settings of the plain sockets.",
      .source = NOTE,
      .acts = true,
      .run = reset },
};
const struct at_commands telit_plain_config = AT_COMMANDS(rows);

/* What is not stored is not reset. */
static enum at_status reset_row(struct at_session *at, const struct at_command *row, size_t index)
{
    void *record = record_if(at, index);

    if (record == NULL)
        return AT_OK;
    at_args_preset(row, at_model_of(at), at_dialect_of(at), record, index);
    module_record(at, &kind, index); /* it may be given back now */
    if (at_keep_row(at, row, index) != ERR_OK)
        return at_refuse_storage(at, TELIT_MEMORY_FAILURE, ERR_IO);
    changed(at, index);
    return AT_OK;
}

static enum at_status reset(struct at_session *at)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t index = 0; rows[i].record != NULL && index < TELIT_PLAIN_MAX; index++) {
            enum at_status status = reset_row(at, &rows[i], index);

            if (status != AT_OK)
                return status;
        }
    }
    return at_find(at, "#SKTSET") != NULL ? telit_single_reset(at) : AT_OK;
}
