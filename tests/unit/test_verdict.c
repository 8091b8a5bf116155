/* test_verdict.c: what runs come to: buckets, percentiles, sums of several, their files, and what
 * --fail-if has. */
#include "base/time_buckets.h"
#include "verdict/book.h"
#include "verdict/expression.h"
#include "verdict/judge.h"
#include "verdict/summary.h"
#include "verdict/summary_json.h"
#include "verdict/words.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WHY_CAP = 1000, VALUES = 5000, SHARDS = 3 };

/* Chance that is the same each time (Knuth's MMIX). */
static uint64_t draw(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 16;
}

/* Of all sizes, as times are. */
static uint64_t draw_time(uint64_t *seed)
{
    return draw(seed) >> (draw(seed) % 48);
}

/* ---- buckets ---- */

static void buckets_end_at_two_digits(void **state)
{
    uint64_t before = 0;

    (void)state;
    for (size_t i = 0; i < TIME_BUCKETS; i++) {
        uint64_t end = time_bucket_us(i), digits = end;

        assert_true(i == 0 || end > before);
        assert_int_equal(time_bucket(end), i);
        assert_int_equal(time_bucket(i == 0 ? 0 : before + 1), i);
        while (digits % 10 == 0 && digits > 0)
            digits /= 10;
        assert_true(digits < 100 || i == TIME_BUCKETS - 1);
        assert_true(i < 10 || i == TIME_BUCKETS - 1 || (end - before) * 10 <= end);
        before = end;
    }
    assert_int_equal(time_bucket_us(TIME_BUCKETS - 2), UINT64_C(99000000000));
    assert_true(time_bucket_us(TIME_BUCKETS - 1) == UINT64_MAX);
}

static int by_size(const void *a, const void *b)
{
    const uint64_t *one = a, *other = b;

    return (*one > *other) - (*one < *other);
}

/* The rank of a part, counted from 1, by plain arithmetic. */
static size_t rank_of(size_t count, struct summary_part part)
{
    size_t rank = 1;

    while ((uint64_t)rank * part.whole < (uint64_t)count * part.part)
        rank++;
    return rank;
}

static void percentiles_are_right_within_a_bucket(void **state)
{
    static const struct summary_part parts[] = {
        { 1, 1000000 }, { 1, 100 }, { 50, 100 },  { 90, 100 },        { 99, 100 },
        { 999, 1000 },  { 1, 3 },   { 100, 100 }, { 999999, 1000000 }
    };
    static uint64_t values[VALUES];
    uint64_t seed = 1;

    (void)state;
    for (size_t count = 1; count <= VALUES; count = count * 3 + 1) {
        struct summary *summary = summary_new();
        struct verdict_tally *tally = verdict_tally_new();

        for (size_t i = 0; i < count; i++) {
            values[i] = draw_time(&seed);
            verdict_dial(tally, values[i]);
        }
        qsort(values, count, sizeof(values[0]), by_size);
        summary_add_hosts(summary, verdict_tally_sums(tally));
        assert_true(summary->times[SUMMARY_DIAL].max_us == values[count - 1]);
        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
            uint64_t exact = values[rank_of(count, parts[i]) - 1], us;

            assert_true(summary_at(&summary->times[SUMMARY_DIAL], parts[i], &us));
            assert_true(us >= exact && us <= time_bucket_us(time_bucket(exact)));
            assert_true(us <= values[count - 1]);
        }
        verdict_tally_free(tally);
        summary_free(summary);
    }
}

static void nothing_has_no_percentile(void **state)
{
    static const struct summary_times none, counted = { .count = 7 };
    uint64_t us;

    (void)state;
    assert_false(summary_at(&none, (struct summary_part){ 1, 2 }, &us));
    assert_false(summary_at(&counted, (struct summary_part){ 1, 2 }, &us));
}

/* ---- sums of several ---- */

static void add_run(struct summary *summary, const char *id, uint32_t shard, uint32_t count)
{
    struct summary_run run = { .version = "0.2.0",
                               .shard = shard,
                               .shard_count = count,
                               .has_seed = true,
                               .seed = UINT64_MAX - shard,
                               .modems = 10 + shard,
                               .begun_ms = 1796126400250 + (int64_t)shard * 500,
                               .ended_ms = 1796126460000 + (int64_t)shard * 500 };
    char memory[WHY_CAP] = "";
    struct text why;

    text_init(&why, memory, sizeof(memory));
    memcpy(run.id, id, strlen(id));
    if (!summary_add_run(summary, &run, &why))
        fail_msg("%s", memory);
}

