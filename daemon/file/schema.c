/* schema.c: the shape of a file, as libcyaml's tables. */
#include "file/schema.h"

#include "file/tree.h"
#include "plan/verdict_options.h"
#include "tlsmodem.h"

#include <assert.h>

/* All keys may be missing; what must be there depends on defaults, and on other keys. */
enum { MAY = CYAML_FLAG_OPTIONAL, MODELS_MAX = 256 };

#define TEXT(key, structure, member)                                                               \
    CYAML_FIELD_STRING_PTR(key, MAY, structure, member, 1, FILE_TEXT_MAX)
#define NUMBER(key, structure, member) CYAML_FIELD_UINT_PTR(key, MAY, structure, member)
#define OWN(key)                       CYAML_FIELD_IGNORE(key, CYAML_FLAG_OPTIONAL)
#define LIST(key, structure, member, entry, min, max)                                              \
    CYAML_FIELD_SEQUENCE(key, MAY | CYAML_FLAG_POINTER, structure, member, entry, min, max)

static const cyaml_schema_value_t text = { CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1,
                                                              FILE_TEXT_MAX) };

static const cyaml_schema_field_t port_fields[] = {
    TEXT("pty", struct file_port, pty),
    TEXT("unix", struct file_port, unix_path),
    TEXT("tcp", struct file_port, tcp),
    TEXT("tcp-each", struct file_port, tcp_each),
    TEXT("uart", struct file_port, uart),
    TEXT("rfc2217", struct file_port, rfc2217),
    TEXT("tcp-tls", struct file_port, tcp_tls),
    TEXT("cert", struct file_port, cert),
    TEXT("key", struct file_port, key),
    TEXT("ca", struct file_port, ca),
    CYAML_FIELD_BOOL_PTR("stdio", MAY, struct file_port, stdio),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t port = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_port,
                                                               port_fields) };

static const cyaml_schema_field_t operator_fields[] = {
    TEXT("name", struct file_operator, name),
    TEXT("code", struct file_operator, code),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t sms_fields[] = {
    TEXT("send", struct file_sms, send),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t network_fields[] = {
    TEXT("follow", struct file_network, follow),
    TEXT("signal", struct file_network, signal),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t tls_fields[] = {
    TEXT("preset", struct file_tls, preset),
    TEXT("min", struct file_tls, min),
    TEXT("max", struct file_tls, max),
    TEXT("suites", struct file_tls, suites),
    TEXT("verify", struct file_tls, verify),
    TEXT("ca", struct file_tls, ca),
    TEXT("cert", struct file_tls, cert),
    TEXT("key", struct file_tls, key),
    TEXT("sni", struct file_tls, sni),
    TEXT("minimum", struct file_tls, minimum),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t policy_fields[] = {
    CYAML_FIELD_MAPPING_PTR("tls", MAY, struct file_policy_keys, tls, tls_fields),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t answer_fields[] = {
    TEXT("command", struct file_answer, command),
    LIST("lines", struct file_answer, lines, &text, 0, FILE_LINES_MAX),
    TEXT("result", struct file_answer, result),
    NUMBER("delay", struct file_answer, delay_ms),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t answer = { CYAML_VALUE_MAPPING(
    CYAML_FLAG_DEFAULT, struct file_answer, answer_fields) };

static const cyaml_schema_field_t host_fields[] = {
    TEXT("name", struct file_host, name),
    TEXT("transcript", struct file_host, transcript),
    OWN("values"),
    OWN("certificates"),
    TEXT("ramp", struct file_host, ramp),
    TEXT("on-error", struct file_host, on_error),
    TEXT("patience", struct file_host, patience),
    NUMBER("seed", struct file_host, seed),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t host = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_host,
                                                               host_fields) };

/* The models that there are; filled by file_schema(). */
static cyaml_strval_t modules[MODELS_MAX];

enum { MODULE_FIELD = 3 };

static cyaml_schema_field_t modem_fields[] = {
    TEXT("name", struct file_modem, name),
    NUMBER("count", struct file_modem, count),
    NUMBER("first", struct file_modem, first),
    [MODULE_FIELD] =
        CYAML_FIELD_ENUM_PTR("module", MAY | CYAML_FLAG_STRICT | CYAML_FLAG_CASE_INSENSITIVE,
                             struct file_modem, module, modules, 0),
    TEXT("imei", struct file_modem, imei),
    TEXT("imei-file", struct file_modem, imei_file),
    TEXT("imsi", struct file_modem, imsi),
    TEXT("iccid", struct file_modem, iccid),
    CYAML_FIELD_MAPPING_PTR("operator", MAY, struct file_modem, network_operator, operator_fields),
    NUMBER("signal", struct file_modem, signal),
    LIST("ports", struct file_modem, ports, &port, 1, TLSMODEM_TERMINALS_MAX),
    TEXT("host", struct file_modem, host),
    TEXT("state", struct file_modem, state),
    TEXT("clock", struct file_modem, clock),
    OWN("credentials"),
    LIST("at-start", struct file_modem, at_start, &text, 0, FILE_LINES_MAX),
    LIST("answers", struct file_modem, answers, &answer, 0, FILE_ANSWERS_MAX),
    OWN("facts"),
    OWN("map"),
    LIST("allow", struct file_modem, allow, &text, 1, FILE_PLACES_MAX),
    LIST("deny", struct file_modem, deny, &text, 0, FILE_PLACES_MAX),
    TEXT("source", struct file_modem, source),
    TEXT("link", struct file_modem, link),
    LIST("faults", struct file_modem, faults, &text, 0, FILE_LINES_MAX),
    CYAML_FIELD_MAPPING_PTR("sms", MAY, struct file_modem, sms, sms_fields),
    TEXT("ppp", struct file_modem, ppp),
    CYAML_FIELD_MAPPING_PTR("network", MAY, struct file_modem, network, network_fields),
    CYAML_FIELD_MAPPING_PTR("policy", MAY, struct file_modem, policy, policy_fields),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t modem = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT,
                                                                struct file_modem, modem_fields) };

static const cyaml_schema_field_t root_fields[] = {
    LIST("include", struct file_root, include, &text, 0, FILE_INCLUDES_MAX),
    CYAML_FIELD_MAPPING_PTR("defaults", MAY, struct file_root, defaults, modem_fields),
    LIST("modems", struct file_root, modems, &modem, 0, FILE_MODEMS_MAX),
    TEXT("control", struct file_root, control),
    TEXT("control-token-file", struct file_root, control_token_file),
    TEXT("metrics", struct file_root, metrics),
    TEXT("metrics-file", struct file_root, metrics_file),
    TEXT("summary", struct file_root, summary),
    LIST("fail-if", struct file_root, fail_if, &text, 1, FAIL_IF_MAX),
    TEXT("start-at", struct file_root, start_at),
    CYAML_FIELD_MAPPING_PTR("policy", MAY, struct file_root, policy, policy_fields),
    LIST("hosts", struct file_root, hosts, &host, 0, FILE_HOSTS_MAX),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t root = { CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file_root,
                                                               root_fields) };

const cyaml_schema_value_t *file_schema(void)
{
    cyaml_schema_value_t *module = &modem_fields[MODULE_FIELD].value;
    const struct tlsmodem_model *model;
    uint32_t count = 0;

    if (module->enumeration.count == 0) {
        while ((model = tlsmodem_model_at(count)) != NULL) {
            assert(count < MODELS_MAX);
            modules[count] = (cyaml_strval_t){ model->name, count };
            count++;
        }
        module->enumeration.count = count;
    }
    return &root;
}
