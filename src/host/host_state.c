/* host_state.c: what a host knows while it plays. */
#include "host/host_state.h"

#include <assert.h>

enum { HEARD_MAX = 4096 };

/* A variable that is being looked for, and memory for its value. */
struct finding {
    struct host *host;
    char value[MADE_CAP];
};

static bool find_given(void *ctx, struct span name, struct span *ret_value)
{
    struct host *host = ((struct finding *)ctx)->host;

    return values_find(&host->values, name, ret_value) ||
           host->ops->find(host->ctx, name, ret_value);
}

/* A length may be of what is made, too. */
static bool find(void *ctx, struct span name, struct span *ret_value)
{
    struct finding *finding = ctx;
    const struct fill_variables others = { find_given, finding };

    return find_given(finding, name, ret_value) ||
           made_find(&finding->host->made, name, &others, finding->value, ret_value);
}

enum err host_fill(struct host *host, const struct script_text *text, enum host_stream stream)
{
    struct finding finding = { .host = host };
    const struct fill_variables variables = { find, &finding };
    struct span unknown;
    enum err err;

    bytes_free(&host->text);
    err = fill_text(text, &variables, &host->positions[stream], &host->text, &unknown);
    assert(err != ERR_NOT_FOUND); /* programme_read() has looked */
    if (err == ERR_OK)
        bytes_trim(&host->text);
    return err;
}

enum err host_set(struct host *host, struct span name, struct span value)
{
    return values_set(&host->values, name, value);
}

void host_hear(struct host *host)
{
    struct terminal *terminal = host->terminal;
    size_t most = host->text.len > HEARD_MAX ? host->text.len : HEARD_MAX;
    struct span bytes;

    while ((bytes = terminal->ops->peek(terminal)).len > 0) {
        size_t heard = ears_bytes(&host->ears).len;
        size_t room = heard < most ? most - heard : 0;

        bytes.len = bytes.len < room ? bytes.len : room;
        if (bytes.len == 0 || ears_take(&host->ears, bytes) != ERR_OK)
            return;
        terminal->ops->consume(terminal, bytes.len);
    }
}

uint64_t host_since(const struct host *host, uint64_t us)
{
    return host->ops->now_us(host->ctx) - us;
}
