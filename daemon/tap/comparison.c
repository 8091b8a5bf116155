/* comparison.c: what two modules answer to the same host. */
#include "tap/comparison.h"

#include "transcript/circuit.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    SILENCE_MS = 1000,   /* a host that is silent for so long begins something new */
    PATIENCE_MS = 3000,  /* for ours to say what the real one has said */
    TYPED_MAX = 4096,    /* bytes of the host in an exchange */
    BEHIND_MAX = 262144, /* bytes of the host that ours is behind and still waited for */
    SAID_MAX = 16777216, /* bytes of a module */
    CIRCUIT_MS = 2000,   /* so long they may be otherwise */
    CIRCUITS = 4,
    LINES_MAX = 400 /* of a module in an exchange that are compared one by one */
};

struct said {
    struct bytes bytes;
    int64_t first_ms; /* of them */
};

struct exchange {
    uint64_t start;  /* byte of the host's that it begins with */
    int64_t at_ms;   /* when that was typed */
    int64_t last_ms; /* of the host's last byte */
    int64_t over_ms; /* when the next one began */
    struct bytes typed;
    struct said said[2];
    struct exchange *next;
};

struct comparison {
    const char *const *names;
    void (*on_difference)(void *ctx, struct span lines);
    void *ctx;
    struct exchange *first, *last; /* at least one */
    uint64_t typed;
    int64_t start_ms;
    bool started, told; /* the names stand above the first difference */
    uint64_t count, different;
    unsigned circuits[2];           /* DCD, DSR, CTS, RI */
    bool has_circuits;              /* the real one has told some */
    int64_t otherwise_ms[CIRCUITS]; /* since when one is otherwise at the two */
    unsigned circuits_told;         /* that it is */
    uint64_t circuits_count;
};

static struct exchange *add_exchange(struct comparison *comparison, int64_t now_ms)
{
    struct exchange *exchange = calloc(1, sizeof(*exchange));

    if (exchange == NULL)
        return NULL;
    exchange->start = comparison->typed;
    exchange->at_ms = exchange->last_ms = now_ms;
    if (comparison->last != NULL) {
        comparison->last->over_ms = now_ms;
        comparison->last->next = exchange;
    } else {
        comparison->first = exchange;
    }
    comparison->last = exchange;
    return exchange;
}

enum err comparison_open(const char *const names[2],
                         void (*on_difference)(void *ctx, struct span lines), void *ctx,
                         struct comparison **ret_comparison)
{
    struct comparison *comparison = calloc(1, sizeof(*comparison));

    if (comparison == NULL)
        return ERR_NO_MEMORY;
    comparison->names = names;
    comparison->on_difference = on_difference;
    comparison->ctx = ctx;
    if (add_exchange(comparison, 0) == NULL) {
        free(comparison);
        return ERR_NO_MEMORY;
    }
    *ret_comparison = comparison;
    return ERR_OK;
}

static void free_exchange(struct exchange *exchange)
{
    bytes_free(&exchange->typed);
    bytes_free(&exchange->said[COMPARISON_REAL].bytes);
    bytes_free(&exchange->said[COMPARISON_OURS].bytes);
    free(exchange);
}

/* ---- lines that differ (the longest common subsequence) ---- */

struct lines {
    struct span list[LINES_MAX];
    size_t count;
    bool too_many;
};

static void cut(struct span bytes, struct lines *lines)
{
    *lines = (struct lines){ .count = 0 };
    while (bytes.len > 0 && !lines->too_many) {
        const uint8_t *end = memchr(bytes.data, '\n', bytes.len);
        size_t len = end != NULL ? (size_t)(end - bytes.data) + 1 : bytes.len;

        lines->too_many = lines->count == LINES_MAX;
        if (!lines->too_many)
            lines->list[lines->count++] = span_at(bytes.data, len);
        bytes = span_skip(bytes, len);
    }
}

static void add_line(struct report *report, char mark, struct span line)
{
    report_add(report, "%c", mark);
    report_add_bytes(report, line);
    report_add(report, "\n");
}

