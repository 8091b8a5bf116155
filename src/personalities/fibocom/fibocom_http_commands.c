/* fibocom_http_commands.c: +HTTPSET, +HTTPDATA, +HTTPHEAD and +HTTPACT.
 *
 * Source: Fibocom NL668 AT Commands HTTP V1.2.3 §1.1 to §1.3; docs/facts/fibocom.md §3.
 */
#include "personalities/fibocom/fibocom.h"

#include "base/letters.h"

enum { SET_PARAM, SET_VALUE };

/* RANGE is given back by the word NULL, or by no value at all (HTTP V1.2.3 §1.1.4). */
static struct span value_of(size_t param, const struct at_arg *value)
{
    bool is_none =
        !value->given || (param == HTTP_PARAM_RANGE && letters_equal(value->text, span_of("NULL")));

    return is_none ? span_at(NULL, 0) : value->text;
}

static void *param_record(struct at_session *at, size_t index)
{
    return &fibocom_of(at)->http_values[index];
}

static enum at_status set_param(struct at_session *at, const struct at_args *args)
{
    char **values = fibocom_of(at)->http_values;
    char *next = NULL, *before;
    size_t param = fibocom_http_param(args->list[SET_PARAM].text);
    struct span value = value_of(param, &args->list[SET_VALUE]);

    if (param == HTTP_PARAM_COUNT)
        return at_refuse(at, FACT_ERROR_RANGE,
                         "there is no such <httpParam>; AT+HTTPSET? lists them");
    if (!args->list[SET_VALUE].given && param != HTTP_PARAM_RANGE)
        return at_refuse(at, FACT_ERROR_RANGE, "\"%s\" needs a value",
                         fibocom_http_param_name(param));
    if (!fibocom_http_param_takes(param, value))
        return at_refuse(at, FACT_ERROR_RANGE, "\"%s\" does not take this value",
                         fibocom_http_param_name(param));
    if (!at_text_set(&next, value))
        return at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
    before = values[param];
    values[param] = next;
    if (at_keep(at, param) == ERR_OK) {
        at_text_set(&before, span_at(NULL, 0));
        return AT_OK;
    }
    at_text_set(&values[param], span_at(NULL, 0));
    values[param] = before;
    return at_refuse_storage(at, FIBOCOM_MEMORY_FAILURE, ERR_IO);
}

static enum at_status read_params(struct at_session *at)
{
    for (size_t i = 0; i < HTTP_PARAM_COUNT; i++)
        at_info(at, "+HTTPSET: \"%s\",\"%s\"", fibocom_http_param_name(i),
                fibocom_http_value(module_of(at), i));
    return AT_OK;
}

static enum at_status refuse_busy(struct at_session *at)
{
    return at_refuse(at, FACT_ERROR_STATE, "another HTTP command is under way");
}

/* What was entered is kept only when all of it came. */
static enum at_status on_entered(struct at_session *at, void *ctx, enum at_prompt_end end,
                                 struct span payload)
{
    struct bytes *bytes = ctx;
    struct fibocom_http *http = module_part_if(module_of(at), &fibocom_http_part, 0);

    if (end == AT_PROMPT_TIMED_OUT)
        module_note_fact(http->modem,
                         bytes == &http->data ? FACT_HTTP_DATA_IDLE_MS : FACT_HTTP_HEAD_IDLE_MS);
    http->entering = false; /* which has kept it there */
    if (end == AT_PROMPT_COMPLETE) {
        bytes_commit(bytes, payload.len);
        return AT_OK;
    }
    bytes_free(bytes);
    return at_refuse_prompt(at, FACT_ERROR_STATE, end, payload.len);
}

/* `idle_fact` is how long it waits for the next byte. */
static enum at_status enter(struct at_session *at, struct fibocom_http *http, struct bytes *bytes,
                            size_t len, int32_t idle_fact)
{
    struct at_prompt prompt = { .max = len,
                                .exact = true,
                                .echo = AT_ECHO_OFF,
                                .idle_ms = (uint32_t)module_fact_peek(http->modem, idle_fact),
                                .on_done = on_entered,
                                .ctx = bytes };

    if (fibocom_http_is_busy(http))
        return refuse_busy(at);
    bytes_free(bytes);
    if (bytes_reserve(bytes, len) != ERR_OK)
        return at_refuse_memory(at, FIBOCOM_MEMORY_FAILURE);
    prompt.memory = bytes->data;
    http->entering = true;
    return at_prompt(at, &prompt);
}

