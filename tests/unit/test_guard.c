/* test_guard.c: where a modem may go: the rules, and a network behind them, in virtual time. */
#include "address_literal.h"
#include "check.h"
#include "world.h"
#include "wrap/address_words.h"
#include "wrap/guard.h"
#include "wrap/guard_rules.h"
#include "wrap/stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* ---- addresses as text ---- */

static void addresses_are_read(void **state)
{
    static const struct {
        const char *words, *said;
    } rows[] = {
        { "0.0.0.0", "0.0.0.0" },
        { "255.10.0.1", "255.10.0.1" },
        { "::", "0:0:0:0:0:0:0:0" },
        { "::1", "0:0:0:0:0:0:0:1" },
        { "fe80::", "fe80:0:0:0:0:0:0:0" },
        { "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8" },
        { "1::8", "1:0:0:0:0:0:0:8" },
        { "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
        { "2001:DB8::a", "2001:db8:0:0:0:0:0:a" },
        { "::ffff:1.2.3.4", "0:0:0:0:0:ffff:102:304" },
        { "64:ff9b::127.0.0.1", "64:ff9b:0:0:0:0:7f00:1" },
    };
    static const char *const wrong[] = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.",
        "1.2.3.4.5",
        "1.2.3.256",
        "01.2.3.4",
        ".1.2.3",
        "1..2.3",
        "a.b.c.d",
        ":",
        ":::",
        "1:2",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "::1::",
        "12345::",
        "g::",
        "1:",
        ":1",
        "::1.2.3",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1%lo",
        "[::1]",
        "1:2:3:4:5:6:7:",
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct net_address address;
        char memory[64];
        struct text text;

        text_init(&text, memory, sizeof(memory));
        if (!address_words_read(span_of(rows[i].words), &address))
            fail_msg("\"%s\" is not read", rows[i].words);
        address_words_add(&text, &address);
        assert_string_equal(memory, rows[i].said);
    }
    for (size_t i = 0; i < ROWS(wrong); i++) {
        if (address_words_read(span_of(wrong[i]), &(struct net_address){ 0 }))
            fail_msg("\"%s\" is read", wrong[i]);
    }
}

/* ---- rules ---- */

static void wrong_words_are_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "local",
        "deny",
        "deny=",
        "allow=",
        "deny=10.0.0.0/33",
        "deny=::/129",
        "deny=10.0.0/8",
        "deny=10.0.0.256",
        "deny=1.2.3",
        "deny=host:",
        "deny=host:0",
        "deny=host:65536",
        "deny=host:9-8",
        "deny=host:1-",
        "deny=a b",
        "deny=*.",
        "deny=**",
        "deny=[::1",
        "deny=::1:x",
        "deny=host/8",
        "deny=a,,deny=b",
        "deny=a,b",
        "permit=a",
    };
    char memory[400];
    struct text why;

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        text_init(&why, memory, sizeof(memory));
        if (guard_rules_check(span_of(rows[i]), &why))
            fail_msg("\"%s\" passes", rows[i]);
        assert_non_null(strstr(memory, "is no rule; allowed: allow=PLACE and deny=PLACE"));
    }
    text_init(&why, memory, sizeof(memory));
    assert_true(guard_rules_check(
        span_of("allow=*:8883,DENY=Local,deny=private:1-1024,allow=[2001:db8::1]:443,"
                "allow=2001:db8::/32,deny=[fe80::]/10:1,allow=*.example.org:80,deny=host_1.,"
                "allow=10.0.0.0/8:22"),
        &why));
}

