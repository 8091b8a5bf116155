/* test_dns.c: names, of the machine and of a name server that may be slow, or mean no good. */
#include "name_server.h"
#include "test_posix_fake.h"

#include "posix/net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NAMES_MAX = 40, ADDRESSES_MAX = 16 };

/* A name that was asked for. */
struct asked {
    struct net_query *query; /* NULL: it has ended, or was cancelled */
    int told;
    enum err err;
    size_t count;
    struct net_address first;
    int order; /* the how manieth it ended */
};

struct fixture {
    struct posix_loop loop;
    struct net *sockets, *net;
    struct dns *dns;
    struct name_server server;
    bool calling; /* inside net_resolve(): no callback may come */
    struct asked asked[NAMES_MAX];
    size_t count, told;
};

static struct fixture *now; /* the one of the test that runs */

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct dns_servers servers = { .count = 1 };

    assert_non_null(f);
    assert_int_equal(posix_loop_open(&f->loop, NULL), ERR_OK);
    assert_int_equal(posix_net_open(&f->loop, &f->sockets), ERR_OK);
    assert_int_equal(dns_open(&f->loop, f->sockets, &f->dns), ERR_OK);
    name_server_open(&f->server, &f->loop);
    servers.list[0] = f->server.at;
    dns_ask(f->dns, &servers);
    f->net = dns_net(f->dns);
    *state = now = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < f->count; i++)
        if (f->asked[i].query != NULL)
            net_cancel(f->asked[i].query);
    name_server_close(&f->server);
    dns_close(f->dns);
    posix_net_close(f->sockets);
    assert_true(posix_loop_close(&f->loop, LIMIT_MS));
    free(f);
    return 0;
}

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct asked *asked = ctx;

    assert_false(now->calling);
    assert_true(asked->query != NULL && count <= ADDRESSES_MAX);
    assert_true(err == ERR_OK ? count > 0 : count == 0);
    asked->query = NULL;
    asked->told++;
    asked->err = err;
    asked->count = count;
    if (count > 0)
        asked->first = list[0];
    asked->order = (int)++now->told;
}

static struct asked *ask(struct fixture *f, const char *name)
{
    struct asked *asked = &f->asked[f->count++];

    assert_true(f->count <= NAMES_MAX);
    f->calling = true;
    if (net_resolve(f->net, name, on_resolved, asked, &asked->query) != ERR_OK)
        fail_msg("%s", name);
    assert_non_null(asked->query);
    f->calling = false;
    return asked;
}

static bool is_told(void *ctx)
{
    return ((const struct asked *)ctx)->told > 0;
}

static bool all_told(void *ctx)
{
    const struct fixture *f = ctx;

    return f->told == f->count;
}

static void expect(struct fixture *f, struct asked *asked, enum err err)
{
    assert_true(run_until(&f->loop, is_told, asked, LIMIT_MS));
    assert_int_equal(asked->err, err);
}

static void names_have_addresses(void **state)
{
    struct fixture *f = *state;
    struct asked *asked = ask(f, "good.test");

    expect(f, asked, ERR_OK);
    assert_int_equal(asked->count, 2);
    expect(f, ask(f, "nobody.test"), ERR_RESOLVE);
    expect(f, ask(f, "fails.test"), ERR_NO_NAME_SERVER);
    asked = ask(f, "tcp.test");
    expect(f, asked, ERR_OK);
    assert_int_equal(asked->count, 2);
}

static void addresses_ask_nobody(void **state)
{
    struct fixture *f = *state;
    struct asked *asked;

    expect(f, ask(f, "192.0.2.7"), ERR_OK);
    asked = ask(f, "[2001:db8::5]");
    expect(f, asked, ERR_OK);
    assert_int_equal(asked->first.family, NET_IPV6);
    assert_int_equal(f->server.asked, 0);
}

/* /etc/hosts has it, or RFC 6761 does. */
static void localhost_is_this_machine(void **state)
{
    struct fixture *f = *state;
    struct asked *asked = ask(f, "localhost");

    expect(f, asked, ERR_OK);
    assert_true(asked->first.family == NET_IPV6 || asked->first.bytes[0] == 127);
    assert_int_equal(f->server.asked, 0);
}

static void impossible_names_are_refused(void **state)
{
    struct fixture *f = *state;
    struct net_query *query = NULL;
    char name[400];

    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(net_resolve(f->net, name, on_resolved, NULL, &query), ERR_RESOLVE);
    assert_int_equal(net_resolve(f->net, "", on_resolved, NULL, &query), ERR_RESOLVE);
    name[100] = '\0'; /* a label longer than DNS has room for */
    expect(f, ask(f, name), ERR_RESOLVE);
    expect(f, ask(f, "good..test"), ERR_RESOLVE);
    assert_int_equal(f->server.asked, 0);
}

/* Bad answers, and when they end. */
static const struct {
    const char *name;
    enum err err;
    size_t count;
} bad[] = {
    { "hundred.test", ERR_OK, ADDRESSES_MAX },
    { "chain.test", ERR_OK, 2 },
    { "huge.test", ERR_OK, ADDRESSES_MAX },
    { "ring.test", ERR_RESOLVE, 0 },
    { "foreign.test", ERR_NO_NAME_SERVER, 0 },
    { "other.test", ERR_NO_NAME_SERVER, 0 },
    { "cut.test", ERR_RESOLVE, 0 },
    { "loop.test", ERR_RESOLVE, 0 },
    { "long.test", ERR_RESOLVE, 0 },
    { "noise.test", ERR_NO_NAME_SERVER, 0 },
    { "empty.test", ERR_NO_NAME_SERVER, 0 },
};

