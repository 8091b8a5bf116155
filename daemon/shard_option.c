/* shard_option.c: see shard_option.h. */
#include "shard_option.h"

#include "base/number.h"

#include <stdlib.h>
#include <string.h>

static bool read_number(struct span digits, int32_t min, int32_t max, uint32_t *ret_number)
{
    int32_t number;

    if (!number_parse(digits, &number) || number < min || number > max)
        return false;
    *ret_number = (uint32_t)number;
    return true;
}

bool shard_option_read(const char *value, struct shard *ret_shard, struct text *error)
{
    size_t slash = strcspn(value, "/");
    struct shard shard = { .count = 0 };

    if (value[slash] == '/' &&
        read_number(span_of(value + slash + 1), 1, SHARDS_MAX, &shard.count) &&
        read_number(span_at(value, slash), 0, (int32_t)shard.count - 1, &shard.index)) {
        *ret_shard = shard;
        return true;
    }
    text_add(error, "--shard: \"%s\" is no shard; allowed: I/N, N from 1 to %d, I from 0 to N - 1",
             value, SHARDS_MAX);
    return false;
}

static const char *value_of(const char *variable)
{
    const char *value = getenv(variable);

    return value != NULL && value[0] != '\0' ? value : NULL;
}

/* A StatefulSet's pods are named NAME-0, NAME-1 and so on. */
static const char *ordinal_in(const char *name)
{
    const char *dash = strrchr(name, '-');

    return dash != NULL && dash != name ? dash + 1 : name;
}

bool shard_option_from_environment(struct shard *ret_shard, struct text *error)
{
    const char *name = "JOB_COMPLETION_INDEX";
    const char *count = value_of("TLSMODEM_SHARDS"), *index = value_of(name), *ordinal;
    struct shard shard = { .count = 0 };

    if (count == NULL) {
        *ret_shard = shard;
        return true;
    }
    if (!read_number(span_of(count), 1, SHARDS_MAX, &shard.count)) {
        text_add(error, "TLSMODEM_SHARDS: \"%s\" is no number of shards; allowed: 1 to %d", count,
                 SHARDS_MAX);
        return false;
    }
    if (index == NULL)
        index = value_of(name = "TLSMODEM_SHARD");
    if (index == NULL) {
        text_add(error,
                 "TLSMODEM_SHARDS is %s, but neither JOB_COMPLETION_INDEX nor "
                 "TLSMODEM_SHARD says which of them this process is; --shard I/N does",
                 count);
        return false;
    }
    ordinal = strcmp(name, "TLSMODEM_SHARD") == 0 ? ordinal_in(index) : index;
    if (!read_number(span_of(ordinal), 0, (int32_t)shard.count - 1, &shard.index)) {
        text_add(error, "%s: \"%s\" is none of %s shards; allowed: 0 to %u%s", name, index, count,
                 (unsigned)shard.count - 1, ordinal != index ? ", also behind a name and -" : "");
        return false;
    }
    *ret_shard = shard;
    return true;
}

bool shard_has(const struct shard *shard, uint32_t number)
{
    return shard->count == 0 || number % shard->count == shard->index;
}