/* Lengths of what is common from each pair of lines on. */
struct common {
    uint16_t length[LINES_MAX + 1][LINES_MAX + 1];
};

static void measure(const struct lines *a, const struct lines *b, struct common *common)
{
    for (size_t i = a->count + 1; i-- > 0;) {
        for (size_t j = b->count + 1; j-- > 0;) {
            uint16_t down = i < a->count ? common->length[i + 1][j] : 0;
            uint16_t right = j < b->count ? common->length[i][j + 1] : 0;

            if (i == a->count || j == b->count)
                common->length[i][j] = 0;
            else if (span_equal(a->list[i], b->list[j]))
                common->length[i][j] = (uint16_t)(common->length[i + 1][j + 1] + 1);
            else
                common->length[i][j] = down > right ? down : right;
        }
    }
}

static void add_diff(struct report *report, const struct lines *a, const struct lines *b,
                     const struct common *common)
{
    size_t i = 0, j = 0;

    while (i < a->count || j < b->count) {
        if (i < a->count && j < b->count && span_equal(a->list[i], b->list[j])) {
            add_line(report, ' ', a->list[i++]);
            j++;
        } else if (j == b->count ||
                   (i < a->count && common->length[i + 1][j] >= common->length[i][j + 1])) {
            add_line(report, '-', a->list[i++]);
        } else {
            add_line(report, '+', b->list[j++]);
        }
    }
}

static void add_lines(struct report *report, struct span real, struct span ours)
{
    struct common *common = malloc(sizeof(*common));
    struct lines *both = malloc(2 * sizeof(*both));

    if (common != NULL && both != NULL) {
        cut(real, &both[0]);
        cut(ours, &both[1]);
    }
    if (common == NULL || both == NULL || both[0].too_many || both[1].too_many) {
        report_add(report, "-(%zu bytes)\n+(%zu bytes)\n", real.len, ours.len);
    } else {
        measure(&both[0], &both[1], common);
        add_diff(report, &both[0], &both[1], common);
    }
    free(both);
    free(common);
}

/* ---- exchanges ---- */

/* What times count from: the host's last byte, or, where it has typed none, who spoke first. */
static int64_t start_of(const struct exchange *exchange)
{
    const struct said *real = &exchange->said[COMPARISON_REAL];
    const struct said *ours = &exchange->said[COMPARISON_OURS];

    if (exchange->typed.len > 0)
        return exchange->last_ms;
    if (real->bytes.len == 0 || (ours->bytes.len > 0 && ours->first_ms < real->first_ms))
        return ours->first_ms;
    return real->first_ms;
}

static void add_time(struct report *report, const struct exchange *exchange, const char *name,
                     enum comparison_who who)
{
    const struct said *said = &exchange->said[who];
    int64_t after_ms = said->first_ms - start_of(exchange);

    if (said->bytes.len == 0)
        report_add(report, "%s says nothing", name);
    else
        report_add(report, "%s after %" PRId64 " ms", name, after_ms > 0 ? after_ms : 0);
}

static void name_both(struct comparison *comparison, struct report *report)
{
    if (!comparison->told)
        report_add(report, "--- %s\n+++ %s\n", comparison->names[COMPARISON_REAL],
                   comparison->names[COMPARISON_OURS]);
    comparison->told = true;
}

static void tell(struct comparison *comparison, const struct exchange *exchange)
{
    int64_t at_ms =
        exchange->start > 0 || exchange->typed.len > 0 ? exchange->at_ms - comparison->start_ms : 0;
    struct report report = { .cut = false };

    name_both(comparison, &report);
    report_add(&report, "@@ %" PRId64 ".%03d s: ", at_ms / 1000, (int)(at_ms % 1000));
    if (exchange->typed.len > 0)
        report_add_bytes(&report, bytes_span(&exchange->typed));
    else
        report_add(&report, "nothing typed");
    report_add(&report, " @@ ");
    add_time(&report, exchange, comparison->names[COMPARISON_REAL], COMPARISON_REAL);
    report_add(&report, ", ");
    add_time(&report, exchange, comparison->names[COMPARISON_OURS], COMPARISON_OURS);
    report_add(&report, "\n");
    add_lines(&report, bytes_span(&exchange->said[COMPARISON_REAL].bytes),
              bytes_span(&exchange->said[COMPARISON_OURS].bytes));
    comparison->on_difference(comparison->ctx, bytes_span(&report.text));
    report_free(&report);
}