/* One question: "ADDRESS PORT NAME". */
static const struct {
    const char *rules, *address;
    uint16_t port;
    const char *name;
    bool is_own, passes;
    const char *why; /* what it has in it; NULL where it passes */
} questions[] = {
    /* deny alone lets all else pass */
    { "deny=10.0.0.0/8", "10.1.2.3", 80, NULL, false, false, "deny=10.0.0.0/8" },
    { "deny=10.0.0.0/8", "11.0.0.0", 80, NULL, false, true, NULL },
    { "deny=10.0.0.0/9", "10.128.0.0", 80, NULL, false, true, NULL },
    { "deny=10.0.0.1", "10.0.0.1", 0, NULL, false, false, "deny=10.0.0.1" },
    { "deny=*", "2001:db8::1", 1, NULL, false, false, "deny=*" },
    /* ports; an echo request has none */
    { "deny=*:25", "1.2.3.4", 25, NULL, false, false, "deny=*:25" },
    { "deny=*:25", "1.2.3.4", 26, NULL, false, true, NULL },
    { "deny=*:25", "1.2.3.4", 0, NULL, false, true, NULL },
    { "deny=*:20-25", "1.2.3.4", 20, NULL, false, false, "deny=*:20-25" },
    { "allow=1.2.3.4:80", "1.2.3.4", 0, NULL, false, false, "no allow" },
    /* an IPv4 address in other clothes */
    { "deny=127.0.0.0/8", "::ffff:127.0.0.1", 80, NULL, false, false, "deny=127" },
    { "deny=169.254.0.0/16", "64:ff9b::169.254.169.254", 80, NULL, false, false, "deny=169" },
    { "allow=1.2.3.4", "64:ff9b::1.2.3.4", 80, NULL, false, false, "no allow" },
    /* the unspecified address goes to the loopback one of its family */
    { "deny=127.0.0.1", "0.0.0.0", 80, NULL, false, false, "deny=127.0.0.1" },
    { "deny=127.0.0.0/8", "::ffff:0.0.0.0", 80, NULL, false, false, "deny=127.0.0.0/8" },
    { "deny=127.0.0.0/8", "64:ff9b::0.0.0.0", 80, NULL, false, false, "deny=127.0.0.0/8" },
    { "deny=127.0.0.1:81", "0.0.0.0", 80, NULL, false, true, NULL },
    { "deny=[::1]", "::", 80, NULL, false, false, "deny=[::1]" },
    { "deny=0.0.0.0", "0.0.0.0", 80, NULL, false, false, "deny=0.0.0.0" },
    { "deny=0.0.0.0", "127.0.0.1", 80, NULL, false, true, NULL },
    { "deny=[::]", "::", 80, NULL, false, false, "deny=[::]" },
    { "allow=127.0.0.1", "0.0.0.0", 80, NULL, false, true, NULL },
    { "allow=0.0.0.0/2", "0.0.0.0", 80, NULL, false, false, "no allow" },
    /* groups */
    { "deny=machine", "127.9.9.9", 80, NULL, false, false, "deny=machine" },
    { "deny=machine", "0.0.0.0", 80, NULL, false, false, "deny=machine" },
    { "deny=machine", "::", 80, NULL, false, false, "deny=machine" },
    { "deny=machine", "::1", 80, NULL, false, false, "deny=machine" },
    { "deny=machine", "192.0.2.7", 80, NULL, true, false, "deny=machine" },
    { "deny=machine", "192.0.2.7", 80, NULL, false, true, NULL },
    { "deny=machine", "169.254.1.1", 80, NULL, false, true, NULL },
    { "deny=link-local", "169.254.1.1", 80, NULL, false, false, "deny=link-local" },
    { "deny=link-local", "fe80::1", 80, NULL, false, false, "deny=link-local" },
    { "deny=link-local", "febf::1", 80, NULL, false, false, "deny=link-local" },
    { "deny=link-local", "fec0::1", 80, NULL, false, true, NULL },
    { "deny=metadata", "169.254.169.254", 80, NULL, false, false, "deny=metadata" },
    { "deny=metadata", "fd00:ec2::254", 80, NULL, false, false, "deny=metadata" },
    { "deny=metadata", "169.254.169.253", 80, NULL, false, true, NULL },
    { "deny=local", "100.100.100.200", 80, NULL, false, false, "deny=local" },
    { "deny=local", "10.0.0.1", 80, NULL, false, true, NULL },
    { "deny=private", "172.31.255.255", 80, NULL, false, false, "deny=private" },
    { "deny=private", "172.32.0.0", 80, NULL, false, true, NULL },
    { "deny=private:25", "10.0.0.1", 26, NULL, false, true, NULL },
    /* the narrowest counts, deny where two are alike */
    { "deny=local,allow=127.0.0.1:8443,allow=*", "127.0.0.1", 8443, NULL, false, true, NULL },
    { "deny=local,allow=127.0.0.1:8443,allow=*", "127.0.0.1", 8444, NULL, false, false, "local" },
    { "deny=local,allow=127.0.0.0/8", "127.0.0.1", 1, NULL, true, false, "local" },
    { "deny=machine,allow=10.0.0.0/8", "10.0.0.9", 1, NULL, true, false, "machine" },
    { "deny=machine,allow=10.0.0.9", "10.0.0.9", 1, NULL, true, true, NULL },
    { "deny=10.0.0.1,allow=10.0.0.1", "10.0.0.1", 1, NULL, false, false, "deny=10.0.0.1" },
    { "allow=10.0.0.0/8,deny=10.1.0.0/16,allow=10.1.1.1", "10.1.1.1", 1, NULL, false, true, NULL },
    { "allow=10.0.0.0/8,deny=10.1.0.0/16,allow=10.1.1.1", "10.1.1.2", 1, NULL, false, false,
      "deny=10.1.0.0/16" },
    /* allow: and nothing else */
    { "allow=10.0.0.0/8", "11.0.0.1", 1, NULL, false, false, "no allow" },
    { "allow=[2001:db8::]:443", "2001:db8::", 443, NULL, false, true, NULL },
    /* names */
    { "allow=a.test:443", "1.2.3.4", 443, "A.test.", false, true, NULL },
    { "allow=a.test:443", "1.2.3.4", 80, "a.test", false, false, "no allow" },
    { "allow=a.test:443", "1.2.3.4", 443, "b.a.test", false, false, "no allow" },
    { "allow=a.test:443", "1.2.3.4", 443, NULL, false, false, "no allow" },
    { "allow=*.a.test", "1.2.3.4", 443, "b.a.test", false, true, NULL },
    { "allow=*.a.test", "1.2.3.4", 443, "a.test", false, false, "no allow" },
    { "allow=*.a.test", "1.2.3.4", 443, "ba.test", false, false, "no allow" },
    { "allow=a.test", "127.0.0.1", 443, "a.test", false, false, "a name alone" },
    { "allow=a.test", "192.0.2.1", 443, "a.test", true, false, "a name alone" },
    { "allow=a.test", "169.254.169.254", 443, "a.test", false, false, "a name alone" },
    { "allow=a.test,allow=127.0.0.1", "127.0.0.1", 443, "a.test", false, true, NULL },
    { "allow=a.test,deny=private", "10.0.0.1", 443, "a.test", false, false, "deny=private" },
    { "deny=a.test", "1.2.3.4", 443, "a.test", false, false, "deny=a.test" },
    { "deny=a.test,allow=1.2.3.4", "1.2.3.4", 443, "a.test", false, false, "deny=a.test" },
    { "deny=a.test", "1.2.3.4", 443, "b.test", false, true, NULL },
};