/* Some of what happens to hosts. */
static void happen(struct verdict_tally *tally, uint64_t *seed)
{
    static const char *const reasons[] = { "timeout", "refused", "no carrier" };

    verdict_dial(tally, draw_time(seed));
    verdict_command(tally, draw_time(seed));
    if (draw(seed) % 3 == 0)
        verdict_round(tally, draw_time(seed));
    if (draw(seed) % 7 == 0)
        verdict_failed(tally, reasons[draw(seed) % 3]);
    if (draw(seed) % 11 == 0)
        verdict_expected(tally, "OK", draw(seed) % 2 == 0 ? "ERROR" : "NO CARRIER");
}

static struct summary *parse(const char *text, char *ret_why)
{
    struct text why;

    text_init(&why, ret_why, WHY_CAP);
    return summary_json_parse(span_of(text), &why);
}

/* As a run of a fleet: its modems have counted, too, but no handshakes. */
static void add_all(struct summary *summary, const struct verdict_tally *tally)
{
    static const struct tally_sums none;

    summary_add_hosts(summary, verdict_tally_sums(tally));
    summary_add_modems(summary, &none, false);
}

/* As a file of it says. */
static struct summary *read_again(const struct summary *summary)
{
    char *text = summary_json_text(summary), *again, why[WHY_CAP];
    struct summary *read;

    assert_non_null(text);
    read = parse(text, why);
    if (read == NULL)
        fail_msg("%s: %s", why, text);
    again = summary_json_text(read);
    assert_string_equal(again, text);
    free(text);
    free(again);
    return read;
}

static void expect_same_numbers(const struct summary *a, const struct summary *b)
{
    assert_memory_equal(a->times, b->times, sizeof(a->times));
    assert_int_equal(a->kind_count, b->kind_count);
    for (size_t i = 0; i < a->kind_count; i++)
        assert_true(a->kinds[i].count == summary_errors_of(b, a->kinds[i].name));
    assert_true(a->unexpected == b->unexpected);
    assert_int_equal(a->surprise_count, b->surprise_count);
    assert_true(summary_attempts(a) == summary_attempts(b));
    assert_true(summary_errors(a) == summary_errors(b));
}

/* Three shards, by their files, in any order, are what one process would have counted. */
static void shards_add_up_to_one_run(void **state)
{
    static const char *const ids[SHARDS] = { "00000000000000a0", "00000000000000a1",
                                             "00000000000000a2" };
    struct verdict_tally *tallies[SHARDS], *one = verdict_tally_new();
    struct summary *whole = summary_new(), *sum = summary_new();
    uint64_t seed = 5;

    (void)state;
    for (size_t shard = 0; shard < SHARDS; shard++) {
        tallies[shard] = verdict_tally_new();
        for (int i = 0; i < 700; i++) {
            uint64_t same = seed;

            happen(tallies[shard], &seed);
            happen(one, &same);
        }
    }
    add_all(whole, one);
    for (size_t i = SHARDS; i > 0; i--) {
        struct summary *part = summary_new(), *read;
        char memory[WHY_CAP] = "";
        struct text why;

        text_init(&why, memory, sizeof(memory));
        add_run(part, ids[i - 1], (uint32_t)i - 1, SHARDS);
        add_all(part, tallies[i - 1]);
        read = read_again(part);
        assert_true(summary_merge(sum, read, &why));
        assert_int_equal(summary_missing(sum), i - 1);
        summary_free(part);
        summary_free(read);
        verdict_tally_free(tallies[i - 1]);
    }
    expect_same_numbers(sum, whole);
    assert_true(summary_errors(sum) > 0 && sum->unexpected > 0 && sum->surprise_count == 2);
    assert_int_equal(summary_length_ms(sum), 60750); /* from the first start to the last end */
    assert_int_equal(summary_modems(sum), 33);
    verdict_tally_free(one);
    summary_free(whole);
    summary_free(sum);
}

