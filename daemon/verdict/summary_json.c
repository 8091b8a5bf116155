/* summary_json.c: see summary_json.h.
 *
 * Whoever reads looks at every member: what a file says goes into sums and onto a terminal. */
#include "verdict/summary_json.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    FORMAT = 1,
    BUCKETS = 1, /* those of base/time_buckets.h: other ones do not add up with them */
    MS_IN_S = 1000,
    TIME_CAP = sizeof("2026-12-01T12:00:00.000Z"),
    SECONDS_LEN = sizeof("2026-12-01T12:00:00") - 1,
    KEY_CAP = 80
};

/* ---- writing ---- */

static json_t *number_to(uint64_t value, uint64_t max)
{
    return json_integer((json_int_t)(value < max ? value : max));
}

static json_t *number(uint64_t value)
{
    return number_to(value, SUMMARY_COUNT_MAX);
}

static json_t *moment(int64_t ms)
{
    char text[TIME_CAP + 16];
    time_t s = (time_t)(ms / MS_IN_S);
    struct tm utc;
    size_t len;

    gmtime_r(&s, &utc);
    len = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text + len, sizeof(text) - len, ".%03dZ", (int)(ms % MS_IN_S));
    return json_string(text);
}

/* json_object_set_new() takes the value in any case, and NULL for a failure. */
static json_t *write_run(const struct summary_run *run)
{
    json_t *json = json_object();
    bool has_shard = run->shard_count > 0;
    int failed = json_object_set_new(json, "id", json_string(run->id));

    failed |= json_object_set_new(json, "tlsmodem", json_string(run->version));
    failed |=
        json_object_set_new(json, "shard", has_shard ? json_integer(run->shard) : json_null());
    failed |= json_object_set_new(json, "shards",
                                  has_shard ? json_integer(run->shard_count) : json_null());
    failed |= json_object_set_new(
        json, "seed", run->has_seed ? json_sprintf("%" PRIu64, run->seed) : json_null());
    failed |= json_object_set_new(json, "modems", number(run->modems));
    failed |= json_object_set_new(json, "start", moment(run->begun_ms));
    failed |= json_object_set_new(json, "end", moment(run->ended_ms));
    if (failed == 0)
        return json;
    json_decref(json);
    return NULL;
}