static void rules_are_weighed(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(questions); i++) {
        struct guard_rules *rules = guard_rules_new(span_of(questions[i].rules));
        struct guard_target target = { .port = questions[i].port,
                                       .name = questions[i].name,
                                       .is_own = questions[i].is_own };
        const char *why;
        bool passes;

        assert_non_null(rules);
        assert_true(address_words_read(span_of(questions[i].address), &target.address));
        passes = guard_rules_allow(rules, &target, &why);
        if (passes != questions[i].passes)
            fail_msg("%s: %s port %u %s", questions[i].rules, questions[i].address,
                     (unsigned)questions[i].port, passes ? "passes" : why);
        if (!passes && strstr(why, questions[i].why) == NULL)
            fail_msg("%s: %s says %s", questions[i].rules, questions[i].address, why);
        free(rules);
    }
}

/* ---- the network behind them ---- */

struct rig {
    struct world world;
    struct stack stack;
    struct net *net;
    struct net_query *query;
    struct net_stream *stream;
    struct net_address address; /* that a name has */
    int resolved, connected, failed, echoes;
    enum err err;
    char log[1000];
};

static void write_log(void *ctx, const char *level, const char *text)
{
    struct rig *rig = ctx;
    size_t used = strlen(rig->log);

    snprintf(rig->log + used, sizeof(rig->log) - used, "%s: %s\n", level, text);
}

