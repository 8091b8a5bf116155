/* test_telit_session.c: what #SSLFASTD may take up, and when the keys leave memory.
 *
 * Source: Telit 1vv0300989 r12 §5 (tab. 3), §5.3, §5.4.5; r6 §4.4.  The rule is written down in
 * telit_ssl_session.c.
 */
#include "check.h"
#include "talk.h"

enum { DAY_MS = 24 * 3600 * 1000 };

#define FAST    "AT#SSLFASTD=1,1"
#define NO_GOOD "\r\n+CME ERROR: 830\r\n"

struct scene {
    struct world world;
    struct scripted_peer *peer;
};

static size_t tickets(const struct scene *scene)
{
    return scene->world.scripted_tls.tickets;
}

static void decide(struct scene *scene, enum peer_verdict verdict)
{
    peer_decide(scene->peer, &(struct peer_handshake){ .verdict = verdict,
                                                       .reason = TLS_ALERT,
                                                       .alert = verdict == VERDICT_NO ? 40 : -1 });
}

/* Ready to dial, with a peer that resumes what it is offered. */
static void begin(struct scene *scene)
{
    world_init(&scene->world);
    world_switch_on(&scene->world, "gl865-dual", false, 1);
    talk_prepare(&scene->world);
    scripted_net_listen(&scene->world.scripted_net, TALK_PORT, PEER_ACCEPTS);
    scene->peer = scripted_net_peer(&scene->world.scripted_net, TALK_PORT);
    scene->peer->resumes = true;
}

static void end(struct scene *scene)
{
    world_switch_off(&scene->world);
    assert_int_equal(tickets(scene), 0);
    world_deinit(&scene->world);
}

static void dial(struct scene *scene, bool keep)
{
    decide(scene, VERDICT_YES);
    talk_expect(&scene->world,
                keep ? "AT#SSLD=1,443,\"10.0.0.1\",1,1" : "AT#SSLD=1,443,\"10.0.0.1\",0,1",
                "\r\nOK\r\n");
}

static bool offered_to_resume(const struct scene *scene)
{
    return strstr(scene->peer->offer, "resume=1") != NULL;
}

static void fast_dial(struct scene *scene, bool resumes)
{
    decide(scene, VERDICT_YES);
    talk_expect(&scene->world, FAST, "\r\nOK\r\n");
    assert_int_equal(offered_to_resume(scene), resumes);
}

/* A session that is kept: dialled with ClosureType 1 and closed. */
static void begin_kept(struct scene *scene)
{
    begin(scene);
    dial(scene, true);
    talk_ok(&scene->world, "AT#SSLH=1");
    assert_int_equal(tickets(scene), 1);
}

static void test_as_in_the_example(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    dial(&scene, true);
    assert_false(offered_to_resume(&scene));
    talk_ok(&scene.world, "AT#SSLH=1");
    for (int time = 0; time < 3; time++) {
        fast_dial(&scene, true);
        talk_expect(&scene.world, "AT#SSLS=1", "\r\n#SSLS: 1,2,1\r\n\r\nOK\r\n");
        talk_ok(&scene.world, "AT#SSLH=1");
    }
    fast_dial(&scene, true);
    talk_ok(&scene.world, "AT#SSLH=1,0");
    assert_int_equal(tickets(&scene), 0);
    talk_expect(&scene.world, FAST, NO_GOOD);
    end(&scene);
}

static void test_online(void **state)
{
    struct scene scene;

    (void)state;
    begin_kept(&scene);
    decide(&scene, VERDICT_YES);
    talk_expect(&scene.world, "AT#SSLFASTD=1,0", "\r\nCONNECT\r\n");
    world_forget(&scene.world, 0);
    peer_send(scene.peer, span_of("hello"));
    world_settle(&scene.world);
    check_bytes("online", world_heard(&scene.world, 0), span_of("hello"));
    end(&scene);
}