static json_t *write_buckets(const struct summary_times *times)
{
    json_t *list = json_array();
    int failed = 0;

    for (size_t i = 0; i < TIME_BUCKETS; i++) {
        json_t *pair;

        if (times->buckets[i] == 0)
            continue;
        pair = json_array();
        failed |= json_array_append_new(
            pair, i < TIME_BUCKETS - 1 ? json_integer((json_int_t)time_bucket_us(i)) : json_null());
        failed |= json_array_append_new(pair, number(times->buckets[i]));
        failed |= json_array_append_new(list, pair);
    }
    if (failed == 0)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *write_times(const struct summary_times *times)
{
    json_t *json = json_object();
    int failed = json_object_set_new(json, "count", number(times->count));

    if (times->is_timed) {
        failed |= json_object_set_new(json, "sum-us", number_to(times->sum_us, SUMMARY_US_MAX));
        failed |= json_object_set_new(json, "max-us", number_to(times->max_us, SUMMARY_US_MAX));
        failed |= json_object_set_new(json, "buckets", write_buckets(times));
    }
    if (failed == 0)
        return json;
    json_decref(json);
    return NULL;
}

static json_t *write_unexpected(const struct summary *summary)
{
    json_t *json = json_object(), *examples = json_array();
    int failed = json_object_set_new(json, "count", number(summary->unexpected));

    for (size_t i = 0; i < summary->surprise_count; i++) {
        const struct summary_surprise *surprise = &summary->surprises[i];

        failed |= json_array_append_new(
            examples, json_pack("{s:s,s:s,s:o}", "wanted", surprise->wanted, "came", surprise->came,
                                "count", number(surprise->count)));
    }
    failed |= json_object_set_new(json, "examples", examples);
    if (failed == 0)
        return json;
    json_decref(json);
    return NULL;
}

static json_t *write_all(const struct summary *summary)
{
    json_t *json = json_object(), *runs = json_array(), *times = json_object();
    json_t *errors = json_object();
    int failed = json_object_set_new(json, "tlsmodem-summary", json_integer(FORMAT));

    for (size_t i = 0; i < summary->run_count; i++)
        failed |= json_array_append_new(runs, write_run(&summary->runs[i]));
    for (size_t i = 0; i < SUMMARY_WHAT_COUNT; i++)
        failed |= json_object_set_new(times, summary_what_word((enum summary_what)i),
                                      write_times(&summary->times[i]));
    for (size_t i = 0; i < summary->kind_count; i++)
        failed |=
            json_object_set_new(errors, summary->kinds[i].name, number(summary->kinds[i].count));
    failed |= json_object_set_new(json, "buckets", json_integer(BUCKETS));
    failed |= json_object_set_new(json, "seen-by",
                                  json_string(summary->is_by_hosts ? "hosts" : "modems"));
    failed |= json_object_set_new(json, "runs", runs);
    failed |= json_object_set_new(json, "times", times);
    failed |= json_object_set_new(json, "errors", errors);
    failed |= json_object_set_new(json, "unexpected", write_unexpected(summary));
    if (failed == 0)
        return json;
    json_decref(json);
    return NULL;
}

char *summary_json_text(const struct summary *summary)
{
    json_t *json = write_all(summary);
    char *text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
    size_t len = text != NULL ? strlen(text) : 0;
    char *whole = text != NULL ? realloc(text, len + 2) : NULL;

    json_decref(json);
    if (whole == NULL) {
        free(text);
        return NULL;
    }
    memcpy(whole + len, "\n", 2);
    return whole;
}

/* ---- reading ---- */

/* Where a reader is: "times.dial", for who has to find it. */
struct place {
    const char *in; /* "": at the top */
    struct text *why;
};

static bool wrong(const struct place *place, const char *key, const char *allowed)
{
    text_add(place->why, "%s%s%s is wrong or missing; allowed: %s", place->in,
             place->in[0] != '\0' ? "." : "", key, allowed);
    return false;
}

static bool read_number(const struct place *place, const json_t *json, const char *key,
                        uint64_t max, const char *allowed, uint64_t *ret_value)
{
    const json_t *value = json_object_get(json, key);

    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        (uint64_t)json_integer_value(value) > max)
        return wrong(place, key, allowed);
    *ret_value = (uint64_t)json_integer_value(value);
    return true;
}

static bool read_count(const struct place *place, const json_t *json, const char *key,
                       uint64_t *ret_value)
{
    return read_number(place, json, key, SUMMARY_COUNT_MAX, "a whole number from 0 to 10^14",
                       ret_value);
}

static bool read_us(const struct place *place, const json_t *json, const char *key,
                    uint64_t *ret_value)
{
    return read_number(place, json, key, SUMMARY_US_MAX, "a whole number from 0 to 10^18",
                       ret_value);
}

/* As it may stand on a terminal. */
static bool is_plain(const char *text, size_t len, size_t cap)
{
    if (len >= cap)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < ' ' || text[i] > '~')
            return false;
    }
    return true;
}

static bool read_text(const struct place *place, const json_t *json, const char *key, size_t cap,
                      char *ret_text)
{
    const json_t *value = json_object_get(json, key);

    if (!json_is_string(value) ||
        !is_plain(json_string_value(value), json_string_length(value), cap))
        return wrong(place, key, "a short text of printable ASCII");
    memcpy(ret_text, json_string_value(value), json_string_length(value) + 1);
    return true;
}

