/* test_telit_models.c: every product of Telit's two applicability tables starts by its name, says
 * who it is, and has the ranges of its platform.
 *
 * Source: Telit 1vv0300989 r12 and r6, applicability tables, §3 to §5; docs/facts/telit.md §1 for
 * the answers.
 */
#include "check.h"
#include "talk.h"

#include <stdio.h>

/* Modules that answer alike. */
enum kind { K10_R6, K10, K13, K16, K12, K20, K23, KINDS };

static const struct {
    const char *platform, *generation, *revision;
} kinds[KINDS] = {
    [K10_R6] = { "10", "2G", "10.00." }, [K10] = { "10", "2G", "10.00." },
    [K13] = { "13", "2G", "13.00." },    [K16] = { "16", "2G", "16.00." },
    [K12] = { "12", "3G", "12.00." },    [K20] = { "20", "4G", "20.00." },
    [K23] = { "23", "4G", "23.00." },
};

static const struct {
    const char *name, *product;
    enum kind kind;
} products[] = {
    { "gc864-quad", "GC864-QUAD", K10_R6 },
    { "gc864-quad-v2", "GC864-QUAD V2", K10_R6 },
    { "gc864-dual-v2", "GC864-DUAL V2", K10_R6 },
    { "ge864-quad", "GE864-QUAD", K10_R6 },
    { "ge864-quad-atex", "GE864-QUAD ATEX", K10_R6 },
    { "ge864-gps", "GE864-GPS", K10_R6 },
    { "gt863-py", "GT863-PY", K10_R6 },
    { "gt864-quad", "GT864-QUAD", K10_R6 },
    { "gt864-py", "GT864-PY", K10_R6 },
    { "ge864-v2", "GE864 V2", K10 },
    { "ge864-quad-v2", "GE864-QUAD V2", K10 },
    { "ge864-quad-automotive-v2", "GE864-QUAD Automotive V2", K10 },
    { "ge864-dual-v2", "GE864-DUAL V2", K10 },
    { "ge865-quad", "GE865-QUAD", K10 },
    { "gl865", "GL865", K10 },
    { "gl865-dual", "GL865-DUAL", K10 },
    { "gl865-quad", "GL865-QUAD", K10 },
    { "gl868-dual", "GL868-DUAL", K10 },
    { "ge910", "GE910", K13 },
    { "ge910-quad", "GE910-QUAD", K13 },
    { "ge910-gnss", "GE910-GNSS", K13 },
    { "ge910-quad-v3", "GE910-QUAD V3", K16 },
    { "ge866-quad", "GE866-QUAD", K16 },
    { "gl865-v3", "GL865 V3", K16 },
    { "gl865-dual-v3", "GL865-DUAL V3", K16 },
    { "gl865-quad-v3", "GL865-QUAD V3", K16 },
    { "gl868-dual-v3", "GL868-DUAL V3", K16 },
    { "he910", "HE910", K12 },
    { "he910-g", "HE910", K12 },
    { "he910-dg", "HE910", K12 },
    { "he910-ga", "HE910-GA", K12 },
    { "he910-d", "HE910-D", K12 },
    { "he910-eur", "HE910-EUR", K12 },
    { "he910-eud", "HE910-EUD", K12 },
    { "he910-eug", "HE910-EUG", K12 },
    { "he910-nag", "HE910-NAG", K12 },
    { "he910-nar", "HE910-NAR", K12 },
    { "he910-nad", "HE910-NAD", K12 },
    { "ue910", "UE910", K12 },
    { "ue910-eur", "UE910-EUR", K12 },
    { "ue910-eud", "UE910-EUD", K12 },
    { "ue910-nar", "UE910-NAR", K12 },
    { "ue910-nad", "UE910-NAD", K12 },
    { "ul865", "UL865", K12 },
    { "ul865-nar", "UL865-NAR", K12 },
    { "ue866", "UE866", K12 },
    { "le910-v2", "LE910 V2", K20 },
    { "le910-euv2", "LE910-EU V2", K20 },
    { "le910-svv2", "LE910-SV V2", K20 },
    { "le910-sv1", "LE910-SV1", K20 },
    { "le910-svl", "LE910-SVL", K20 },
    { "le910-nav2", "LE910-NA V2", K20 },
    { "le910-na1", "LE910-NA1", K20 },
    { "le910-auv2", "LE910-AU V2", K20 },
    { "le910-eu1", "LE910-EU1", K20 },
    { "le910-jn1", "LE910-JN1", K20 },
    { "le910b1-eu", "LE910B1-EU", K20 },
    { "le910b1-na", "LE910B1-NA", K20 },
    { "le910b1-sa", "LE910B1-SA", K20 },
    { "le910b4-na", "LE910B4-NA", K20 },
    { "le866", "LE866", K23 },
    { "le866-sv1", "LE866-SV1", K23 },
};

