/* fibocom_http_params.c: the parameters of +HTTPSET, and what is set.
 *
 * Source: Fibocom NL668 AT Commands HTTP V1.2.3 §1.1.
 */
#include "personalities/fibocom/fibocom.h"

#include <assert.h>

static const struct {
    const char *name;
    const char *words; /* values that it takes; NULL: any */
} param_rows[HTTP_PARAM_COUNT] = {
    [HTTP_PARAM_URL] = { "URL", NULL },
    [HTTP_PARAM_AGENT] = { "UAGENT", NULL },
    [HTTP_PARAM_CONTENT_TYPE] = { "CONTYPE", NULL },
    [HTTP_PARAM_ACCEPT] = { "ACCEPT", NULL },
    [HTTP_PARAM_HEADER] = { "RESPONSEHEADER", "01" },
    [HTTP_PARAM_MODE] = { "MODE", "01" },
    [HTTP_PARAM_REDIRECT] = { "REDIR", "01" },
    [HTTP_PARAM_RANGE] = { "RANGE", NULL },
};

const char *fibocom_http_param_name(size_t param)
{
    assert(param < HTTP_PARAM_COUNT);
    return param_rows[param].name;
}

size_t fibocom_http_param(struct span name)
{
    size_t param = 0;

    while (param < HTTP_PARAM_COUNT && !span_equal(name, span_of(param_rows[param].name)))
        param++;
    return param;
}

bool fibocom_http_param_takes(size_t param, struct span value)
{
    const char *words = param_rows[param].words;

    assert(param < HTTP_PARAM_COUNT);
    if (words == NULL)
        return true;
    return value.len == 1 && value.data[0] != '\0' && strchr(words, value.data[0]) != NULL;
}

const char *fibocom_http_value(const struct tlsmodem *modem, size_t param)
{
    const char *value = ((const struct fibocom *)modem->maker)->http_values[param];

    assert(param < HTTP_PARAM_COUNT);
    return value == NULL && param_rows[param].words != NULL ? "0" : at_text(value);
}
