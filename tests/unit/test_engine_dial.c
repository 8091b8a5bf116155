/* test_engine_dial.c: opening a secure socket: what can go wrong, when it is given up, and what is
 * left of it.
 */
#include "address_literal.h"
#include "check.h"
#include "talk.h"

#define DIAL "AT#SSLD=1,443,\"host.test\",0,1,20"

/* What the world is like for a dial, and how it ends. */
struct dial_row {
    const char *name;
    const char *before; /* a line */
    enum name_answer answer;
    enum peer_listens listens;
    struct peer_handshake handshake;
    int64_t after_ms; /* of virtual time the answer comes */
    const char *result;
};

#define SECONDS(s) ((s)*INT64_C(1000))
#define FAILS(cause)                                                                               \
    {                                                                                              \
        .verdict = VERDICT_NO, .reason = (cause), .alert = -1                                      \
    }

static const struct dial_row rows[] = {
    { "accepted", "AT", NAME_ADDRESSES, PEER_ACCEPTS, { .verdict = VERDICT_YES }, 0, "OK" },
    { "no such name", "AT", NAME_FAILS, PEER_ACCEPTS, { .alert = 0 }, 0, "+CME ERROR: 558" },
    { "a silent resolver",
      "AT",
      NAME_HANGS,
      PEER_ACCEPTS,
      { .alert = 0 },
      SECONDS(2),
      "+CME ERROR: 558" },
    { "refused", "AT", NAME_ADDRESSES, PEER_REFUSES, { .alert = 0 }, 0, "+CME ERROR: 832" },
    { "a silent server",
      "AT",
      NAME_ADDRESSES,
      PEER_HANGS,
      { .alert = 0 },
      SECONDS(2),
      "+CME ERROR: 832" },
    { "a silent TLS server",
      "AT",
      NAME_ADDRESSES,
      PEER_ACCEPTS,
      { .alert = 0 },
      SECONDS(2),
      "+CME ERROR: 839" },
    { "an alert",
      "AT",
      NAME_ADDRESSES,
      PEER_ACCEPTS,
      { .verdict = VERDICT_NO, .reason = TLS_ALERT, .alert = 40 },
      0,
      "+CME ERROR: 839" },
    { "expired", "AT", NAME_ADDRESSES, PEER_ACCEPTS, FAILS(TLS_EXPIRED), 0, "+CME ERROR: 839" },
    { "not TLS", "AT", NAME_ADDRESSES, PEER_ACCEPTS, FAILS(TLS_NOT_TLS), 0, "+CME ERROR: 839" },
    { "no context",
      "AT#SGACT=1,0",
      NAME_ADDRESSES,
      PEER_ACCEPTS,
      { .alert = 0 },
      0,
      "+CME ERROR: 556" },
    { "no certificate",
      "AT#SSLSECCFG=1,0,1",
      NAME_ADDRESSES,
      PEER_ACCEPTS,
      { .alert = 0 },
      0,
      "+CME ERROR: 837" },
    { "not enabled",
      "AT#SSLEN=1,0",
      NAME_ADDRESSES,
      PEER_ACCEPTS,
      { .alert = 0 },
      0,
      "+CME ERROR: 836" },
};

static void name_host(struct world *world, enum name_answer answer, const char *const *literals,
                      size_t count)
{
    struct net_address list[NAME_ADDRESSES_MAX];

    for (size_t i = 0; i < count; i++)
        assert_true(address_literal(literals[i], &list[i]));
    scripted_net_name(&world->scripted_net, "host.test", answer, list, count);
}

static void start(struct world *world)
{
    world_init(world);
    assert_int_equal(world_switch_on(world, "he910", false, 1), ERR_OK);
    talk_prepare(world);
}

/* A dial leaves nothing behind but an open connection. */
static void check_left(const struct dial_row *row, struct world *world)
{
    bool open = strcmp(row->result, "OK") == 0;

    check_int(row->name, (intmax_t)world->scripted_tls.sessions, open);
    check_int(row->name, world->scripted_net.streams != NULL, open);
    check_int(row->name, world->scripted_net.queries != NULL, 0);
    check_int(row->name, world->scripted_net.spins, 0);
}

static void check_row(const struct dial_row *row)
{
    static const char *const literal[] = { "10.0.0.7" };
    struct world world;

    start(&world);
    name_host(&world, row->answer, literal, 1);
    scripted_net_listen(&world.scripted_net, TALK_PORT, row->listens);
    peer_decide(scripted_net_peer(&world.scripted_net, TALK_PORT), &row->handshake);
    talk_ok(&world, row->before);
    talk(&world, DIAL);
    world_mark(&world); /* the answer is waited for, not the peer */
    check_int(row->name, world_await(&world, SECONDS(60)), row->after_ms);
    if (!talk_ends_with(world_heard(&world, 0), row->result))
        fail_msg("%s: \"%s\" instead of %s", row->name, show(world_heard(&world, 0)), row->result);
    check_left(row, &world);
    world_deinit(&world);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(&rows[i]);
}