/* What `=?` answers after the name; NULL: the module does not have the command. */
#define ABSENT NULL
#define ON(r6, p10, p13, p16, p12, p20, p23)                                                       \
    {                                                                                              \
        [K10_R6] = (r6), [K10] = (p10), [K13] = (p13), [K16] = (p16), [K12] = (p12),               \
        [K20] = (p20), [K23] = (p23)                                                               \
    }
#define EACH(r6, twos, p12, p20, p23) ON(r6, twos, twos, twos, p12, p20, p23)
#define ALL(one, six)                 EACH(one, one, one, one, six)

static const struct {
    const char *command;
    const char *answers[KINDS];
} tests_of[] = {
    { "#SSLEN", ALL("(1),(0,1)", "(1-6),(0,1)") },
    { "#SSLSECCFG", EACH("(1),(0-3),(0-2)", "(1),(0-3),(0-2)", "(1),(0-5),(0-2),(0,1)",
                         "(1),(0-5),(0-2),(0,1)", "(1-6),(0-5),(0-2),(0,1)") },
    { "#SSLSECCFG2", EACH(ABSENT, ABSENT, "(1),(0-2)", "(1),(0-2)", "(1-6),(0-3)") },
    { "#SSLSECDATA",
      EACH("(1),(0-2),(0-2),(1-2047)", "(1),(0-2),(0-2),(1-2047)", "(1),(0-3),(0-2),(1-2047)",
           "(1),(0-3),(0-2),(1-4095)", "(1-6),(0-3),(0-2),(1-4095)") },
    { "#SSLCFG", EACH("(1),(1),(0-1500),(0-65535),(10-5000),(0-255)",
                      "(1),(1),(0-1500),(0-65535),(10-5000),(0-255),(0-2),(0-2)",
                      "(1),(1-5),(0-1500),(0-65535),(10-5000),(0-255),(0-2),(0-2)",
                      "(1),(1-5),(0-1500),(0-65535),(10-5000),(0-255),(0-2),(0-2)",
                      "(1-6),(1-5),(0-1500),(0-65535),(10-5000),(0-255),(0-2),(0-2)") },
    { "#SSLD", EACH("(1),(1-65535),,(0,1),(0,1),(10-5000)", "(1),(1-65535),,(0,1),(0,1),(10-5000)",
                    "(1),(1-65535),,(0),(0,1),(10-5000)", "(1),(1-65535),,(0),(0,1),(10-5000)",
                    "(1-6),(1-65535),,(0),(0,1),(10-5000)") },
    { "#SSLO", ALL("(1)", "(1-6)") },
    { "#SSLH", EACH("(1),(0,1)", "(1),(0,1)", "(1),(0)", "(1),(0)", "(1-6),(0)") },
    { "#SSLS", ALL("(1)", "(1-6)") },
    { "#SSLSEND", ALL("(1),(1-5000)", "(1-6),(1-5000)") },
    { "#SSLSENDEXT", EACH(ABSENT, "(1),(1-1500),(1-5000)", "(1),(1-1500),(1-5000)",
                          "(1),(1-1500),(1-5000)", "(1-6),(1-1500),(1-5000)") },
    { "#SSLRECV", ALL("(1),(1-1000),(1-5000)", "(1-6),(1-1000),(1-5000)") },
    { "#SSLFASTD", EACH("(1),(0,1),(10-5000)", "(1),(0,1),(10-5000)", ABSENT, ABSENT, ABSENT) },
    { "+CEREG", EACH(ABSENT, ABSENT, ABSENT, "(0-2)", "(0-2)") },
    { "#SSLI", ALL(ABSENT, ABSENT) },
};

