/* test_metrics.c: what is counted of a scripted network, in virtual time, and how it is written. */
#include "address_literal.h"
#include "check.h"
#include "control/exposition.h"
#include "control/metrics.h"
#include "world.h"
#include "wrap/count_net.h"
#include "wrap/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORT = 700, ROUND_TRIP_MS = 40 };

/* ---- the text ---- */

static void expect_text(struct exposition *out, const char *expected)
{
    assert_false(out->failed);
    assert_int_equal(out->out.len, strlen(expected));
    assert_memory_equal(out->out.data, expected, strlen(expected));
    exposition_free(out);
}

static void values_and_help_are_escaped(void **state)
{
    struct exposition out = { .family = NULL };

    (void)state;
    exposition_family(&out, "a_total", "counter", "one\\two\nthree \"four\"");
    exposition_sample(&out,
                      (struct exposition_label[]){
                          { "x", "a\"b\\c\nd" }, { "y", "M\xc3\xbcller" }, { NULL, NULL } },
                      UINT64_MAX);
    exposition_sample(&out, NULL, 0);
    expect_text(&out, "# HELP a_total one\\\\two\\nthree \"four\"\n"
                      "# TYPE a_total counter\n"
                      "a_total{x=\"a\\\"b\\\\c\\nd\",y=\"M\xc3\xbcller\"} 18446744073709551615\n"
                      "a_total 0\n");
}

/* Each bound of Prometheus ends a bucket: what is one microsecond longer is in the next. */
static void bounds_belong_to_their_buckets(void **state)
{
    static const uint64_t bounds_ms[] = { 1,   2,   5,    10,   25,    50,    100,
                                          250, 500, 1000, 5000, 15000, 60000, 150000 };
    enum { BOUNDS = sizeof(bounds_ms) / sizeof(bounds_ms[0]) };
    struct count_times times = { 0 };
    const struct count_times *const list[] = { &times };
    struct exposition out = { .family = NULL };
    char expected[64];

    (void)state;
    for (size_t i = 0; i < BOUNDS; i++) {
        count_time(&times, bounds_ms[i] * 1000);
        count_time(&times, bounds_ms[i] * 1000 + 1);
    }
    exposition_family(&out, "t", "histogram", "h");
    exposition_times(&out, list, 1);
    for (size_t i = 0; i < BOUNDS; i++) {
        snprintf(expected, sizeof(expected), "t_bucket{le=\"%g\"} %zu\n",
                 (double)bounds_ms[i] / 1000, 2 * i + 1);
        assert_non_null(memmem(out.out.data, out.out.len, expected, strlen(expected)));
    }
    assert_int_equal(count_read(&times.max_us), 150000001);
    exposition_free(&out);
}

static void times_of_threads_add_up(void **state)
{
    struct count_times one = { 0 }, other = { 0 };
    const struct count_times *const list[] = { &one, &other };
    struct exposition out = { .family = NULL };

    (void)state;
    count_time(&one, 1000);
    count_time(&one, 60000000);
    count_time(&other, 2000);
    count_time(&other, 999999000);
    exposition_family(&out, "t_seconds", "histogram", "h");
    exposition_times(&out, list, 2);
    expect_text(&out,
                "# HELP t_seconds h\n# TYPE t_seconds histogram\n"
                "t_seconds_bucket{le=\"0.001\"} 1\nt_seconds_bucket{le=\"0.002\"} 2\n"
                "t_seconds_bucket{le=\"0.005\"} 2\nt_seconds_bucket{le=\"0.01\"} 2\n"
                "t_seconds_bucket{le=\"0.025\"} 2\nt_seconds_bucket{le=\"0.05\"} 2\n"
                "t_seconds_bucket{le=\"0.1\"} 2\nt_seconds_bucket{le=\"0.25\"} 2\n"
                "t_seconds_bucket{le=\"0.5\"} 2\nt_seconds_bucket{le=\"1\"} 2\n"
                "t_seconds_bucket{le=\"5\"} 2\nt_seconds_bucket{le=\"15\"} 2\n"
                "t_seconds_bucket{le=\"60\"} 3\nt_seconds_bucket{le=\"150\"} 3\n"
                "t_seconds_bucket{le=\"+Inf\"} 4\nt_seconds_sum 1060.002\nt_seconds_count 4\n");
}