static void refuses(struct summary *sum, const char *id, uint32_t shard, uint32_t count,
                    bool is_by_hosts, const char *expected)
{
    struct summary *more = summary_new();
    char memory[WHY_CAP] = "";
    struct text why;

    text_init(&why, memory, sizeof(memory));
    add_run(more, id, shard, count);
    more->is_by_hosts = is_by_hosts;
    summary_add_errors(more, "timeout", 3);
    assert_false(summary_merge(sum, more, &why));
    assert_string_equal(memory, expected);
    assert_int_equal(sum->run_count, 1);
    assert_true(summary_errors(sum) == 0);
    summary_free(more);
}

static void what_does_not_belong_together_is_refused(void **state)
{
    struct summary *sum = summary_new();

    (void)state;
    add_run(sum, "00000000000000a0", 1, 4);
    refuses(sum, "00000000000000b0", 1, 4, false,
            "shard 1 of 4 is there already, of run 00000000000000a0");
    refuses(sum, "00000000000000a0", 2, 4, false,
            "it is of run 00000000000000a0, which is there already");
    refuses(sum, "00000000000000b0", 2, 5, false,
            "it is of a run with 5 shards, those before with 4 shards");
    refuses(sum, "00000000000000b0", 0, 0, false,
            "it is of a run with no shards, those before with 4 shards");
    refuses(sum, "00000000000000b0", 2, 4, true,
            "it counts what hosts inside saw, those before what modems did");
    summary_free(sum);
}

/* As many as there may be; of several that do not belong there all that came with them goes. */
static void many_runs_are_told_apart(void **state)
{
    enum { MANY = 65535 };
    struct summary *sum = summary_new(), *more = summary_new();
    char memory[WHY_CAP] = "", id[32];
    struct text why;

    (void)state;
    for (uint32_t i = 0; i < MANY - 2; i++) {
        snprintf(id, sizeof(id), "%016x", i * 2654435761U);
        add_run(sum, id, i, MANY);
    }
    add_run(more, "aaaaaaaaaaaaaaaa", MANY - 2, MANY);
    add_run(more, "bbbbbbbbbbbbbbbb", 77, MANY);
    text_init(&why, memory, sizeof(memory));
    assert_false(summary_merge(sum, more, &why));
    snprintf(id, sizeof(id), "%016x", 77 * 2654435761U);
    assert_non_null(strstr(memory, "shard 77 of 65535 is there already, of run "));
    assert_non_null(strstr(memory, id));
    summary_free(more);
    more = summary_new();
    add_run(more, "aaaaaaaaaaaaaaaa", MANY - 2, MANY);
    add_run(more, "bbbbbbbbbbbbbbbb", MANY - 1, MANY);
    assert_true(summary_merge(sum, more, &why));
    assert_int_equal(sum->run_count, MANY);
    assert_int_equal(summary_missing(sum), 0);
    summary_free(more);
    summary_free(sum);
}

/* ---- tallies ---- */

static void kinds_are_bounded(void **state)
{
    struct verdict_tally *tally = verdict_tally_new();
    struct summary *summary = summary_new();
    char name[80];

    (void)state;
    for (int i = 0; i < 3 * VERDICT_REASONS; i++) {
        snprintf(name, sizeof(name), "kind %d", i % (2 * VERDICT_REASONS));
        verdict_failed(tally, name);
        snprintf(name, sizeof(name), "came %d", i);
        verdict_expected(tally, "OK", name);
    }
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    verdict_failed(tally, name);
    verdict_expected(tally, name, "\x1b[2J");
    summary_add_hosts(summary, verdict_tally_sums(tally));
    /* Those with room of their own came twice, the others once, and the long one had no room. */
    assert_int_equal(summary_errors_of(summary, "kind 0"), 2);
    assert_int_equal(summary_errors_of(summary, "other"), VERDICT_REASONS + 1);
    assert_int_equal(summary_errors_of(summary, "unexpected"), 3 * VERDICT_REASONS + 1);
    assert_int_equal(summary_errors(summary), 6 * VERDICT_REASONS + 2);
    assert_int_equal(summary->surprise_count, VERDICT_SURPRISES);
    for (int i = 0; i < 2 * SUMMARY_KINDS_MAX; i++) {
        snprintf(name, sizeof(name), "more %d", i);
        summary_add_errors(summary, name, 1);
    }
    assert_int_equal(summary->kind_count,
                     SUMMARY_KINDS_MAX - 2); /* "other", "unexpected" among them */
    assert_int_equal(summary_errors(summary), 6 * VERDICT_REASONS + 2 + 2 * SUMMARY_KINDS_MAX);
    verdict_tally_free(tally);
    summary_free(summary);
}

