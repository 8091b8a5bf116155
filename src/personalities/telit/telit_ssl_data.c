/* telit_ssl_data.c: #SSLSECDATA: certificates and the private key.  Telit 1vv0300989 r12 §4.3. */
#include "personalities/telit/telit.h"

#include "base/wipe.h"

#include <string.h>

enum { DATA_STORE, DATA_ACTION, DATA_TYPE, DATA_SIZE };

enum { ACTION_DELETE, ACTION_STORE, ACTION_READ, ACTION_STORE_RAM };

/* DataType numbers of the manual; its order is ours. */
static enum credential_kind kind_of(int32_t data_type)
{
    return (enum credential_kind)data_type;
}

static enum at_status fail_storage(struct at_session *at, enum err err)
{
    return at_refuse_storage(
        at, err == ERR_FULL || err == ERR_NO_MEMORY ? TELIT_MEMORY_FULL : TELIT_MEMORY_FAILURE,
        err);
}

static enum at_status delete (struct at_session *at, const struct at_args *args) {
    enum err err = telit_credentials_remove(&telit_of(at)->credentials,
                                            (size_t)args->list[DATA_STORE].number,
                                            kind_of(args->list[DATA_TYPE].number));

    telit_session_forget(telit_ssl_if(at, args->list[DATA_STORE].number));
    return err == ERR_OK ? AT_OK : fail_storage(at, err);
}

static enum at_status read_data(struct at_session *at, const struct at_args *args)
{
    uint8_t data[TELIT_DATA_MAX];
    size_t len;
    enum err err =
        telit_credentials_get(&telit_of(at)->credentials, (size_t)args->list[DATA_STORE].number,
                              kind_of(args->list[DATA_TYPE].number), data, sizeof(data), &len);

    if (err != ERR_OK && err != ERR_NOT_FOUND)
        return fail_storage(at, err);
    at_info(at, "#SSLSECDATA: %d,%d", (int)args->list[DATA_STORE].number,
            (int)args->list[DATA_TYPE].number);
    if (err == ERR_NOT_FOUND) {
        at_info(at, "%s", module_fact_text(module_of(at), FACT_NO_DATA_STORED));
        return AT_OK;
    }
    at_put(at, span_at(data, len));
    at_put_line_end(at);
    wipe(data, len);
    return AT_OK;
}

/* What the prompt of a terminal collects, a unit each. */
struct entry {
    bool open;
    size_t size; /* as declared */
    size_t store;
    enum credential_kind kind;
    bool in_ram;
};

static bool is_entry_idle(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return !((const struct entry *)state)->open;
}

const struct module_part telit_entries = { .size = sizeof(struct entry),
                                           .units = MODULE_TERMINALS_MAX,
                                           .is_idle = is_entry_idle };

/* What the guide forbids of PEM: each line ends with LF only, and nothing stands behind the last
 * (§4.3).  NULL: nothing of it. */
static const char *what_is_forbidden(struct span pem)
{
    static const char begin[] = "-----BEGIN ", end[] = "-----END ";
    size_t at = pem.len;
    struct span last;

    if (!span_contains(pem, begin) || !span_contains(pem, end))
        return NULL; /* another matter, of the dial */
    if (memchr(pem.data, '\r', pem.len) != NULL)
        return "its lines end with CR";
    if (memcmp(pem.data, begin, sizeof(begin) - 1) != 0)
        return "it does not begin with its line -----BEGIN";
    while (pem.len - at < sizeof(end) - 1 || memcmp(pem.data + at, end, sizeof(end) - 1) != 0)
        at--;
    last = span_skip(pem, at);
    while (last.len > 0 && last.data[0] != '\n')
        last = span_skip(last, 1);
    return last.len > 1 ? "something stands behind its line -----END" : NULL;
}

static void warn_of_forbidden(struct at_session *at, const struct entry *entry, struct span pem)
{
    const struct telit_ssl_slot *slot = telit_ssl_slot(at, (int32_t)entry->store);
    const char *forbidden = slot->settings.der == 0 ? what_is_forbidden(pem) : NULL;

    if (forbidden != NULL)
        log_say(at_log_of(at), LOG_WARNING,
                "security data %zu/%d: %s; it is stored, but the guide allows LF alone and nothing "
                "before or behind, and a module may not read it",
                entry->store, (int)entry->kind, forbidden);
}

static enum at_status on_entered(struct at_session *at, void *ctx, enum at_prompt_end end,
                                 struct span payload)
{
    struct entry *entry = ctx;
    enum err err;

    entry->open = false;
    if (payload.len > entry->size)
        module_note_fact(module_of(at), FACT_PEM_TOLERANCE);
    switch (end) {
    case AT_PROMPT_ABORTED:
        return AT_OK;
    case AT_PROMPT_TIMED_OUT:
        return at_refuse_prompt(at, FACT_PLAIN_ERROR, end, payload.len);
    case AT_PROMPT_OVERFLOW:
        return at_refuse_prompt(at, FACT_ERROR_ENTRY_TOO_LONG, end, payload.len);
    case AT_PROMPT_COMPLETE:
    case AT_PROMPT_ESCAPED:
        break;
    }
    if (payload.len == 0)
        return at_refuse(at, FACT_ERROR_ENTRY_EMPTY, "nothing was entered; what is stored stays");
    err = telit_credentials_put(&telit_of(at)->credentials, entry->store, entry->kind,
                                entry->in_ram, payload);
    telit_session_forget(telit_ssl_if(at, (int32_t)entry->store));
    if (err == ERR_OK)
        warn_of_forbidden(at, entry, payload);
    log_trace(at_log_of(at), TRACE_STORE, "security data %zu/%d: %zu bytes: %s", entry->store,
              (int)entry->kind, payload.len, err_text(err));
    return err == ERR_OK ? AT_OK : fail_storage(at, err);
}