/* ---- the network ---- */

struct rig {
    struct world world;
    struct net *link, *net;
    struct tally_sums sums;
    struct net_stream *stream;
    int connected, failed;
};

static void start(struct rig *rig)
{
    struct link_profile profile = { .up = { 0, ROUND_TRIP_MS / 2 },
                                    .down = { 0, ROUND_TRIP_MS / 2 } };

    memset(rig, 0, sizeof(*rig));
    world_init(&rig->world);
    assert_int_equal(link_open(rig->world.net, rig->world.clock, &profile, &rig->link), ERR_OK);
    assert_int_equal(count_net_open(rig->link, rig->world.clock, &rig->sums.net, &rig->net),
                     ERR_OK);
}

static void stop(struct rig *rig)
{
    world_settle(&rig->world);
    count_net_close(rig->net);
    link_close(rig->link);
    world_deinit(&rig->world);
}

static void on_event(void *ctx, enum net_event event, enum err err)
{
    struct rig *rig = ctx;

    (void)err;
    rig->connected += event == NET_CONNECTED;
    rig->failed += event == NET_FAILED;
}

static uint64_t sockets(const struct rig *rig, enum count_socket state)
{
    return count_read(&rig->sums.net.sockets[state]);
}

static void dial(struct rig *rig, enum peer_listens listens)
{
    struct net_target to = { .transport = NET_TCP, .port = PORT };

    scripted_net_listen(&rig->world.scripted_net, PORT, listens);
    assert_true(address_literal("10.0.0.7", &to.address));
    assert_int_equal(net_connect(rig->net, &to, on_event, rig, &rig->stream), ERR_OK);
    assert_int_equal(sockets(rig, COUNT_CONNECTING), 1);
    world_advance(&rig->world, ROUND_TRIP_MS);
}

static void connections_are_counted(void **state)
{
    struct rig rig;
    char buf[100];

    (void)state;
    start(&rig);
    dial(&rig, PEER_ACCEPTS);
    assert_int_equal(rig.connected, 1);
    assert_int_equal(sockets(&rig, COUNT_CONNECTING), 0);
    assert_int_equal(sockets(&rig, COUNT_CONNECTED), 1);
    assert_int_equal(count_read(&rig.sums.net.dials.sum_us), ROUND_TRIP_MS * 1000);
    assert_int_equal(net_stream_send(rig.stream, "hello", 5), 5);
    assert_true(peer_send(scripted_net_peer(&rig.world.scripted_net, PORT), span_of("goodbye")));
    world_advance(&rig.world, ROUND_TRIP_MS);
    assert_int_equal(net_stream_recv(rig.stream, buf, sizeof(buf)), 7);
    assert_int_equal(net_stream_recv(rig.stream, buf, sizeof(buf)), -ERR_AGAIN);
    assert_int_equal(count_read(&rig.sums.net.sent), 5);
    assert_int_equal(count_read(&rig.sums.net.received), 7);
    net_stream_close(rig.stream);
    assert_int_equal(sockets(&rig, COUNT_CONNECTED), 0);
    world_advance(&rig.world, 60000);
    stop(&rig);
}

static void a_refusal_is_no_dial(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    dial(&rig, PEER_REFUSES);
    assert_int_equal(rig.failed, 1);
    for (int i = 0; i < COUNT_SOCKETS; i++)
        assert_int_equal(sockets(&rig, (enum count_socket)i), 0);
    assert_int_equal(count_read(&rig.sums.net.dials.sum_us), 0);
    assert_int_equal(count_read(&rig.sums.net.failed_dials[COUNT_DIAL_REFUSED]), 1);
    assert_int_equal(count_read(&rig.sums.net.failed_dials[COUNT_DIAL_GIVEN_UP]), 0);
    net_stream_close(rig.stream);
    for (int i = 0; i < COUNT_SOCKETS; i++)
        assert_int_equal(sockets(&rig, (enum count_socket)i), 0);
    stop(&rig);
}

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    (void)ctx;
    (void)err;
    (void)list;
    (void)count;
}