static void words_of_hosts_do_nothing_to_a_terminal(void **state)
{
    struct verdict_tally *tally = verdict_tally_new();

    (void)state;
    verdict_expected(tally, "\r\nOK\r\n", "\x1b[2J\xff");
    verdict_failed(tally, "bad\nkind");
    assert_string_equal(verdict_tally_sums(tally)->surprises[0].wanted, "..OK..");
    assert_string_equal(verdict_tally_sums(tally)->surprises[0].came, ".[2J.");
    assert_string_equal(verdict_tally_sums(tally)->reasons[0].name, "bad.kind");
    verdict_tally_free(tally);
}

static void count_page(void *ctx, const struct verdict_sums *sums)
{
    *(uint64_t *)ctx += 1000 + count_read(&sums->dials.sum_us);
}

static void *count_one(void *book)
{
    verdict_dial(verdict_book_tally(book), 1);
    return NULL;
}

static void a_loop_has_one_tally(void **state)
{
    struct verdict_book *book = verdict_book_new();
    pthread_t other;
    uint64_t seen = 0;

    (void)state;
    assert_false(verdict_book_is_used(book));
    assert_int_equal(pthread_create(&other, NULL, count_one, book), 0);
    pthread_join(other, NULL);
    assert_true(verdict_book_is_used(book));
    pthread_create(&other, NULL, count_one, book);
    verdict_dial(verdict_book_tally(book), 20);
    assert_ptr_equal(verdict_book_tally(book), verdict_book_tally(book));
    pthread_join(other, NULL);
    verdict_book_each(book, count_page, &seen);
    assert_int_equal(seen % 1000, 22);
    assert_true(seen >= 2022); /* at least two tallies */
    verdict_book_free(book);
}

/* Without hosts inside, what modems have counted of the network and of command lines. */
static void modems_are_enough(void **state)
{
    static struct tally_sums sums;
    struct summary *summary = summary_new(), *read;

    (void)state;
    memset(&sums, 0, sizeof(sums));
    count_time(&sums.net.dials, 1200);
    count_time(&sums.net.shakes, 5000);
    for (uint64_t us = 100; us <= 500; us += 100)
        count_time(&sums.lines, us);
    count_add(&sums.net.failed_dials[COUNT_DIAL_REFUSED], 2);
    count_add(&sums.net.lookups[COUNT_FOUND], 9);
    count_add(&sums.net.lookups[COUNT_NOT_FOUND], 1);
    count_add(&sums.net.failed[0][TLS_UNKNOWN_CA], 3);
    count_add(&sums.net.failed[4][TLS_UNKNOWN_CA], 1);
    summary_add_modems(summary, &sums, true);
    assert_int_equal(summary->times[SUMMARY_COMMAND].count, 5);
    assert_true(summary->times[SUMMARY_COMMAND].is_timed);
    assert_int_equal(summary->times[SUMMARY_COMMAND].max_us, 500);
    assert_int_equal(summary_errors_of(summary, "refused"), 2);
    assert_int_equal(summary_errors_of(summary, "name_not_found"), 1);
    assert_int_equal(summary_errors_of(summary, "tls_unknown_ca"), 4);
    assert_int_equal(summary_errors(summary), 7);
    assert_int_equal(summary_attempts(summary), 1 + 5 + 7);
    add_run(summary, "00000000000000a0", 0, 0);
    read = read_again(summary);
    expect_same_numbers(read, summary);
    assert_int_equal(summary_missing(read), 0);
    summary_free(read);
    summary_free(summary);
}

/* ---- files ---- */

static const char good_file[] =
    "{\"tlsmodem-summary\":1,\"buckets\":1,\"seen-by\":\"hosts\",\"runs\":[{\"id\":"
    "\"00112233445566aa\",\"tlsmodem\":\"0.2.0\",\"shard\":0,\"shards\":2,\"seed\":\"7\","
    "\"modems\":3,"
    "\"start\":\"2026-12-01T12:00:00.000Z\",\"end\":\"2026-12-01T12:01:00.500Z\"}],\"times\":{"
    "\"dial\":{\"count\":3,\"sum-us\":2500,\"max-us\":1200,\"buckets\":[[100,1],[1200,2]]},"
    "\"handshake\":{\"count\":0,\"sum-us\":0,\"max-us\":0,\"buckets\":[]},\"command\":{\"count\":4}"
    ","
    "\"round\":{\"count\":1,\"sum-us\":9,\"max-us\":9,\"buckets\":[[null,1]]}},\"errors\":{"
    "\"timeout\":"
    "2,\"unexpected\":1},\"unexpected\":{\"count\":1,\"examples\":[{\"wanted\":\"OK\",\"came\":"
    "\"ERROR\",\"count\":1}]}}\n";