static void compare(struct comparison *comparison, const struct exchange *exchange)
{
    if (exchange->typed.len > 0)
        comparison->count++;
    if (span_equal(bytes_span(&exchange->said[COMPARISON_REAL].bytes),
                   bytes_span(&exchange->said[COMPARISON_OURS].bytes)))
        return;
    comparison->different++;
    tell(comparison, exchange);
}

static void drop_first(struct comparison *comparison)
{
    struct exchange *exchange = comparison->first;

    compare(comparison, exchange);
    comparison->first = exchange->next;
    free_exchange(exchange);
}

void comparison_settle(struct comparison *comparison, uint64_t taken)
{
    while (comparison->first->next != NULL && taken > comparison->first->next->start)
        drop_first(comparison);
}

/* What is typed next begins a new one: a line has ended, or much has come, or a while has passed in
 * which the module has spoken. */
static bool is_over(const struct exchange *exchange, int64_t now_ms)
{
    struct span typed = bytes_span(&exchange->typed);

    if (typed.len == 0)
        return exchange->said[COMPARISON_REAL].bytes.len > 0 ||
               exchange->said[COMPARISON_OURS].bytes.len > 0;
    return typed.data[typed.len - 1] == '\r' || typed.data[typed.len - 1] == 0x1A ||
           typed.len >= TYPED_MAX || now_ms - exchange->last_ms >= SILENCE_MS;
}

/* Up to the end of a line. */
static size_t piece_of(struct span bytes)
{
    const uint8_t *end = memchr(bytes.data, '\r', bytes.len);

    return end != NULL ? (size_t)(end - bytes.data) + 1 : bytes.len;
}

void comparison_typed(struct comparison *comparison, int64_t now_ms, struct span bytes)
{
    if (!comparison->started)
        comparison->start_ms = now_ms;
    comparison->started = true;
    while (bytes.len > 0) {
        struct exchange *exchange = comparison->last;
        size_t len = piece_of(bytes);

        if (is_over(exchange, now_ms))
            exchange = add_exchange(comparison, now_ms);
        if (exchange == NULL)
            return;
        if (exchange->typed.len == 0)
            exchange->at_ms = now_ms;
        (void)bytes_add(&exchange->typed, span_at(bytes.data, len), UINT32_MAX);
        exchange->last_ms = now_ms;
        comparison->typed += len;
        bytes = span_skip(bytes, len);
    }
}

/* The exchange that ours is in, with so many bytes taken. */
static struct exchange *exchange_at(const struct comparison *comparison, uint64_t taken)
{
    struct exchange *exchange = comparison->first;

    while (exchange->next != NULL && taken > exchange->next->start)
        exchange = exchange->next;
    return exchange;
}

void comparison_said(struct comparison *comparison, int64_t now_ms, enum comparison_who who,
                     uint64_t taken, struct span bytes)
{
    struct exchange *exchange =
        who == COMPARISON_REAL ? comparison->last : exchange_at(comparison, taken);
    struct said *said = &exchange->said[who];

    if (said->bytes.len == 0)
        said->first_ms = now_ms;
    (void)bytes_add(&said->bytes, bytes, SAID_MAX);
}

/* Ours has still something to say to an exchange that the host is through with. */
static bool lags(const struct exchange *exchange)
{
    return exchange->said[COMPARISON_OURS].bytes.len < exchange->said[COMPARISON_REAL].bytes.len;
}