static enum at_status enter(struct at_session *at, const struct at_args *args, bool in_ram)
{
    const struct telit_ssl_slot *slot = telit_ssl_slot(at, args->list[DATA_STORE].number);
    struct entry *entry = module_part(module_of(at), &telit_entries, terminal_of(at)->index);
    size_t size = (size_t)args->list[DATA_SIZE].number;
    size_t longest = module_limit(module_of(at), LIMIT_DATA_SIZE);
    size_t most = size + (size_t)module_fact_peek(module_of(at), FACT_PEM_TOLERANCE);
    struct at_prompt prompt = {
        .max = size, .exact = slot->settings.der != 0, .on_done = on_entered, .ctx = entry
    };

    prompt.secret = true;
    prompt.edits = !prompt.exact;
    if (!args->list[DATA_SIZE].given)
        return at_refuse(at, FACT_ERROR_SYNTAX, "<Size> is missing; it is how many bytes follow");
    if (size == 0)
        return at_refuse(at, FACT_ERROR_RANGE, "<Size> is 0; it is how many bytes follow");
    if (!prompt.exact)
        prompt.max = most < longest ? most : longest;
    if (entry == NULL)
        return fail_storage(at, ERR_NO_MEMORY);
    *entry = (struct entry){ .size = size,
                             .store = (size_t)args->list[DATA_STORE].number,
                             .kind = kind_of(args->list[DATA_TYPE].number),
                             .in_ram = in_ram };
    entry->open = at_prompt(at, &prompt) == AT_LATER;
    return entry->open ? AT_LATER : AT_FAIL;
}

static enum at_status set_data(struct at_session *at, const struct at_args *args)
{
    switch (args->list[DATA_ACTION].number) {
    case ACTION_DELETE:
        return delete (at, args);
    case ACTION_READ:
        return read_data(at, args);
    default:
        return enter(at, args, args->list[DATA_ACTION].number == ACTION_STORE_RAM);
    }
}

/* What is stored may be read while the socket is open. */
static enum at_status guard_data(struct at_session *at, const struct at_args *args)
{
    if (args->list[DATA_ACTION].number != ACTION_READ ||
        telit_ssl_is_closed(at, args->list[DATA_STORE].number))
        return telit_ssl_guard_config(at, args);
    return telit_ssl_active(at, args->list[DATA_STORE].number) != NULL ? AT_OK : AT_FAIL;
}

/* Size from 1: 0 is taken beside actions that have none. */
static enum at_status test_data(struct at_session *at)
{
    size_t stores = module_limit(module_of(at), LIMIT_SECURE_SOCKETS);
    int actions = (int)module_limit(module_of(at), LIMIT_DATA_ACTION);
    int longest = (int)module_limit(module_of(at), LIMIT_DATA_SIZE);

    if (stores == 1)
        at_info(at, "#SSLSECDATA: (1),(0-%d),(0-2),(1-%d)", actions, longest);
    else
        at_info(at, "#SSLSECDATA: (1-%zu),(0-%d),(0-2),(1-%d)", stores, actions, longest);
    return AT_OK;
}

static enum at_status read_stored(struct at_session *at)
{
    const struct telit_credentials *credentials = &telit_of(at)->credentials;

    for (size_t store = 1; store <= credentials->store_count; store++)
        at_info(at, "#SSLSECDATA: %zu,%d,%d,%d", store,
                telit_credentials_has(credentials, store, CREDENTIAL_CERTIFICATE),
                telit_credentials_has(credentials, store, CREDENTIAL_CA),
                telit_credentials_has(credentials, store, CREDENTIAL_KEY));
    return AT_OK;
}

static const struct at_param data_params[] = {
    { .name = "storeId", .min = 1, .max_limit = LIMIT_SECURE_SOCKETS },
    { .name = "Action", .max_limit = LIMIT_DATA_ACTION },
    { .name = "DataType", .max = 2 },
    { .name = "Size", .optional = true, .max_limit = LIMIT_DATA_SIZE },
    { .name = "reserved", .optional = true, .hidden = true, .max = 255 }, /* the maker's library */
};

static const struct at_command rows[] = {
    { .name = "#SSLSECDATA",
      .help = "Stores, reads and deletes certificates and the private key.",
      .source = "1vv0300989 r12 §4.3",
      AT_PARAMS(data_params),
      .guard_read = telit_ssl_guard_read,
      .guard_set = guard_data,
      .test = test_data,
      .set = set_data,
      .read = read_stored },
};
const struct at_commands telit_ssl_data = AT_COMMANDS(rows);