static void a_file_is_read_as_written(void **state)
{
    char why[WHY_CAP];
    struct summary *summary = parse(good_file, why);
    char *text;

    (void)state;
    assert_non_null(summary);
    assert_int_equal(summary->times[SUMMARY_DIAL].buckets[time_bucket(1200)], 2);
    assert_int_equal(summary->times[SUMMARY_ROUND].buckets[TIME_BUCKETS - 1], 1);
    assert_true(summary->runs[0].begun_ms == INT64_C(1796126400000));
    assert_true(summary->runs[0].ended_ms == INT64_C(1796126460500));
    text = summary_json_text(summary);
    assert_string_equal(text, good_file);
    free(text);
    summary_free(summary);
}

/* The good file with `old` replaced by `fresh`. */
static void expect_wrong(const char *old, const char *fresh, const char *expected)
{
    const char *at = strstr(good_file, old);
    char text[2000], why[WHY_CAP];

    assert_non_null(at);
    snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good_file), good_file, fresh,
             at + strlen(old));
    assert_null(parse(text, why));
    if (strncmp(why, expected, strlen(expected)) != 0)
        fail_msg("%s instead of %s: \"%s\" instead of \"%s\"", fresh, old, why, expected);
}

static void wrong_files_are_told(void **state)
{
    (void)state;
    expect_wrong("{\"tlsmodem-summary\":1,", "{", "it is no summary; allowed: what --summary FILE");
    expect_wrong("\"tlsmodem-summary\":1", "\"tlsmodem-summary\":2", "its format is 2; allowed: 1");
    expect_wrong("\"buckets\":1", "\"buckets\":2",
                 "its buckets are of version 2, which do not add up with ours; allowed: 1");
    expect_wrong("\"hosts\"", "\"nobody\"", "seen-by is wrong or missing; allowed: hosts, modems");
    expect_wrong("\"00112233445566aa\"", "\"00112233445566aA\"",
                 "runs[0].id is wrong or missing; allowed: 16 hexadecimal digits");
    expect_wrong("\"0.2.0\"", "\"0.2\\n0\"", "runs[0].tlsmodem is wrong or missing; allowed: a");
    expect_wrong("\"shard\":0", "\"shard\":2", "runs[0].shard is wrong or missing; allowed: a");
    expect_wrong("\"shard\":0", "\"shard\":null", "runs[0].shard is wrong or missing; allowed: a");
    expect_wrong("\"shards\":2", "\"shards\":70000", "runs[0].shards is wrong or missing; allowed");
    expect_wrong("\"7\"", "\"07\"", "runs[0].seed is wrong or missing; allowed: null, or a text");
    expect_wrong("\"7\"", "7", "runs[0].seed is wrong or missing; allowed: null, or a text");
    expect_wrong("\"modems\":3", "\"modems\":-1", "runs[0].modems is wrong or missing; allowed: a");
    expect_wrong("12:00:00.000Z", "12:00:00Z", "runs[0].start is wrong or missing; allowed: a");
    expect_wrong("12:01:00.500Z", "25:01:00.500Z", "runs[0].end is wrong or missing; allowed: a");
    expect_wrong("\"runs\":[{", "\"runs\":[7,{", "runs[0].an entry is wrong or missing; allowed");
    expect_wrong("[100,1]", "[101,1]", "times.dial.buckets is wrong or missing; allowed: [END, ");
    expect_wrong("[null,1]", "[-1,1]", "times.round.buckets is wrong or missing; allowed: [END, ");
    expect_wrong("[100,1]", "[1200,1]", "times.dial.buckets is wrong or missing; allowed: [END, ");
    expect_wrong("[100,1]", "[100,0]", "times.dial.buckets is wrong or missing; allowed: [END, C");
    expect_wrong("[100,1]", "[100]", "times.dial.buckets is wrong or missing; allowed: [END, ");
    expect_wrong("[100,1]", "7", "times.dial.buckets is wrong or missing; allowed: [END, ");
    expect_wrong("\"count\":3", "\"count\":4",
                 "times.dial.count is wrong or missing; allowed: the sum of its buckets");
    expect_wrong(
        "\"count\":4", "\"count\":100000000000001",
        "times.command.count is wrong or missing; allowed: a whole number from 0 to 10^14");
    expect_wrong("\"sum-us\":2500,", "", "times.dial.sum-us is wrong or missing; allowed: a whole");
    expect_wrong("\"command\"", "\"comand\"", "times.command.it is wrong or missing; allowed: an");
    expect_wrong("\"timeout\":2", "\"time\\u00e9\":2",
                 "errors is wrong or missing; allowed: kinds");
    expect_wrong("\"timeout\":2", "\"timeout\":\"2\"",
                 "errors.timeout is wrong or missing; allowed");
    expect_wrong("\"unexpected\":1", "\"unexpected\":2",
                 "unexpected.count is wrong or missing; allowed: as many as errors.unexpected has");
    expect_wrong("\"wanted\":\"OK\"", "\"wanted\":null",
                 "unexpected.wanted is wrong or missing; all");
    expect_wrong("}]}}\n", "}]}", "1:");
    expect_wrong("\"modems\":3", "\"modems\":3,\"modems\":3", "1:");
}