/* What the read commands answer at the factory, with socket 1 enabled. */
static const struct {
    const char *command;
    const char *answers[KINDS];
} factory[] = {
    { "#SSLSECCFG", ALL("#SSLSECCFG: 1,0,0", "#SSLSECCFG: 1,0,0\r\n#SSLSECCFG: 2,0,0\r\n"
                                             "#SSLSECCFG: 3,0,0\r\n#SSLSECCFG: 4,0,0\r\n"
                                             "#SSLSECCFG: 5,0,0\r\n#SSLSECCFG: 6,0,0") },
    { "#SSLSECCFG2", EACH(ABSENT, ABSENT, "#SSLSECCFG2: 1,1", "#SSLSECCFG2: 1,1",
                          "#SSLSECCFG2: 1,1\r\n#SSLSECCFG2: 2,1\r\n#SSLSECCFG2: 3,1\r\n"
                          "#SSLSECCFG2: 4,1\r\n#SSLSECCFG2: 5,1\r\n#SSLSECCFG2: 6,1") },
    { "+CEREG", EACH(ABSENT, ABSENT, ABSENT, "+CEREG: 0,1", "+CEREG: 0,1") },
    { "#SSLEN", ALL("#SSLEN: 1,1", "#SSLEN: 1,1\r\n#SSLEN: 2,0\r\n#SSLEN: 3,0\r\n"
                                   "#SSLEN: 4,0\r\n#SSLEN: 5,0\r\n#SSLEN: 6,0") },
};

/* Lines of a set, and whether the model takes them. */
static const struct {
    const char *line;
    bool taken[KINDS];
} sets[] = {
    { "AT#SSLSECCFG=1,3,0", ALL(true, true) },
    { "AT#SSLSECCFG=1,4,0", EACH(false, false, true, true, true) },
    { "AT#SSLSECCFG=1,0,0,1", EACH(false, false, true, true, true) },
    { "AT#SSLSECCFG2=1,2", EACH(false, false, true, true, true) },
    { "AT#SSLSECCFG2=1,3", EACH(false, false, false, false, true) },
    { "AT#SSLCFG=1,1,300,90,100,50", ALL(true, true) },
    { "AT#SSLCFG=1,1,300,90,100,50,1", EACH(false, true, true, true, true) },
    { "AT#SSLCFG=1,2,300,90,100,50", EACH(false, false, true, true, true) },
    { "AT#SSLEN=2,1", EACH(false, false, false, false, true) },
    { "AT#SSLH=1,1", EACH(true, true, false, false, false) },
};

static void check_identity(struct world *world, size_t i)
{
    char expected[80], revision[80];
    struct span answer;

    snprintf(expected, sizeof(expected), "\r\n%s\r\n\r\nOK\r\n", products[i].product);
    talk_expect(world, "AT+CGMM", expected);
    talk_expect(world, "AT+GMM", expected);
    talk_expect(world, "ATI4", expected);
    talk_expect(world, "ATI3", "\r\nTelit\r\n\r\nOK\r\n");
    snprintf(expected, sizeof(expected), "\r\n#CGMM: %s\r\n\r\nOK\r\n", products[i].product);
    talk_expect(world, "AT#CGMM", expected);
    answer = talk(world, "AT+CGMR");
    snprintf(revision, sizeof(revision), "%.*s", (int)answer.len, (const char *)answer.data);
    snprintf(expected, sizeof(expected), "\r\n%s", kinds[products[i].kind].revision);
    assert_memory_equal(revision, expected, strlen(expected));
    talk_expect(world, "ATI5", revision);
}

static void check_form(struct world *world, const char *command, const char *form,
                       const char *expected)
{
    char line[40], answer[400];

    snprintf(line, sizeof(line), "AT%s%s", command, form);
    if (expected == ABSENT)
        snprintf(answer, sizeof(answer), "\r\nERROR\r\n");
    else
        snprintf(answer, sizeof(answer), "\r\n%s\r\n\r\nOK\r\n", expected);
    talk_expect(world, line, answer);
}

static void check_ranges(struct world *world, enum kind kind)
{
    char expected[200];

    for (size_t i = 0; i < COUNT(tests_of); i++) {
        const char *ranges = tests_of[i].answers[kind];

        if (ranges != ABSENT)
            snprintf(expected, sizeof(expected), "%s: %s", tests_of[i].command, ranges);
        check_form(world, tests_of[i].command, "=?", ranges != ABSENT ? expected : ABSENT);
    }
    for (size_t i = 0; i < COUNT(factory); i++)
        check_form(world, factory[i].command, "?", factory[i].answers[kind]);
}

static void check_sets(struct world *world, enum kind kind)
{
    for (size_t i = 0; i < COUNT(sets); i++) {
        if (sets[i].taken[kind])
            talk_ok(world, sets[i].line);
        else
            talk_error(world, sets[i].line);
    }
}

static void test_each_product(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    for (size_t i = 0; i < COUNT(products); i++) {
        check_int(products[i].name, world_switch_on(&world, products[i].name, false, 1), ERR_OK);
        talk_prepare(&world);
        check_identity(&world, i);
        check_ranges(&world, products[i].kind);
        check_sets(&world, products[i].kind);
    }
    world_deinit(&world);
}