static bool read_moment(const struct place *place, const json_t *json, const char *key,
                        int64_t *ret_ms)
{
    char text[TIME_CAP], seconds[SECONDS_LEN + sizeof("Z")];
    const char *behind = text + SECONDS_LEN;
    struct tlsmodem_time time;
    static const char allowed[] = "a time like 2026-12-01T12:00:00.000Z, of 2000 to 2099";

    if (!read_text(place, json, key, sizeof(text), text))
        return false;
    snprintf(seconds, sizeof(seconds), "%.*sZ", (int)SECONDS_LEN, text);
    if (strlen(text) != TIME_CAP - 1 || behind[0] != '.' || strspn(behind + 1, "0123456789") != 3 ||
        behind[4] != 'Z' || tlsmodem_time_read(seconds, 0, &time) != ERR_OK ||
        time.from != TLSMODEM_TIME_GIVEN)
        return wrong(place, key, allowed);
    *ret_ms =
        time.utc_s * MS_IN_S + (behind[1] - '0') * 100 + (behind[2] - '0') * 10 + (behind[3] - '0');
    return true;
}

/* Both are there, or both are null. */
static bool read_shard(const struct place *place, const json_t *json, struct summary_run *run)
{
    const json_t *index = json_object_get(json, "shard"), *count = json_object_get(json, "shards");

    if (json_is_null(index) && json_is_null(count))
        return true;
    if (!json_is_integer(count) || json_integer_value(count) < 1 ||
        json_integer_value(count) > SUMMARY_RUNS_MAX)
        return wrong(place, "shards", "1 to 65535, or null beside a shard that is null");
    if (!json_is_integer(index) || json_integer_value(index) < 0 ||
        json_integer_value(index) >= json_integer_value(count))
        return wrong(place, "shard", "a number from 0, below shards");
    run->shard = (uint32_t)json_integer_value(index);
    run->shard_count = (uint32_t)json_integer_value(count);
    return true;
}

/* A text of digits: numbers of JSON are not so long everywhere. */
static bool read_seed(const struct place *place, const json_t *json, struct summary_run *run)
{
    const json_t *value = json_object_get(json, "seed");
    const char *text = json_string_value(value);
    char again[24];

    if (json_is_null(value))
        return true;
    if (text != NULL && strlen(text) < sizeof(again) && sscanf(text, "%" SCNu64, &run->seed) == 1) {
        snprintf(again, sizeof(again), "%" PRIu64, run->seed);
        run->has_seed = strcmp(again, text) == 0;
    }
    return run->has_seed || wrong(place, "seed", "null, or a text of digits, below 2^64");
}

static bool read_run(const struct place *place, const json_t *json, struct summary_run *ret_run)
{
    *ret_run = (struct summary_run){ .has_seed = false };
    if (!json_is_object(json))
        return wrong(place, "an entry", "an object for each run");
    if (!read_text(place, json, "id", SUMMARY_ID_CAP, ret_run->id) ||
        !read_text(place, json, "tlsmodem", SUMMARY_VERSION_CAP, ret_run->version) ||
        !read_shard(place, json, ret_run) || !read_seed(place, json, ret_run) ||
        !read_count(place, json, "modems", &ret_run->modems) ||
        !read_moment(place, json, "start", &ret_run->begun_ms) ||
        !read_moment(place, json, "end", &ret_run->ended_ms))
        return false;
    return strspn(ret_run->id, "0123456789abcdef") == SUMMARY_ID_CAP - 1 ||
           wrong(place, "id", "16 hexadecimal digits");
}

/* What cannot be merged is no file either. */
static bool read_runs(const struct place *place, const json_t *json, struct summary *summary)
{
    const json_t *list = json_object_get(json, "runs");
    char in[KEY_CAP];

    if (!json_is_array(list) || json_array_size(list) == 0)
        return wrong(place, "runs", "a list of one or more");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct summary_run run;

        snprintf(in, sizeof(in), "runs[%zu]", i);
        if (!read_run(&(struct place){ in, place->why }, json_array_get(list, i), &run))
            return false;
        if (!summary_add_run(summary, &run, place->why))
            return false;
    }
    return true;
}