static void a_file_may_not_have_a_shard_twice(void **state)
{
    (void)state;
    expect_wrong(
        "\"runs\":[",
        "\"runs\":[{\"id\":\"ffffffffffffffff\",\"tlsmodem\":\"1\",\"shard\":0,\"shards\":2,"
        "\"seed\":null,\"modems\":0,\"start\":\"2026-12-01T12:00:00.000Z\",\"end\":"
        "\"2026-12-01T12:00:00.000Z\"},",
        "shard 0 of 2 is there already, of run ffffffffffffffff");
}

/* ---- expressions ---- */

static void expressions_hold_or_not(void **state)
{
    static const struct {
        const char *source;
        enum expression_verdict verdict;
        const char *said;
    } rows[] = {
        { "p99(dial) > 1.2ms", EXPRESSION_FALSE, "it is 1.20 ms" },
        { "p99(dial)>=1.2 ms", EXPRESSION_TRUE, "it is 1.20 ms" },
        { "p99.9(dial) > 1199us", EXPRESSION_TRUE, "it is 1.20 ms" },
        { "p33.3333 ( dial ) > 0s", EXPRESSION_UNKNOWN, "" }, /* not read: see below */
        { "p33.3333( dial ) <= 100 us", EXPRESSION_TRUE, "it is 100 us" },
        { "p33.3334(dial) <= 100us", EXPRESSION_FALSE, "it is 1.20 ms" },
        { "max(dial) < 1h", EXPRESSION_TRUE, "it is 1.20 ms" },
        { "mean(dial) > 832us", EXPRESSION_TRUE, "it is 833 us" },
        { "mean(dial) > 833us", EXPRESSION_FALSE, "it is 833 us" },
        { "max(round) > 9us", EXPRESSION_FALSE, "it is 9 us" },
        { "p50(handshake) > 1min", EXPRESSION_UNKNOWN, "there was none" },
        { "p50(command) > 1s", EXPRESSION_UNKNOWN, "they were counted, not timed" },
        { "count(dial) < 3", EXPRESSION_FALSE, "it is 3" },
        { "count(command) <= 4", EXPRESSION_TRUE, "it is 4" },
        { "count(handshake) <= 0", EXPRESSION_TRUE, "it is 0" },
        { "rate(command) < 0.0662/s", EXPRESSION_TRUE, "it is 0.1/s" },
        { "rate(command) < 0.0661 /s", EXPRESSION_FALSE, "it is 0.1/s" },
        { "rate(command) > 3.96/min", EXPRESSION_TRUE, "it is 0.1/s" },
        { "rate(command) > 239/h", EXPRESSION_FALSE, "it is 0.1/s" },
        { "errors > 2", EXPRESSION_TRUE, "it is 3" },
        { "errors > 3", EXPRESSION_FALSE, "it is 3" },
        { "errors(timeout) > 1", EXPRESSION_TRUE, "it is 2" },
        { "errors( timeout )>2", EXPRESSION_FALSE, "it is 2" },
        { "errors(timeout) > 22.2 %", EXPRESSION_TRUE, "it is 2 of 9" },
        { "errors(timeout) > 22.3%", EXPRESSION_FALSE, "it is 2 of 9" },
        { "errors(no such) > 0", EXPRESSION_FALSE, "it is 0" },
        { "errors >= 33.333333 %", EXPRESSION_TRUE, "it is 3 of 9" },
        { "missing > 0", EXPRESSION_TRUE, "it is 1" },
        { " missing  <1 ", EXPRESSION_FALSE, "it is 1" },
    };
    char why[WHY_CAP];
    struct summary *summary = parse(good_file, why);

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char said_memory[WHY_CAP] = "", memory[WHY_CAP] = "";
        struct expression expression;
        struct text said, error;

        text_init(&said, said_memory, sizeof(said_memory));
        text_init(&error, memory, sizeof(memory));
        if (rows[i].said[0] == '\0') {
            assert_false(expression_read(rows[i].source, &expression, &error));
            continue;
        }
        if (!expression_read(rows[i].source, &expression, &error))
            fail_msg("%s", memory);
        if (expression_holds(&expression, summary, &said) != rows[i].verdict)
            fail_msg("%s: %s", rows[i].source, said_memory);
        assert_string_equal(said_memory, rows[i].said);
    }
    summary_free(summary);
}