/* It is waited for, but not by a heap of what the host has typed meanwhile. */
static bool is_waited_for(const struct comparison *comparison, const struct exchange *exchange,
                          int64_t now_ms)
{
    return lags(exchange) && now_ms - exchange->over_ms < PATIENCE_MS &&
           comparison->typed - exchange->start <= BEHIND_MAX;
}

uint64_t comparison_limit(const struct comparison *comparison, int64_t now_ms)
{
    const struct exchange *exchange = comparison->first;

    while (exchange->next != NULL && !is_waited_for(comparison, exchange, now_ms))
        exchange = exchange->next;
    return exchange->next != NULL ? exchange->next->start : UINT64_MAX;
}

bool comparison_is_behind(const struct comparison *comparison)
{
    const struct exchange *exchange = comparison->first;

    while (exchange != NULL && !lags(exchange))
        exchange = exchange->next;
    return exchange != NULL;
}

void comparison_close(struct comparison *comparison, uint64_t *ret_count, uint64_t *ret_different)
{
    while (comparison->first != NULL)
        drop_first(comparison);
    *ret_count = comparison->count;
    *ret_different = comparison->different;
    comparison_free(comparison);
}

void comparison_free(struct comparison *comparison)
{
    struct exchange *exchange;

    if (comparison == NULL)
        return;
    while ((exchange = comparison->first) != NULL) {
        comparison->first = exchange->next;
        free_exchange(exchange);
    }
    free(comparison);
}

/* ---- circuits ---- */

static const enum channel_line circuits[CIRCUITS] = { LINE_DCD, LINE_DSR, LINE_CTS, LINE_RI };

static unsigned otherwise(const struct comparison *comparison)
{
    return comparison->has_circuits
               ? comparison->circuits[COMPARISON_REAL] ^ comparison->circuits[COMPARISON_OURS]
               : 0;
}

void comparison_circuits(struct comparison *comparison, int64_t now_ms, enum comparison_who who,
                         unsigned now)
{
    unsigned before = otherwise(comparison), fresh;

    comparison->has_circuits = comparison->has_circuits || who == COMPARISON_REAL;
    comparison->circuits[who] = now & (LINE_DCD | LINE_DSR | LINE_CTS | LINE_RI);
    fresh = otherwise(comparison) & ~before;
    comparison->circuits_told &= otherwise(comparison);
    for (size_t i = 0; i < CIRCUITS; i++) {
        if ((fresh & circuits[i]) != 0)
            comparison->otherwise_ms[i] = now_ms;
    }
}

static void tell_circuit(struct comparison *comparison, enum channel_line circuit, int64_t at_ms)
{
    bool on = (comparison->circuits[COMPARISON_REAL] & circuit) != 0;
    struct report report = { .cut = false };

    if (!comparison->started || at_ms < comparison->start_ms)
        at_ms = comparison->start_ms;
    at_ms -= comparison->start_ms;
    name_both(comparison, &report);
    report_add(&report, "@@ %" PRId64 ".%03d s: circuits @@\n-%s %s\n+%s %s\n", at_ms / 1000,
               (int)(at_ms % 1000), circuit_word(circuit), on ? "on" : "off", circuit_word(circuit),
               on ? "off" : "on");
    comparison->on_difference(comparison->ctx, bytes_span(&report.text));
    report_free(&report);
}

void comparison_look(struct comparison *comparison, int64_t now_ms)
{
    unsigned left = otherwise(comparison) & ~comparison->circuits_told;

    for (size_t i = 0; i < CIRCUITS; i++) {
        if ((left & circuits[i]) == 0 || now_ms - comparison->otherwise_ms[i] < CIRCUIT_MS)
            continue;
        tell_circuit(comparison, circuits[i], comparison->otherwise_ms[i]);
        comparison->circuits_told |= circuits[i];
        comparison->circuits_count++;
    }
}

uint64_t comparison_circuits_told(const struct comparison *comparison)
{
    return comparison->circuits_count;
}