static bool read_bucket(const struct place *place, const json_t *pair, size_t *least,
                        struct summary_times *times)
{
    const json_t *end = json_array_get(pair, 0), *count = json_array_get(pair, 1);
    size_t index = TIME_BUCKETS - 1;

    if (json_is_integer(end) && json_integer_value(end) >= 0)
        index = time_bucket((uint64_t)json_integer_value(end));
    if (json_array_size(pair) != 2 || (!json_is_integer(end) && !json_is_null(end)) ||
        (json_is_integer(end) && json_integer_value(end) < 0) || index < *least ||
        (json_is_integer(end) && (json_int_t)time_bucket_us(index) != json_integer_value(end)))
        return wrong(place, "buckets",
                     "[END, COUNT] with ENDs that grow, each a number of microseconds of which two "
                     "digits count; null for the last");
    if (!json_is_integer(count) || json_integer_value(count) < 1 ||
        (uint64_t)json_integer_value(count) > SUMMARY_COUNT_MAX)
        return wrong(place, "buckets", "[END, COUNT] with COUNTs from 1 to 10^14");
    times->buckets[index] = (uint64_t)json_integer_value(count);
    *least = index + 1;
    return true;
}

static bool read_times(const struct place *place, const json_t *json, struct summary_times *times)
{
    const json_t *list = json_object_get(json, "buckets");
    uint64_t sum = 0;
    size_t least = 0;

    if (!json_is_object(json) || !read_count(place, json, "count", &times->count))
        return json_is_object(json) ? false : wrong(place, "it", "an object");
    times->is_timed = list != NULL;
    if (!times->is_timed)
        return true;
    if (!read_us(place, json, "sum-us", &times->sum_us) ||
        !read_us(place, json, "max-us", &times->max_us))
        return false;
    if (!json_is_array(list))
        return wrong(place, "buckets", "a list");
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (!read_bucket(place, json_array_get(list, i), &least, times))
            return false;
        sum += times->buckets[least - 1];
    }
    return sum == times->count || wrong(place, "count", "the sum of its buckets");
}

static bool read_all_times(const struct place *place, const json_t *json, struct summary *summary)
{
    const json_t *times = json_object_get(json, "times");
    char in[KEY_CAP];

    if (!json_is_object(times))
        return wrong(place, "times", "an object");
    for (size_t i = 0; i < SUMMARY_WHAT_COUNT; i++) {
        const char *word = summary_what_word((enum summary_what)i);

        snprintf(in, sizeof(in), "times.%s", word);
        if (!read_times(&(struct place){ in, place->why }, json_object_get(times, word),
                        &summary->times[i]))
            return false;
    }
    return true;
}

static bool read_errors(const struct place *place, json_t *json, struct summary *summary)
{
    json_t *errors = json_object_get(json, "errors");
    const struct place inside = { "errors", place->why };

    if (!json_is_object(errors) || json_object_size(errors) > SUMMARY_KINDS_MAX)
        return wrong(place, "errors", "an object with 128 kinds at most");
    for (void *at = json_object_iter(errors); at != NULL; at = json_object_iter_next(errors, at)) {
        const char *name = json_object_iter_key(at);
        uint64_t count;

        if (!is_plain(name, strlen(name), VERDICT_REASON_CAP) || name[0] == '\0')
            return wrong(place, "errors", "kinds of 1 to 31 characters of printable ASCII");
        if (!read_count(&inside, errors, name, &count))
            return false;
        summary_add_errors(summary, name, count);
    }
    return summary_errors(summary) <= SUMMARY_COUNT_MAX ||
           wrong(place, "errors", "10^14 in all at most");
}