/* The time limit is for each step, not for all (80446ST10707A r0 p.359). */
static void test_each_step_has_its_time(void **state)
{
    static const char *const literal[] = { "10.0.0.7" };
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    start(&world);
    peer = scripted_net_peer(&world.scripted_net, TALK_PORT);
    name_host(&world, NAME_HANGS, NULL, 0);
    scripted_net_listen(&world.scripted_net, TALK_PORT, PEER_HANGS);
    talk(&world, DIAL);
    world_advance(&world, 1900);
    name_host(&world, NAME_ADDRESSES, literal, 1);
    world_advance(&world, 1900);
    scripted_net_listen(&world.scripted_net, TALK_PORT, PEER_ACCEPTS);
    world_advance(&world, 1900);
    check_bytes("not yet", world_heard(&world, 0), span_of(""));
    peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    world_settle(&world);
    check_bytes("open", world_heard(&world, 0), span_of("\r\nOK\r\n"));
    world_deinit(&world);
}

/* Addresses are tried in the order of the resolver. */
static void test_addresses_in_turn(void **state)
{
    static const char *const literals[] = { "2001:db8::1", "10.0.0.1", "::ffff:1", "10.0.0.2" };
    struct world world;

    (void)state;
    start(&world);
    name_host(&world, NAME_ADDRESSES, literals, COUNT(literals));
    talk_expect(&world, DIAL, "\r\n+CME ERROR: 832\r\n");
    assert_int_equal(world.scripted_net.tried_count, COUNT(literals));
    for (size_t i = 0; i < COUNT(literals); i++) {
        struct net_address address;

        address_literal(literals[i], &address);
        assert_int_equal(world.scripted_net.tried[i].family, address.family);
        assert_memory_equal(world.scripted_net.tried[i].bytes, address.bytes, 16);
    }
    world_deinit(&world);
}

/* One that accepts ends the search, though others failed before it. */
static void test_second_address_accepts(void **state)
{
    static const char *const literals[] = { "2001:db8::1", "10.0.0.1", "10.0.0.2" };
    struct world world;

    (void)state;
    start(&world);
    name_host(&world, NAME_ADDRESSES, literals, COUNT(literals));
    scripted_net_listen(&world.scripted_net, TALK_PORT, PEER_HANGS);
    talk(&world, DIAL);
    world.scripted_net.refuse_next = 1;
    scripted_net_listen(&world.scripted_net, TALK_PORT, PEER_ACCEPTS);
    peer_decide(scripted_net_peer(&world.scripted_net, TALK_PORT),
                &(struct peer_handshake){ .verdict = VERDICT_YES });
    world_settle(&world);
    check_bytes("open", world_heard(&world, 0), span_of("\r\nOK\r\n"));
    assert_int_equal(world.scripted_net.tried_count, 2);
    world_deinit(&world);
}

/* What the host types during a dial waits for its end. */
static void test_typing_during_a_dial(void **state)
{
    struct world world;

    (void)state;
    start(&world);
    scripted_net_listen(&world.scripted_net, TALK_PORT, PEER_ACCEPTS);
    world_forget(&world, 0);
    world_type_text(&world, "AT#SSLD=1,443,\"127.0.0.1\",0,1\rAT#SSLS=1\r");
    check_bytes("waits", world_heard(&world, 0), span_of(""));
    peer_decide(scripted_net_peer(&world.scripted_net, TALK_PORT),
                &(struct peer_handshake){ .verdict = VERDICT_YES });
    world_settle(&world);
    check_bytes("then", world_heard(&world, 0),
                span_of("\r\nOK\r\n\r\n#SSLS: 1,2,5\r\n\r\nOK\r\n"));
    world_deinit(&world);
}

/* Switching off in the middle of each step leaves nothing behind. */
static void test_switching_off_during_a_dial(void **state)
{
    static const struct {
        enum name_answer answer;
        enum peer_listens listens;
    } steps[] = {
        { NAME_HANGS, PEER_ACCEPTS },
        { NAME_ADDRESSES, PEER_HANGS },
        { NAME_ADDRESSES, PEER_ACCEPTS },
    };
    static const char *const literal[] = { "10.0.0.7" };

    (void)state;
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct world world;

        start(&world);
        name_host(&world, steps[i].answer, literal, 1);
        scripted_net_listen(&world.scripted_net, TALK_PORT, steps[i].listens);
        talk(&world, DIAL);
        world_switch_off(&world);
        assert_int_equal(world.scripted_tls.sessions, 0);
        assert_null(world.scripted_net.streams);
        assert_null(world.scripted_net.queries);
        world_deinit(&world);
    }
}

/* The clock that certificates are checked by is the modem's. */
static void test_clock_of_the_modem(void **state)
{
    struct world world;

    (void)state;
    start(&world);
    talk_ok(&world, "AT+CCLK=\"30/01/01,00:00:00+00\"");
    scripted_net_listen(&world.scripted_net, TALK_PORT, PEER_ACCEPTS);
    talk(&world, "AT#SSLD=1,443,\"127.0.0.1\",0,1");
    assert_int_equal(world.scripted_tls.last_utc_s, INT64_C(1893456000));
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_each_step_has_its_time),
        cmocka_unit_test(test_addresses_in_turn),
        cmocka_unit_test(test_second_address_accepts),
        cmocka_unit_test(test_typing_during_a_dial),
        cmocka_unit_test(test_switching_off_during_a_dial),
        cmocka_unit_test(test_clock_of_the_modem),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