static size_t find(const char *name)
{
    size_t i = 0;

    while (i < COUNT(products) && strcmp(products[i].name, name) != 0)
        i++;
    return i;
}

/* The list of the program is the one above, no more and no less. */
static void test_the_list(void **state)
{
    const struct tlsmodem_model *model;
    size_t count = 0;

    (void)state;
    for (size_t i = 0; (model = tlsmodem_model_at(i)) != NULL; i++) {
        size_t at = find(model->name);

        if (strcmp(model->maker, "Telit") != 0)
            continue;
        if (at == COUNT(products))
            fail_msg("%s is in neither table", model->name);
        check_text(model->name, model->platform, kinds[products[at].kind].platform);
        check_text(model->name, model->generation, kinds[products[at].kind].generation);
        count++;
    }
    assert_int_equal(count, COUNT(products));
}

/* Where connMode cannot be left out (r6 §4.1). */
static void test_dial_without_mode(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    for (size_t i = 0; i < COUNT(products); i++) {
        world_switch_on(&world, products[i].name, false, 1);
        talk_prepare(&world);
        scripted_net_listen(&world.scripted_net, TALK_PORT, PEER_REFUSES);
        if (products[i].kind == K10_R6)
            talk_expect(&world, "AT#SSLD=1,443,\"10.0.0.1\",0", "\r\n+CME ERROR: 4\r\n");
        else
            talk_expect(&world, "AT#SSLD=1,443,\"10.0.0.1\",0", "\r\n+CME ERROR: 832\r\n");
    }
    world_deinit(&world);
}

/* Six sockets of platform 23, each with a peer of its own. */
static void test_six_sockets_at_once(void **state)
{
    struct world world;
    struct scripted_peer *peers[6];
    char line[80], expected[80];

    (void)state;
    world_init(&world);
    world_switch_on(&world, "le866", false, 1);
    talk_prepare(&world);
    for (int id = 1; id <= 6; id++) {
        if (id > 1) {
            snprintf(line, sizeof(line), "AT#SSLEN=%d,1", id);
            talk_ok(&world, line);
        }
        snprintf(line, sizeof(line), "AT#SSLCFG=%d,1,300,90,100,50,1", id);
        talk_ok(&world, line);
        scripted_net_listen(&world.scripted_net, (uint16_t)(TALK_PORT + id), PEER_ACCEPTS);
        peers[id - 1] = scripted_net_peer(&world.scripted_net, (uint16_t)(TALK_PORT + id));
        peer_decide(peers[id - 1], &(struct peer_handshake){ .verdict = VERDICT_YES });
        snprintf(line, sizeof(line), "AT#SSLD=%d,%d,\"10.0.0.1\",0,1", id, TALK_PORT + id);
        talk_expect(&world, line, "\r\nOK\r\n");
    }
    for (int id = 1; id <= 6; id++) {
        world_forget(&world, 0);
        peer_send(peers[id - 1], span_of("data"));
        world_settle(&world);
        snprintf(expected, sizeof(expected), "\r\nSSLSRING: %d,4\r\n", id);
        check_bytes("ring", world_heard(&world, 0), span_of(expected));
        snprintf(line, sizeof(line), "AT#SSLRECV=%d,100", id);
        talk_expect(&world, line, "\r\n#SSLRECV: 4\r\ndata\r\n\r\nOK\r\n");
    }
    for (int id = 1; id <= 6; id++) {
        snprintf(line, sizeof(line), "AT#SSLH=%d", id);
        talk_ok(&world, line);
        assert_int_equal(peers[id - 1]->state, PEER_CLOSED);
    }
    world_deinit(&world);
}

/* Only LTE modules are registered in it, and say so. */
static void test_registration(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    world_switch_on(&world, "le866", false, 1);
    talk_ok(&world, "ATE0");
    talk_ok(&world, "AT+CEREG=1");
    talk_expect(&world, "AT+CEREG?", "\r\n+CEREG: 1,1\r\n\r\nOK\r\n");
    talk_expect(&world, "AT+CFUN=4", "\r\nOK\r\n\r\n+CEREG: 0\r\n");
    talk_expect(&world, "AT+CFUN=1", "\r\nOK\r\n\r\n+CEREG: 1\r\n");
    talk_ok(&world, "AT+CEREG=2");
    talk_expect(&world, "AT+CEREG?", "\r\n+CEREG: 2,1,\"0001\",\"00000001\",7\r\n\r\nOK\r\n");
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_list),          cmocka_unit_test(test_each_product),
        cmocka_unit_test(test_dial_without_mode), cmocka_unit_test(test_six_sockets_at_once),
        cmocka_unit_test(test_registration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