static bool read_unexpected(const struct place *place, const json_t *json, struct summary *summary)
{
    const json_t *unexpected = json_object_get(json, "unexpected");
    const json_t *examples = json_object_get(unexpected, "examples");
    const struct place inside = { "unexpected", place->why };
    uint64_t left;

    if (!json_is_object(unexpected) || !json_is_array(examples))
        return wrong(place, "unexpected", "an object with a count and a list of examples");
    if (!read_count(&inside, unexpected, "count", &summary->unexpected))
        return false;
    if (summary->unexpected != summary_errors_of(summary, "unexpected"))
        return wrong(&inside, "count", "as many as errors.unexpected has");
    left = summary->unexpected;
    for (size_t i = 0; i < json_array_size(examples); i++) {
        const json_t *example = json_array_get(examples, i);
        char wanted[VERDICT_WORDS_CAP], came[VERDICT_WORDS_CAP];
        uint64_t count;

        if (!read_text(&inside, example, "wanted", sizeof(wanted), wanted) ||
            !read_text(&inside, example, "came", sizeof(came), came) ||
            !read_count(&inside, example, "count", &count))
            return false;
        if (count > left)
            return wrong(&inside, "examples", "together as many as count says, at most");
        left -= count;
        summary_add_surprise(summary, wanted, came, count);
    }
    return true;
}

/* Of another version nothing else may be understood. */
static bool read_versions(const struct place *place, const json_t *json)
{
    const json_t *format = json_object_get(json, "tlsmodem-summary");
    const json_t *buckets = json_object_get(json, "buckets");

    if (!json_is_integer(format)) {
        text_add(place->why, "it is no summary; allowed: what --summary FILE has written");
        return false;
    }
    if (json_integer_value(format) != FORMAT || !json_is_integer(buckets)) {
        text_add(place->why, "its format is %" JSON_INTEGER_FORMAT "; allowed: %d",
                 json_integer_value(format), FORMAT);
        return false;
    }
    if (json_integer_value(buckets) != BUCKETS) {
        text_add(place->why,
                 "its buckets are of version %" JSON_INTEGER_FORMAT
                 ", which do not add up with ours; allowed: %d",
                 json_integer_value(buckets), BUCKETS);
        return false;
    }
    return true;
}

static bool read_all(const struct place *place, json_t *json, struct summary *summary)
{
    char seen_by[sizeof("modems")];

    if (!read_versions(place, json) || !read_text(place, json, "seen-by", sizeof(seen_by), seen_by))
        return false;
    summary->is_by_hosts = strcmp(seen_by, "hosts") == 0;
    if (!summary->is_by_hosts && strcmp(seen_by, "modems") != 0)
        return wrong(place, "seen-by", "hosts, modems");
    return read_runs(place, json, summary) && read_all_times(place, json, summary) &&
           read_errors(place, json, summary) && read_unexpected(place, json, summary);
}

/* With bytes of the file in it, which nobody wants on a terminal as they are. */
static void say_no_json(const json_error_t *error, struct text *why)
{
    size_t begun = why->len;

    text_add(why, "%d:%d: it is no JSON: %s", error->line, error->column, error->text);
    for (size_t i = begun; i < why->len; i++) {
        if (why->at[i] < ' ' || why->at[i] > '~')
            why->at[i] = '.';
    }
}

struct summary *summary_json_parse(struct span bytes, struct text *why)
{
    const struct place place = { "", why };
    struct summary *summary = summary_new();
    json_error_t error;
    json_t *json;

    if (bytes.len == 0) {
        text_add(why, "it is empty; allowed: what --summary has written");
        summary_free(summary);
        return NULL;
    }
    json = json_loadb((const char *)bytes.data, bytes.len, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL)
        say_no_json(&error, why);
    else if (summary == NULL)
        text_add(why, "out of memory");
    else if (read_all(&place, json, summary)) {
        json_decref(json);
        return summary;
    }
    json_decref(json);
    summary_free(summary);
    return NULL;
}
