/* packet.c: PDP contexts as 27.007 chapter 10 has them. */
#include "personalities/common/common.h"

#include <assert.h>
#include <string.h>

void *common_context_record(struct at_session *at, size_t index)
{
    assert(index < module_of(at)->network.context_count);
    return network_context_if(&module_of(at)->network, index + 1);
}

void *common_context_make_record(struct at_session *at, size_t index)
{
    assert(index < module_of(at)->network.context_count);
    return network_context_make(&module_of(at)->network, index + 1);
}

static enum at_status read_contexts(struct at_session *at)
{
    struct module_network *network = &module_of(at)->network;

    for (size_t cid = 1; cid <= network->context_count; cid++) {
        const struct module_context *context = network_context(network, cid);

        if (context->type[0] != '\0')
            at_info(at, "+CGDCONT: %zu,\"%s\",\"%s\",\"%s\",%d,%d", cid, context->type,
                    at_text(context->apn), at_text(context->address),
                    (int)context->data_compression, (int)context->header_compression);
    }
    return AT_OK;
}

/* Defines a context; the cid alone makes it undefined.  One that is up stays so: what is new counts
 * when it is activated again, as for a host that restarts while its module does not. */
enum at_status common_context_set(struct at_session *at, const struct at_args *args)
{
    size_t cid = (size_t)args->list[0].number;
    struct module_network *network = &module_of(at)->network;
    struct module_context *context, before, given = { .active = false };

    context = network_context_make(network, cid);
    if (context == NULL)
        return at_refuse_memory(at, CME_MEMORY_FAILURE);
    before = *context;
    given.active = before.active;
    at_args_preset(at_row(at), at_model_of(at), at_dialect_of(at), &given, cid - 1);
    if (!at_args_bind(at_row(at), args, &given))
        return at_refuse_memory(at, CME_MEMORY_FAILURE);
    *context = given;
    if (at_keep(at, cid - 1) == ERR_OK) {
        at_args_release(at_row(at), &before);
        return AT_OK;
    }
    at_args_release(at_row(at), context);
    *context = before;
    return at_refuse_storage(at, CME_MEMORY_FAILURE, ERR_IO);
}

enum at_status common_refuse_activation(struct at_session *at, size_t cid, int32_t code,
                                        const char *how)
{
    struct module_network *network = &module_of(at)->network;
    const struct module_context *context = network_context(network, cid);

    if (context != NULL && context->type[0] == '\0')
        return at_refuse(at, code, "context %zu is not defined; AT%s first", cid, how);
    return at_refuse(at, code, "there is no network: +CREG: %d", network_stat(network));
}

static enum at_status read_attached(struct at_session *at)
{
    struct module_network *network = &module_of(at)->network;

    at_info(at, "+CGATT: %d", network->attached && network_is_registered(network));
    return AT_OK;
}

static enum at_status set_attached(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    bool attached = args->list[0].number == 1;

    if (attached && !network_is_registered(&modem->network))
        return at_refuse(at, CME_NO_NETWORK, "there is no network to attach to (+CREG: %d)",
                         network_stat(&modem->network));
    modem->network.attached = attached;
    network_update(modem);
    return AT_OK;
}

static enum at_status read_active(struct at_session *at)
{
    struct module_network *network = &module_of(at)->network;

    for (size_t cid = 1; cid <= network->context_count; cid++) {
        const struct module_context *context = network_context(network, cid);

        if (context->type[0] != '\0')
            at_info(at, "+CGACT: %zu,%d", cid, context->active);
    }
    return AT_OK;
}

enum { ACTIVE_STATE, ACTIVE_CID };

/* Without a cid: all contexts that are defined. */
static enum at_status set_active(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    const struct at_arg *only = &args->list[ACTIVE_CID];

    for (size_t cid = 1; cid <= modem->network.context_count; cid++) {
        if (only->given ? only->number != (int32_t)cid
                        : network_context(&modem->network, cid)->type[0] == '\0')
            continue;
        if (args->list[ACTIVE_STATE].number == 0)
            network_deactivate(modem, cid);
        else if (!network_activate(&modem->network, cid))
            return common_refuse_activation(at, cid, CME_NOT_ALLOWED, "+CGDCONT");
    }
    return AT_OK;
}

static enum at_status answer_address(struct at_session *at, size_t cid)
{
    char address[MODULE_ADDRESS_MAX + 1] = "";

    if (network_context(&module_of(at)->network, cid)->active)
        network_address(cid, address, sizeof(address));
    at_info(at, "+CGPADDR: %zu,\"%s\"", cid, address);
    return AT_OK;
}

static enum at_status set_address(struct at_session *at, const struct at_args *args)
{
    return answer_address(at, (size_t)args->list[0].number);
}

static enum at_status run_address(struct at_session *at)
{
    struct module_network *network = &module_of(at)->network;

    for (size_t cid = 1; cid <= network->context_count; cid++) {
        if (network_context(network, cid)->type[0] != '\0')
            answer_address(at, cid);
    }
    return AT_OK;
}

#define CONTEXT(field) AT_BIND(module_context, field)

const struct at_param common_context_params[COMMON_CONTEXT_PARAMS] = {
    { .name = "cid", .min = 1, .max_limit = LIMIT_CONTEXTS },
    { .name = "PDP_type",
      .type = AT_STRING,
      .optional = true,
      .values = "\"IP\"",
      .words = "IP,IPV6,IPV4V6,PPP",
      .max = 7,
      .bound = CONTEXT(type) },
    { .name = "APN",
      .type = AT_STRING,
      .optional = true,
      .max = MODULE_APN_MAX,
      .owned = true,
      .bound = CONTEXT(apn) },
    { .name = "PDP_addr",
      .type = AT_STRING,
      .optional = true,
      .max = MODULE_ADDRESS_MAX,
      .owned = true,
      .bound = CONTEXT(address) },
    { .name = "d_comp", .optional = true, .max = 1, .bound = CONTEXT(data_compression) },
    { .name = "h_comp", .optional = true, .max = 1, .bound = CONTEXT(header_compression) },
};
static const struct at_param attach_params[] = { { .name = "state", .max = 1 } };
static const struct at_param active_params[] = {
    { .name = "state", .max = 1 },
    { .name = "cid", .optional = true, .min = 1, .max_limit = LIMIT_CONTEXTS },
};
static const struct at_param cid_params[] = {
    { .name = "cid", .min = 1, .max_limit = LIMIT_CONTEXTS },
};

static const struct at_command rows[] = {
    { .name = "+CGDCONT",
      .help = "Defines a PDP context.",
      .source = "27.007 10.1.1",
      AT_PARAMS(common_context_params),
      .record_count_limit = LIMIT_CONTEXTS,
      .record = common_context_record,
      .make_record = common_context_make_record,
      .keep = AT_KEEP_NVM,
      .set = common_context_set,
      .read = read_contexts },
    { .name = "+CGATT",
      .help = "Attachment to the packet domain.",
      .source = "27.007 10.1.9",
      AT_PARAMS(attach_params),
      .set = set_attached,
      .read = read_attached },
    { .name = "+CGACT",
      .help = "Activates a PDP context, or ends it.",
      .source = "27.007 10.1.10",
      AT_PARAMS(active_params),
      .set = set_active,
      .read = read_active },
    { .name = "+CGPADDR",
      .help = "Address of a PDP context.",
      .source = "27.007 10.1.14",
      AT_PARAMS(cid_params),
      .run = run_address,
      .set = set_address },
};
const struct at_commands common_packet = AT_COMMANDS(rows);