static enum at_status set_data(struct at_session *at, const struct at_args *args)
{
    struct fibocom_http *http = fibocom_http_of(at);

    if (http == NULL)
        return AT_FAIL;
    return enter(at, http, &http->data, (size_t)args->list[0].number, FACT_HTTP_DATA_IDLE_MS);
}

static enum at_status set_head(struct at_session *at, const struct at_args *args)
{
    struct fibocom_http *http = fibocom_http_of(at);

    if (http == NULL)
        return AT_FAIL;
    return enter(at, http, &http->head, (size_t)args->list[0].number, FACT_HTTP_HEAD_IDLE_MS);
}

static enum at_status answer_ok(struct at_session *at)
{
    (void)at;
    return AT_OK;
}

enum { ACT_MODE, ACT_TIMER };

static enum at_status set_action(struct at_session *at, const struct at_args *args)
{
    struct fibocom_http *http = fibocom_http_of(at);
    const struct at_arg *timer = &args->list[ACT_TIMER];

    if (http == NULL)
        return AT_FAIL;
    if (!fibocom_context(module_of(at))->active)
        return fibocom_refuse_offline(at);
    if (fibocom_http_is_busy(http))
        return refuse_busy(at);
    if (fibocom_of(at)->http_values[HTTP_PARAM_URL] == NULL)
        return at_refuse(at, FACT_ERROR_STATE,
                         "there is no address; AT+HTTPSET=\"URL\",\"<address>\" first");
    return fibocom_http_begin(http, terminal_of(at), args->list[ACT_MODE].number, timer);
}

static const struct at_param set_params[] = {
    { .name = "httpParam", .type = AT_STRING, .min = 1, .max = 20 },
    { .name = "httpParamValue",
      .type = AT_STRING,
      .optional = true,
      .max = FIBOCOM_HTTP_VALUE_MAX,
      .owned = true,
      .bound = 1 }, /* the record is the value */
};
static const struct at_param data_params[] = {
    { .name = "length", .min = 1, .max = FACT_HTTP_DATA_MAX },
};
static const struct at_param head_params[] = {
    { .name = "length", .min = 1, .max = FACT_HTTP_HEAD_MAX },
};
static const struct at_param action_params[] = {
    { .name = "mode", .max = 2 },
    { .name = "timernum", .optional = true, .min = 1, .max = FACT_HTTP_TIMER_MAX_S },
};

static const struct at_command rows[] = {
    { .name = "+HTTPSET",
      .help = "Parameters of HTTP and HTTPS by name: URL, UAGENT, CONTYPE, ACCEPT, REDIR, RANGE …",
      .source = "NL668 HTTP V1.2.3 §1.1",
      AT_PARAMS(set_params),
      .test_text = "(\"URL,UAGENT,CONTYPE,ACCEPT,RESPONSEHEADER,MODE,REDIR,RANGE\"),(0-255)",
      .record_count_limit = LIMIT_HTTP_PARAMS,
      .record = param_record,
      .keep = AT_KEEP_NVM,
      .set = set_param,
      .read = read_params },
    { .name = "+HTTPDATA",
      .help = "Takes the data of a POST.",
      .source = "NL668 HTTP V1.2.3 §1.2",
      AT_PARAMS(data_params),
      .set = set_data,
      .read = answer_ok },
    { .name = "+HTTPHEAD",
      .help = "Takes header fields of the request.",
      .source = "NL668 HTTP V1.2.3 §1.5",
      AT_PARAMS(head_params),
      .set = set_head,
      .read = answer_ok },
    { .name = "+HTTPACT",
      .help = "0 GET, 1 POST, 2 HEAD.  OK at once; +HTTP or +HTTPS; +HTTPRES when all has come, "
              "with MODE 1 the header.",
      .source = "NL668 HTTP V1.2.3 §1.3",
      AT_PARAMS(action_params),
      .set = set_action,
      .read = answer_ok },
};
const struct at_commands fibocom_http = AT_COMMANDS(rows);