static void look_ups_have_outcomes(void **state)
{
    struct net_address address;
    struct net_query *query;
    struct rig rig;

    (void)state;
    start(&rig);
    assert_true(address_literal("10.0.0.7", &address));
    scripted_net_name(&rig.world.scripted_net, "here.test", NAME_ADDRESSES, &address, 1);
    assert_int_equal(net_resolve(rig.net, "here.test", on_resolved, &rig, &query), ERR_OK);
    world_advance(&rig.world, ROUND_TRIP_MS);
    assert_int_equal(net_resolve(rig.net, "nowhere.test", on_resolved, &rig, &query), ERR_OK);
    world_advance(&rig.world, ROUND_TRIP_MS);
    assert_int_equal(net_resolve(rig.net, "here.test", on_resolved, &rig, &query), ERR_OK);
    net_cancel(query);
    assert_int_equal(count_read(&rig.sums.net.lookups[COUNT_FOUND]), 1);
    assert_int_equal(count_read(&rig.sums.net.lookups[COUNT_NOT_FOUND]), 1);
    assert_int_equal(count_read(&rig.sums.net.lookups[COUNT_LOOKUP_GIVEN_UP]), 1);
    stop(&rig);
}

/* ---- the families ---- */

static size_t samples_of(const struct exposition *out, const char *name)
{
    size_t count = 0, len = strlen(name);
    const char *text = (const char *)out->out.data, *end = text + out->out.len;

    while (text < end) {
        const char *next = memchr(text, '\n', (size_t)(end - text));

        count += (size_t)(end - text) > len && memcmp(text, name, len) == 0;
        text = next + 1;
    }
    return count;
}

/* No more samples come of what modems do than these. */
static void labels_are_bounded(void **state)
{
    static struct tally_sums sums;
    static struct tally_census census;
    const struct tally_sums *const list[] = { &sums, &sums };
    struct metrics metrics = { .sums = list, .count = 2, .census = &census };
    struct exposition out = { .family = NULL };
    size_t models = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(sums) / sizeof(count_sum); i++)
        count_add((count_sum *)&sums + i, 3);
    while (tlsmodem_model_at(models) != NULL)
        census.models[models++][TALLY_LOST] = 1;
    census.count = TALLY_NAMES_MAX + 1; /* too many to be named */
    census.named = TALLY_NAMES_MAX + 1;
    metrics_write(&metrics, &out);
    assert_int_equal(samples_of(&out, "tlsmodem_modems{"), models * TALLY_STATES);
    assert_int_equal(samples_of(&out, "tlsmodem_handshakes_total{"),
                     COUNT_VERSIONS * (COUNT_SUITES + 1 + COUNT_REASONS + 1));
    assert_int_equal(samples_of(&out, "tlsmodem_at_commands_total{"), TLSMODEM_RESULTS);
    assert_int_equal(samples_of(&out, "tlsmodem_last_success_timestamp_seconds{"), 0);
    assert_non_null(memmem(out.out.data, out.out.len, "{result=\"ok\"} 6\n", 16));
    assert_non_null(memmem(out.out.data, out.out.len, "suite=\"other\"", 13));
    exposition_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_help_are_escaped),
        cmocka_unit_test(bounds_belong_to_their_buckets),
        cmocka_unit_test(times_of_threads_add_up),
        cmocka_unit_test(connections_are_counted),
        cmocka_unit_test(a_refusal_is_no_dial),
        cmocka_unit_test(look_ups_have_outcomes),
        cmocka_unit_test(labels_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