/* Which ClosureType counts: that of #SSLH, if it has one. */
static void test_closure_types(void **state)
{
    static const struct {
        bool dial_keeps;
        const char *hang_up;
        bool kept;
    } rows[] = {
        { false, "AT#SSLH=1", false },  { false, "AT#SSLH=1,0", false },
        { false, "AT#SSLH=1,1", true }, { true, "AT#SSLH=1", true },
        { true, "AT#SSLH=1,0", false }, { true, "AT#SSLH=1,1", true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct scene scene;

        begin(&scene);
        dial(&scene, rows[i].dial_keeps);
        assert_int_equal(tickets(&scene), 0);
        talk_ok(&scene.world, rows[i].hang_up);
        check_int(rows[i].hang_up, (intmax_t)tickets(&scene), rows[i].kept);
        if (rows[i].kept)
            fast_dial(&scene, true);
        else
            talk_expect(&scene.world, FAST, NO_GOOD);
        end(&scene);
    }
}

/* The connection ends by itself: kept, unless it was broken. */
static void test_ends_of_the_peer(void **state)
{
    static const struct {
        const char *name;
        bool (*finish)(struct scripted_peer *peer);
        bool kept;
    } rows[] = { { "close", peer_close, true },
                 { "hang up", peer_hang_up, true },
                 { "corrupt", peer_corrupt, false } };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct scene scene;

        begin(&scene);
        dial(&scene, true);
        world_forget(&scene.world, 0);
        rows[i].finish(scene.peer);
        world_settle(&scene.world);
        check_bytes(rows[i].name, world_heard(&scene.world, 0), span_of("\r\nNO CARRIER\r\n"));
        check_int(rows[i].name, (intmax_t)tickets(&scene), rows[i].kept);
        if (rows[i].kept)
            fast_dial(&scene, true);
        else
            talk_expect(&scene.world, FAST, NO_GOOD);
        end(&scene);
    }
}

/* After each of these lines no key is left. */
static void test_what_wipes(void **state)
{
    static const char *const rows[] = {
        "AT#SSLH=1,0",         "AT#SSLEN=1,0",        "AT#SSLSECCFG=1,1,0",
        "AT#SSLSECCFG=1,0,0",  "AT#SSLSECDATA=1,0,0", "AT#SSLSECDATA=1,0,1",
        "AT#SSLSECDATA=1,0,2", "AT#REBOOT",           "AT#SHDN",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct scene scene;

        begin_kept(&scene);
        talk_ok(&scene.world, rows[i]);
        world_advance(&scene.world, 1);
        check_int(rows[i], (intmax_t)tickets(&scene), 0);
        end(&scene);
    }
}

static void test_new_security_data_wipes(void **state)
{
    struct scene scene;

    (void)state;
    begin_kept(&scene);
    talk_expect(&scene.world, "AT#SSLSECDATA=1,1,1,20", "\r\n> ");
    world_type_text(&scene.world, "-----BEGIN X-----\n\x1b");
    assert_int_equal(tickets(&scene), 1); /* given up: nothing has changed */
    talk_expect(&scene.world, "AT#SSLSECDATA=1,1,1,20", "\r\n> ");
    world_type_text(&scene.world, "-----BEGIN X-----\n\x1a");
    assert_int_equal(tickets(&scene), 0);
    talk_expect(&scene.world, FAST, NO_GOOD);
    end(&scene);
}

/* What only asks, or configures something else, leaves the session alone. */
static void test_what_does_not_wipe(void **state)
{
    static const char *const rows[] = {
        "AT#SSLSECCFG?", "AT#SSLSECDATA=1,2,1", "AT#SSLCFG=1,1,0,0,50,1", "AT#SSLS=1",
        "AT#SSLH=1",     "AT#SSLH=1,1",         "AT#SGACT=1,0",           "AT&F",
        "AT#SSLEN?",
    };
    struct scene scene;

    (void)state;
    begin_kept(&scene);
    for (size_t i = 0; i < COUNT(rows); i++) {
        talk(&scene.world, rows[i]);
        check_int(rows[i], (intmax_t)tickets(&scene), 1);
    }
    end(&scene);
}

static void test_a_new_dial_begins_anew(void **state)
{
    struct scene scene;

    (void)state;
    begin_kept(&scene);
    dial(&scene, false);
    assert_int_equal(tickets(&scene), 0);
    assert_false(offered_to_resume(&scene));
    talk_ok(&scene.world, "AT#SSLH=1");
    talk_expect(&scene.world, FAST, NO_GOOD);
    end(&scene);
}

/* A day after its full handshake a session is over, however often it was taken up. */
static void test_lifetime(void **state)
{
    struct scene scene;

    (void)state;
    begin_kept(&scene);
    world_advance(&scene.world, DAY_MS / 2);
    fast_dial(&scene, true);
    talk_ok(&scene.world, "AT#SSLH=1");
    world_advance(&scene.world, DAY_MS / 2 - 1000);
    assert_int_equal(tickets(&scene), 1);
    world_advance(&scene.world, 1000);
    assert_int_equal(tickets(&scene), 0);
    talk_expect(&scene.world, FAST, NO_GOOD);
    end(&scene);
}