static void start(struct rig *rig, const char *guard, const char *map)
{
    struct stack_plan plan = { { NULL } };
    struct net_address inside, outside;
    char memory[200];
    struct text why;

    memset(rig, 0, sizeof(*rig));
    text_init(&why, memory, sizeof(memory));
    world_init(&rig->world);
    rig->world.log.write = write_log;
    rig->world.log.ctx = rig;
    assert_true(address_literal("127.0.0.1", &inside));
    assert_true(address_literal("198.51.100.7", &outside));
    scripted_net_name(&rig->world.scripted_net, "inside.test", NAME_ADDRESSES, &inside, 1);
    scripted_net_name(&rig->world.scripted_net, "outside.test", NAME_ADDRESSES, &outside, 1);
    scripted_net_name(&rig->world.scripted_net, "other.test", NAME_ADDRESSES, &outside, 1);
    scripted_net_listen(&rig->world.scripted_net, 443, PEER_ACCEPTS);
    assert_true(stack_plan_add(&plan, "guard", guard, &why));
    assert_true(map == NULL || stack_plan_add(&plan, "map", map, &why));
    assert_int_equal(stack_open(&rig->stack, &plan, rig->world.net, rig->world.clock,
                                &rig->world.log, &rig->net),
                     ERR_OK);
}

static void stop(struct rig *rig)
{
    if (rig->stream != NULL)
        net_stream_close(rig->stream);
    world_settle(&rig->world);
    assert_null(rig->world.scripted_net.streams);
    stack_close(&rig->stack);
    world_deinit(&rig->world);
}

static void on_resolved(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    struct rig *rig = ctx;

    rig->resolved++;
    rig->err = err;
    assert_int_equal(count > 0, err == ERR_OK);
    if (err == ERR_OK)
        rig->address = list[0];
}

static void on_event(void *ctx, enum net_event event, enum err err)
{
    struct rig *rig = ctx;

    rig->connected += event == NET_CONNECTED;
    rig->failed += event == NET_FAILED;
    if (event == NET_FAILED)
        rig->err = err;
}

/* Dials a name as a service does; what comes of it. */
static enum err dial(struct rig *rig, const char *name, enum net_transport transport)
{
    struct net_target to = { .transport = transport, .port = 443 };
    enum err err;

    rig->connected = rig->failed = 0;
    rig->log[0] = '\0';
    assert_int_equal(net_resolve(rig->net, name, on_resolved, rig, &rig->query), ERR_OK);
    world_settle(&rig->world);
    assert_int_equal(rig->err, ERR_OK);
    to.address = rig->address;
    err = net_connect(rig->net, &to, on_event, rig, &rig->stream);
    if (err != ERR_OK) {
        rig->stream = NULL;
        return err;
    }
    world_settle(&rig->world);
    assert_int_equal(rig->connected + rig->failed, 1);
    net_stream_close(rig->stream);
    rig->stream = NULL;
    return rig->connected ? ERR_OK : rig->err;
}

static void what_is_denied_is_unreachable(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, "deny=local", NULL);
    assert_int_equal(dial(&rig, "inside.test", NET_TCP), ERR_UNREACHABLE);
    assert_string_equal(rig.log,
                        "warning: a connection to 127.0.0.1 port 443 refused by the rules of where "
                        "it may go: deny=local\n");
    assert_int_equal(dial(&rig, "127.0.0.1", NET_UDP), ERR_UNREACHABLE);
    assert_non_null(strstr(rig.log, "a datagram to 127.0.0.1 port 443"));
    assert_int_equal(dial(&rig, "outside.test", NET_TCP), ERR_OK);
    assert_string_equal(rig.log, "");
    stop(&rig);
}

static void the_last_name_of_an_address_counts(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, "allow=outside.test:443", NULL);
    assert_int_equal(dial(&rig, "outside.test", NET_TCP), ERR_OK);
    assert_int_equal(dial(&rig, "other.test", NET_TCP), ERR_UNREACHABLE);
    assert_non_null(strstr(rig.log, "(other.test) refused"));
    assert_int_equal(dial(&rig, "198.51.100.7", NET_TCP), ERR_UNREACHABLE);
    assert_null(strstr(rig.log, "("));
    assert_int_equal(dial(&rig, "outside.test", NET_TCP), ERR_OK);
    assert_int_equal(dial(&rig, "inside.test", NET_TCP), ERR_UNREACHABLE);
    stop(&rig);
}