static void wrong_expressions_are_told(void **state)
{
    static const struct {
        const char *source, *error;
    } rows[] = {
        { "", "\"\", column 1: this measures nothing; allowed: p50(WHAT) to p100(WHAT), max(WHAT), "
              "mean(WHAT), count(WHAT), rate(WHAT), errors, errors(KIND), missing" },
        { "p99(dail) > 5s", "\"p99(dail) > 5s\", column 5: this is not counted; allowed: dial, "
                            "handshake, command, round" },
        { "p0(dial) > 5s", "\"p0(dial) > 5s\", column 2: this is no percentile; allowed: a number "
                           "above 0, up to 100, with 4 decimals at most" },
        { "p100.0001(dial) > 5s", "\"p100.0001(dial) > 5s\", column 2: this is no percentile; " },
        { "p99.99999(dial) > 5s", "\"p99.99999(dial) > 5s\", column 2: this is no percentile; " },
        { "p99 > 5s", "\"p99 > 5s\", column 4: a bracket is missing; allowed: (dial), (handshake), "
                      "(command), (round)" },
        { "p99(dial > 5s", "\"p99(dial > 5s\", column 10: the bracket is not closed; allowed: )" },
        { "p99(dial) = 5s", "\"p99(dial) = 5s\", column 11: here nothing is compared; allowed: >, "
                            ">=, <, <=" },
        { "p99(dial) > fast", "\"p99(dial) > fast\", column 13: here is no number; allowed: a " },
        { "p99(dial) > 5", "\"p99(dial) > 5\", column 14: the unit is missing or wrong; allowed: "
                           "us, ms, s, min, h" },
        { "p99(dial) > 5 %", "\"p99(dial) > 5 %\", column 15: the unit is missing or wrong; allo" },
        { "p99(dial) > 5sec", "\"p99(dial) > 5sec\", column 14: the unit is missing or wrong; al" },
        { "p99(dial) > 5.s", "\"p99(dial) > 5.s\", column 13: this number cannot be read; allow" },
        { "p99(dial) > 1234567890s",
          "\"p99(dial) > 1234567890s\", column 13: this number is too " },
        { "rate(dial) < 100", "\"rate(dial) < 100\", column 17: the unit is missing or wrong; all"
                              "owed: /s, /min, /h" },
        { "errors() > 1",
          "\"errors() > 1\", column 8: this is no kind of error; allowed: a kind of "
          "error of 1 to 31 characters, as a summary has it, and )" },
        { "errors(timeout > 1", "\"errors(timeout > 1\", column 8: the bracket is not closed; " },
        { "errors > 1 and errors > 2", "\"errors > 1 and errors > 2\", column 12: something stands "
                                       "behind its end; allowed: one comparison for each "
                                       "--fail-if" },
        { "errorss > 1", "\"errorss > 1\", column 1: this measures nothing; allowed: p50" },
        { "count(dial) > -1", "\"count(dial) > -1\", column 15: here is no number; allowed: a " },
        { "missing > 1 %", "\"missing > 1 %\", column 13: something stands behind its end; allo" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char memory[WHY_CAP] = "";
        struct expression expression;
        struct text why;

        text_init(&why, memory, sizeof(memory));
        assert_false(expression_read(rows[i].source, &expression, &why));
        if (strncmp(memory, rows[i].error, strlen(rows[i].error)) != 0)
            fail_msg("%s instead of %s", memory, rows[i].error);
    }
}

/* ---- sentences ---- */

/* What is written into a file of C. */
static char *written(void (*write)(FILE *out, const struct summary *summary),
                     const struct summary *summary)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(out);
    write(out, summary);
    fclose(out);
    return text;
}