/* What is no answer, c-ares waits for another for, or, from 1.20 on, takes as one. */
static bool is_as_bad(enum err err, enum err expected)
{
    return err == expected || (expected == ERR_NO_NAME_SERVER && err == ERR_RESOLVE);
}

enum { BAD = sizeof(bad) / sizeof(bad[0]), DEAD = 20 };

/* Twenty that no server answers, and those that it answers badly, hold nothing up but themselves.
 * One test: their time-outs run at the same time. */
static void dead_and_bad_names_hold_up_no_other(void **state)
{
    struct fixture *f = *state;
    struct asked *dead[DEAD], *wrong[BAD], *number, *living;
    char name[32];

    for (int i = 0; i < DEAD; i++) {
        snprintf(name, sizeof(name), "slow%d.test", i);
        dead[i] = ask(f, name);
    }
    for (size_t i = 0; i < BAD; i++)
        wrong[i] = ask(f, bad[i].name);
    while (f->server.asked < 2 * (DEAD + BAD)) /* for IPv4 and IPv6 */
        uv_run(&f->loop.uv, UV_RUN_ONCE);
    number = ask(f, "127.0.0.1");
    living = ask(f, "good.test");
    expect(f, number, ERR_OK);
    expect(f, living, ERR_OK);
    for (int i = 0; i < DEAD; i++)
        assert_int_equal(dead[i]->told, 0);
    assert_true(run_until(&f->loop, all_told, f, LIMIT_MS));
    for (int i = 0; i < DEAD; i++)
        assert_int_equal(dead[i]->err, ERR_NO_NAME_SERVER);
    for (size_t i = 0; i < BAD; i++) {
        if (!is_as_bad(wrong[i]->err, bad[i].err) || wrong[i]->count != bad[i].count)
            fail_msg("%s: %s, %zu addresses", bad[i].name, err_text(wrong[i]->err),
                     wrong[i]->count);
    }
    expect(f, ask(f, "good.test"), ERR_OK);
}

/* As a fleet does that dials one server. */
static void who_asks_for_the_same_name_waits_for_the_same_answer(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 10; i++)
        ask(f, "good.test");
    net_cancel(f->asked[0].query);
    f->asked[0].query = NULL;
    for (int i = 1; i < 10; i++)
        expect(f, &f->asked[i], ERR_OK);
    assert_int_equal(f->asked[0].told, 0);
    assert_int_equal(f->server.asked, 2);
    assert_int_equal(f->asked[1].order, 1);
    assert_int_equal(f->asked[9].order, 9);
    expect(f, ask(f, "good.test"), ERR_OK); /* nothing is kept */
    assert_int_equal(f->server.asked, 4);
}

static void cancelled_query_is_silent(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = { "localhost", "127.0.0.1", "good.test", "slow.test" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct asked *asked = ask(f, names[i]);

        net_cancel(asked->query);
        asked->query = NULL;
    }
    expect(f, ask(f, "good2.test"), ERR_OK);
    assert_int_equal(f->told, 1);
}

/* A modem whose host has set a server asks that one; its neighbours do not. */
static void modem_may_have_servers_of_its_own(void **state)
{
    struct fixture *f = *state;
    struct net_address nobody = { .family = NET_IPV4, .bytes = { 127, 0, 0, 53 } };
    struct net *own, *shared = f->net;

    assert_int_equal(dns_own_open(f->dns, NULL, &own), ERR_OK);
    f->net = own;
    expect(f, ask(f, "good.test"), ERR_OK);
    net_set_name_servers(own, &nobody, 1); /* nobody listens there: refused at once */
    expect(f, ask(f, "good.test"), ERR_NO_NAME_SERVER);
    expect(f, ask(f, "127.0.0.1"), ERR_OK);
    f->net = shared;
    expect(f, ask(f, "good.test"), ERR_OK);
    net_set_name_servers(shared, &nobody, 1); /* not its business */
    expect(f, ask(f, "good.test"), ERR_OK);
    f->net = own;
    net_set_name_servers(own, NULL, 0);
    expect(f, ask(f, "good.test"), ERR_OK);
    dns_own_close(own);
}

/* Its questions come from where all else of the modem's does; a server that cannot be asked from
 * there is none. */
static void modem_may_have_a_source(void **state)
{
    static const struct net_address four = { .bytes = { 127, 0, 0, 7 } };
    static const struct net_address six = { .family = NET_IPV6, .bytes = { [15] = 1 } };
    struct fixture *f = *state;
    struct net *own, *other, *shared = f->net;

    assert_int_equal(dns_own_open(f->dns, &four, &own), ERR_OK);
    assert_int_equal(dns_own_open(f->dns, &six, &other), ERR_OK);
    f->net = own;
    expect(f, ask(f, "good.test"), ERR_OK);
    assert_memory_equal(f->server.from.bytes, four.bytes, 4);
    f->net = shared;
    expect(f, ask(f, "good.test"), ERR_OK);
    assert_int_equal(f->server.from.bytes[3], 1);
    f->net = other;
    expect(f, ask(f, "good.test"), ERR_NO_NAME_SERVER);
    expect(f, ask(f, "::1"), ERR_OK);
    dns_own_close(own);
    dns_own_close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(names_have_addresses),
        TEST(addresses_ask_nobody),
        TEST(localhost_is_this_machine),
        TEST(impossible_names_are_refused),
        TEST(dead_and_bad_names_hold_up_no_other),
        TEST(who_asks_for_the_same_name_waits_for_the_same_answer),
        TEST(cancelled_query_is_silent),
        TEST(modem_may_have_servers_of_its_own),
        TEST(modem_may_have_a_source),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
