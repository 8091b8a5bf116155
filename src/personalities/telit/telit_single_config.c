/* telit_single_config.c: #PKTSZ, #SKTTO, #SKTCT, #SKTSET, #SKTSAV: how the single socket of 2G
 * modules is set.
 *
 * Source: docs/facts/telit-plain-sockets.md §9.
 */
#include "module/keep.h"
#include "module/record.h"
#include "personalities/telit/telit.h"

static void *record_if(struct at_session *at, size_t index);

static const struct module_record_kind kind = { sizeof(struct telit_single_settings), false,
                                                record_if };

static void *record_if(struct at_session *at, size_t index)
{
    return module_record_if(at, &kind, index);
}

static void *make_record(struct at_session *at, size_t index)
{
    return module_record(at, &kind, index);
}

void telit_single_read_settings(struct at_session *at, struct telit_single_settings *ret_settings)
{
    module_record_read(at, &kind, 0, ret_settings);
}

/* What is set is stored at once, as that of the other sockets. */
static enum at_status run_save(struct at_session *at)
{
    (void)at;
    return AT_OK;
}

#define SINGLE(field) AT_BIND(telit_single_settings, field)

static const struct at_param size_params[] = {
    { .name = "size", .max = FACT_SINGLE_PACKET_MAX, .preset = 300, .bound = SINGLE(packet_size) },
};
static const struct at_param idle_params[] = {
    { .name = "tout", .max = 65535, .preset = 90, .bound = SINGLE(idle_s) },
};
static const struct at_param connect_params[] = {
    { .name = "tout", .min = 10, .max = 1200, .preset = 600, .bound = SINGLE(connect_ds) },
};
static const struct at_param target_params[] = {
    { .name = "socket type", .max = 1, .bound = SINGLE(protocol) },
    { .name = "remote port", .max = 65535, .bound = SINGLE(port) },
    { .name = "remote addr", .type = AT_STRING, .max = CONNECTION_HOST_MAX, .bound = SINGLE(host) },
    { .name = "closure type",
      .optional = true,
      .max = 255,
      .values = "0,255",
      .bound = SINGLE(closure) },
    { .name = "local port", .optional = true, .max = 65535, .bound = SINGLE(own_port) },
};

#define NOTE "docs/facts/telit-plain-sockets.md §9"
#define KEPT                                                                                       \
    .source = NOTE, .only_on = TELIT_2G, .record = record_if, .make_record = make_record,          \
    .keep = AT_KEEP_NVM

static const struct at_command rows[] = {
    { .name = "#PKTSZ",
      .help = "Packet size of the single socket; 0 is the default.",
      AT_PARAMS(size_params),
      KEPT },
    { .name = "#SKTTO",
      .help = "Longest silence on the single socket in seconds.",
      AT_PARAMS(idle_params),
      KEPT },
    { .name = "#SKTCT",
      .help = "Longest dial of the single socket in 0.1 s.",
      AT_PARAMS(connect_params),
      KEPT },
    { .name = "#SKTSET", .help = "Where #SKTOP goes.", AT_PARAMS(target_params), KEPT },
    { .name = "#SKTSAV",
      .help = "Stores the settings of the single socket, as they are already.",
      .source = NOTE,
      .coverage = AT_ANSWERED,
      .only_on = TELIT_2G,
      .acts = true,
      .run = run_save },
};
const struct at_commands telit_single_config = AT_COMMANDS(rows);

enum at_status telit_single_reset(struct at_session *at)
{
    void *record = record_if(at, 0);

    for (size_t i = 0; record != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].record == NULL)
            continue;
        at_args_preset(&rows[i], at_model_of(at), at_dialect_of(at), record, 0);
        if (keep_row(at, &rows[i], 0) != ERR_OK)
            return at_refuse_storage(at, TELIT_MEMORY_FAILURE, ERR_IO);
    }
    if (record != NULL)
        make_record(at, 0); /* it may be given back now */
    return AT_OK;
}