static void write_all(FILE *out, const struct summary *summary)
{
    words_print(out, summary, "\n");
    words_print_missing(out, summary, "\n");
}

static void write_judgement(FILE *out, const struct summary *summary)
{
    static const char *const sources[] = { "errors(tiemout) > 3", "p99(dial) > 1ms",
                                           "p99(dial) > 1s" };
    struct expression list[3];
    char memory[WHY_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    for (size_t i = 0; i < 3; i++)
        assert_true(expression_read(sources[i], &list[i], &why));
    assert_false(judge(summary, list, 3, out, "\n"));
    assert_true(judge(summary, &list[2], 1, out, "\n"));
}

static void a_summary_is_said(void **state)
{
    char why[WHY_CAP], *text;
    struct summary *summary = parse(good_file, why);

    (void)state;
    text = written(write_all, summary);
    assert_string_equal(
        text,
        "3 modems, shard 0 of 2, 1.01 min from 2026-12-01T12:00:00Z on, tlsmodem 0.2.0, as hosts "
        "saw it\n"
        "                count      per s       p50       p90       p99     p99.9       max\n"
        "dial                3        0.0   1.20 ms   1.20 ms   1.20 ms   1.20 ms   1.20 ms\n"
        "handshake           0        0.0         -         -         -         -         -\n"
        "command             4        0.1         -         -         -         -         -\n"
        "round               1        0.0      9 us      9 us      9 us      9 us      9 us\n"
        "errors     3 of 9 (33.3 %): 2 timeout, 1 unexpected\n"
        "unexpected 1 time \"OK\" was wanted, \"ERROR\" came\n"
        "1 of 2 shards is missing\n");
    free(text);
    text = written(write_judgement, summary);
    assert_string_equal(text, "note: errors(tiemout) > 3: there was no error of this kind; there "
                              "were: timeout, unexpected\n"
                              "failed: p99(dial) > 1ms: it is 1.20 ms\n");
    free(text);
    summary_free(summary);
}

static void times_have_three_digits(void **state)
{
    static const struct {
        uint64_t us;
        const char *words;
    } rows[] = {
        { 0, "0 us" },          { 999, "999 us" },        { 1000, "1.00 ms" },
        { 12340, "12.3 ms" },   { 999999, "1000 ms" },    { 1000000, "1.00 s" },
        { 59999999, "60.0 s" }, { 90000000, "1.50 min" }, { UINT64_C(7200000000), "2.00 h" }
    };
    char words[WORDS_TIME_CAP];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(words_time(rows[i].us, words), rows[i].words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_end_at_two_digits),
        cmocka_unit_test(percentiles_are_right_within_a_bucket),
        cmocka_unit_test(nothing_has_no_percentile),
        cmocka_unit_test(shards_add_up_to_one_run),
        cmocka_unit_test(what_does_not_belong_together_is_refused),
        cmocka_unit_test(many_runs_are_told_apart),
        cmocka_unit_test(kinds_are_bounded),
        cmocka_unit_test(words_of_hosts_do_nothing_to_a_terminal),
        cmocka_unit_test(a_loop_has_one_tally),
        cmocka_unit_test(modems_are_enough),
        cmocka_unit_test(a_file_is_read_as_written),
        cmocka_unit_test(wrong_files_are_told),
        cmocka_unit_test(a_file_may_not_have_a_shard_twice),
        cmocka_unit_test(expressions_hold_or_not),
        cmocka_unit_test(wrong_expressions_are_told),
        cmocka_unit_test(a_summary_is_said),
        cmocka_unit_test(times_have_three_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