static void what_a_map_leads_to_is_asked(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, "deny=local", "old.test=inside.test,10.0.0.1=outside.test");
    assert_int_equal(dial(&rig, "old.test", NET_TCP), ERR_UNREACHABLE);
    assert_non_null(strstr(rig.log, "127.0.0.1 port 443"));
    assert_int_equal(dial(&rig, "10.0.0.1", NET_TCP), ERR_OK);
    stop(&rig);
    start(&rig, "allow=outside.test", "old.test=outside.test");
    assert_int_equal(dial(&rig, "old.test", NET_TCP), ERR_OK);
    stop(&rig);
}

static void on_echo(void *ctx, enum err err, uint32_t round_trip_ms, int ttl)
{
    struct rig *rig = ctx;

    (void)round_trip_ms;
    (void)ttl;
    rig->echoes++;
    rig->err = err;
}

static void echo_requests_are_asked_for(void **state)
{
    struct net_echo echo = { .bytes = 8, .timeout_ms = 1000 };
    struct rig rig;

    (void)state;
    start(&rig, "deny=machine", NULL);
    assert_true(address_literal("127.0.0.1", &echo.to));
    assert_int_equal(net_start_echo(rig.net, &echo, on_echo, &rig, &rig.query), ERR_OK);
    assert_int_equal(rig.echoes, 0);
    world_advance(&rig.world, 1);
    assert_int_equal(rig.echoes, 1);
    assert_int_equal(rig.err, ERR_UNREACHABLE);
    assert_int_equal(net_start_echo(rig.net, &echo, on_echo, &rig, &rig.query), ERR_OK);
    net_cancel(rig.query);
    world_advance(&rig.world, 1);
    assert_int_equal(rig.echoes, 1);
    stop(&rig);
}

static void a_look_up_may_be_given_up(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, "allow=outside.test", NULL);
    assert_int_equal(net_resolve(rig.net, "outside.test", on_resolved, &rig, &rig.query), ERR_OK);
    net_cancel(rig.query);
    world_settle(&rig.world);
    assert_int_equal(rig.resolved, 0);
    stop(&rig);
}

/* ---- who is asked for names ---- */

struct asked {
    struct net base;
    struct net_address list[8];
    size_t count;
};

static void note_servers(struct net *net, const struct net_address *list, size_t count)
{
    struct asked *asked = (struct asked *)net;

    asked->count = count;
    for (size_t i = 0; i < count; i++)
        asked->list[i] = list[i];
}

static bool owns(struct net *net, const struct net_address *address)
{
    (void)net;
    return address->bytes[0] == 203;
}

static void name_servers_are_asked_for(void **state)
{
    static const struct net_ops ops = { .set_name_servers = note_servers, .is_own = owns };
    struct asked asked = { .base.ops = &ops };
    struct net_address list[3];
    struct world world;
    struct net *net;

    (void)state;
    world_init(&world);
    assert_true(address_literal("127.0.0.1", &list[0]));
    assert_true(address_literal("198.51.100.1", &list[1]));
    assert_true(address_literal("203.0.113.1", &list[2]));
    assert_int_equal(
        guard_wrapper.open(&asked.base, world.clock, NULL, span_of("deny=machine:53"), &net),
        ERR_OK);
    net_set_name_servers(net, list, 3);
    assert_int_equal(asked.count, 3);
    assert_int_equal(asked.list[0].bytes[0], 255);
    assert_int_equal(asked.list[1].bytes[0], 198);
    assert_int_equal(asked.list[2].bytes[0], 255);
    net_set_name_servers(net, NULL, 0);
    assert_int_equal(asked.count, 0);
    guard_wrapper.close(net);
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read),
        cmocka_unit_test(wrong_words_are_refused),
        cmocka_unit_test(rules_are_weighed),
        cmocka_unit_test(what_is_denied_is_unreachable),
        cmocka_unit_test(the_last_name_of_an_address_counts),
        cmocka_unit_test(what_a_map_leads_to_is_asked),
        cmocka_unit_test(echo_requests_are_asked_for),
        cmocka_unit_test(a_look_up_may_be_given_up),
        cmocka_unit_test(name_servers_are_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