static void test_not_kept_when_over_before_it_closes(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    dial(&scene, true);
    world_advance(&scene.world, DAY_MS);
    talk_ok(&scene.world, "AT#SSLH=1,1");
    assert_int_equal(tickets(&scene), 0);
    talk_expect(&scene.world, FAST, NO_GOOD);
    end(&scene);
}

/* A server that forgot: a full handshake, whose session is the new one. */
static void test_the_server_forgot(void **state)
{
    struct scene scene;

    (void)state;
    begin_kept(&scene);
    scene.peer->resumes = false;
    world_advance(&scene.world, DAY_MS - 1000);
    fast_dial(&scene, true);
    talk_ok(&scene.world, "AT#SSLH=1");
    world_advance(&scene.world, 2000);
    scene.peer->resumes = true;
    fast_dial(&scene, true);
    end(&scene);
}

/* Refused by the server: the session is not offered again.  Not reached: it is. */
static void test_failures(void **state)
{
    struct scene scene;

    (void)state;
    begin_kept(&scene);
    scene.world.scripted_net.refuse_next = 1;
    talk_expect(&scene.world, FAST, "\r\n+CME ERROR: 832\r\n");
    assert_int_equal(tickets(&scene), 1);
    decide(&scene, VERDICT_NO);
    talk_expect(&scene.world, FAST, "\r\n+CME ERROR: 839\r\n");
    assert_true(offered_to_resume(&scene));
    assert_int_equal(tickets(&scene), 0);
    talk_expect(&scene.world, FAST, NO_GOOD);
    end(&scene);
}

static void test_states(void **state)
{
    struct scene scene;

    (void)state;
    begin(&scene);
    talk_expect(&scene.world, FAST, NO_GOOD);
    dial(&scene, true);
    talk_expect(&scene.world, FAST, "\r\n+CME ERROR: 834\r\n");
    talk_ok(&scene.world, "AT#SSLH=1");
    talk_ok(&scene.world, "AT#SGACT=1,0");
    talk_expect(&scene.world, FAST, "\r\n+CME ERROR: 556\r\n");
    talk_ok(&scene.world, "AT#SGACT=1,1");
    talk_expect(&scene.world, "AT#SSLFASTD=1", "\r\n+CME ERROR: 4\r\n");
    talk_expect(&scene.world, "AT#SSLFASTD=1,2", "\r\n+CME ERROR: 4\r\n");
    fast_dial(&scene, true);
    talk_ok(&scene.world, "AT#SSLH=1");
    talk_ok(&scene.world, "AT#SSLEN=1,0");
    talk_expect(&scene.world, FAST, "\r\n+CME ERROR: 836\r\n");
    end(&scene);
}

/* The Timeout is the longest wait for a sign of the server; without it defTo. */
static void expect_timeout(struct scene *scene, const char *line, int64_t after_ms)
{
    talk(&scene->world, line);
    world_mark(&scene->world);
    world_forget(&scene->world, 0);
    assert_int_equal(world_await(&scene->world, 1000000), after_ms);
    check_bytes(line, world_heard(&scene->world, 0), span_of("\r\n+CME ERROR: 839\r\n"));
}

static void test_timeouts(void **state)
{
    struct scene scene;

    (void)state;
    begin_kept(&scene);
    expect_timeout(&scene, "AT#SSLFASTD=1,1,30", 3000);
    expect_timeout(&scene, FAST, 10000);
    assert_int_equal(tickets(&scene), 1); /* nothing was said against it */
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_in_the_example),
        cmocka_unit_test(test_online),
        cmocka_unit_test(test_closure_types),
        cmocka_unit_test(test_ends_of_the_peer),
        cmocka_unit_test(test_what_wipes),
        cmocka_unit_test(test_new_security_data_wipes),
        cmocka_unit_test(test_what_does_not_wipe),
        cmocka_unit_test(test_a_new_dial_begins_anew),
        cmocka_unit_test(test_lifetime),
        cmocka_unit_test(test_not_kept_when_over_before_it_closes),
        cmocka_unit_test(test_the_server_forgot),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_timeouts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
