/* test_fault_random.c: faults and links come and go at random while hosts and servers talk: nothing
 * crashes, spins, or stays deaf when all of them are gone. */
#include "check.h"
#include "laboratory/trouble.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

enum { PORT = 700, STEPS = 20000, WORDS_CAP = 600, WHY_CAP = 700 };

static uint32_t seed = 4711;
static uint64_t drawn;

/* Below `limit`. */
static unsigned draw(unsigned limit)
{
    return (unsigned)(fault_draw(seed, drawn++) % limit);
}

static void add_attribute(char *words, const struct fault_attribute *attribute)
{
    char *end = words + strlen(words);
    size_t cap = WORDS_CAP - strlen(words);

    if (attribute->words == NULL) {
        int64_t range = (int64_t)attribute->max - attribute->min;
        int32_t value = attribute->min + (int32_t)draw(range < 3000 ? (unsigned)range + 1 : 3000);

        snprintf(end, cap, " %s=%d", attribute->name, (int)value);
    } else if (attribute->words[0] == '\0') {
        snprintf(end, cap, " %s=\"+CREG: 2\"", attribute->name);
    } else {
        int32_t count = 1;

        for (const char *c = attribute->words; *c != '\0'; c++)
            count += *c == ',';
        struct span word = fault_word_at(attribute->words, (int32_t)draw((unsigned)count));

        snprintf(end, cap, " %s=%.*s", attribute->name, (int)word.len, (const char *)word.data);
    }
}

static void add_fault(struct world *world)
{
    const struct fault_kind *kind = fault_kind_at(draw(FAULT_TYPE_COUNT));
    char words[WORDS_CAP], memory[WHY_CAP];
    struct text why;
    enum err err;

    snprintf(words, sizeof(words), "%s", kind->name);
    for (size_t i = 0; i < FAULT_ATTRIBUTES_MAX && kind->attributes[i].name != NULL; i++) {
        if (kind->attributes[i].needed || draw(2) == 0)
            add_attribute(words, &kind->attributes[i]);
    }
    snprintf(words + strlen(words), sizeof(words) - strlen(words),
             " toxicity=0.%u count=%u every=%u seed=%u%s", 1 + draw(9), draw(4), 1 + draw(3),
             draw(100),
             (kind->has & FAULT_HAS_STREAM) != 0 && draw(2) == 0 ? " stream=upstream" : "");
    text_init(&why, memory, sizeof(memory));
    err = lab_fault_do(world->modem, span_of(words), &why);
    if (err != ERR_OK && err != ERR_FULL)
        fail_msg("%s: %s", words, memory);
}

static void change_link(struct world *world)
{
    static const char *const links[] = { "none", "gprs", "rtt=1", "nb-iot", "lte loss=20" };
    char memory[WHY_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    assert_int_equal(lab_link_do(world->modem, span_of(links[draw(COUNT(links))]), &why), ERR_OK);
}

static const char *const he910_lines[] = {
    "AT\r",
    "AT+CSQ\r",
    "AT&W\r",
    "ATE1\r",
    "AT+CMGF=1\r",
    "AT+CMGS=\"+49\"\r",
    "text\x1a",
    "\x1b",
    "AT+CGDCONT=1,\"IP\",\"internet\"\rAT#SGACT=1,1\rAT#SSLEN=1,1\rAT#SSLSECCFG=1,0,0\r",
    "AT#SSLD=1,700,\"10.0.0.7\",0,0\r",
    "AT#SSLD=1,700,\"10.0.0.7\",0,1\r",
    "AT#SSLH=1\r",
    "AT#SD=2,0,700,\"10.0.0.7\"\r",
    "AT#SD=2,0,700,\"one.example\"\r",
    "AT#SH=2\r",
    "AT#SSLSEND=1\r",
    "AT#SSLRECV=1,100\r",
    "AT+CCLK?\r"
};

static const char *const m95_lines[] = { "AT\r",
                                         "AT+CSQ\r",
                                         "AT&W\r",
                                         "ATE0\r",
                                         "AT+CMGF=1\r",
                                         "AT+CMGS=\"+49\"\r",
                                         "text\x1a",
                                         "\x1b",
                                         "AT+QIREGAPP\rAT+QIACT\rAT+QIMUX=1\r",
                                         "AT+QIOPEN=0,\"TCP\",\"10.0.0.7\",700\r",
                                         "AT+QSSLOPEN=1,0,\"10.0.0.7\",700,0\r",
                                         "AT+QICLOSE=0\r",
                                         "AT+QSSLCLOSE=1\r",
                                         "AT+QISEND=0,5\r",
                                         "hello",
                                         "AT+QIDNSGIP=\"one.example\"\r",
                                         "AT+QIDEACT\r",
                                         "AT+CCLK?\r" };

static const char *const l610_lines[] = { "AT\r",
                                          "AT+CSQ\r",
                                          "AT&W\r",
                                          "ATE0\r",
                                          "AT+CMGF=1\r",
                                          "AT+CMGS=\"+49\"\r",
                                          "text\x1a",
                                          "\x1b",
                                          "AT+MIPCALL=1,\"CMNET\"\r",
                                          "AT+MIPOPEN=1,,\"10.0.0.7\",700,0\r",
                                          "AT+MIPOPEN=2,,\"10.0.0.7\",700,2\r",
                                          "AT+MIPCLOSE=1\r",
                                          "AT+MIPCLOSE=2\r",
                                          "AT+MIPSEND=1,5\r",
                                          "hello",
                                          "AT+MIPDNS=\"one.example\"\r",
                                          "AT+MIPCALL=0\r",
                                          "AT+CCLK?\r" };

static void move_peer(struct world *world)
{
    struct peer_handshake good = { .verdict = VERDICT_YES, .alert = -1 };
    struct scripted_peer *peer = scripted_net_peer(&world->scripted_net, PORT);

    switch (draw(6)) {
    case 0:
        peer_close(peer);
        break;
    case 1:
        peer_reset(peer);
        break;
    case 2:
        peer_hang_up(peer);
        break;
    case 3:
        peer_decide(peer, &good);
        break;
    default:
        peer_send(peer, span_of("some bytes of a server"));
        break;
    }
}

static void step(struct world *world, const char *const lines[], size_t count)
{
    switch (draw(10)) {
    case 0:
        add_fault(world);
        break;
    case 1:
        if (draw(4) == 0)
            change_link(world);
        else
            tlsmodem_remove_fault(world->modem, draw(3) == 0 ? 0 : draw(200));
        break;
    case 2:
    case 3:
        move_peer(world);
        break;
    case 4:
        world_advance(world, draw(3000));
        break;
    case 5:
        if (draw(20) == 0)
            tlsmodem_set_power(world->modem, TLSMODEM_POWER_RESET);
        break;
    default:
        world_type_text(world, lines[draw((unsigned)count)]);
        break;
    }
    world_settle(world);
    world_forget(world, 0);
}

/* With all faults gone the module starts anew, and answers. */
static void expect_well(struct world *world, const char *model)
{
    char why[WHY_CAP];

    assert_int_equal(tlsmodem_remove_fault(world->modem, 0), ERR_OK);
    assert_int_equal(tlsmodem_set_link(world->modem, NULL, why, sizeof(why)), ERR_OK);
    world_advance(world, 300000);
    tlsmodem_set_power(world->modem, TLSMODEM_POWER_RESET);
    world_advance(world, 4000000);
    tlsmodem_set_power(world->modem, TLSMODEM_POWER_ON);
    world_advance(world, 60000);
    world_forget(world, 0);
    world_type_text(world, "AT\r");
    world_settle(world);
    if (!span_contains(world_heard(world, 0), "OK\r\n"))
        fail_msg("%s is deaf: \"%s\"", model, show(world_heard(world, 0)));
    assert_int_equal(world->scripted_net.spins, 0);
}

static void run(const char *model, const char *const lines[], size_t count)
{
    struct world world;

    world_init(&world);
    world.has_laboratory = true;
    scripted_net_listen(&world.scripted_net, PORT, PEER_ACCEPTS);
    assert_int_equal(world_switch_on(&world, model, true, 1), ERR_OK);
    for (int i = 0; i < STEPS; i++)
        step(&world, lines, count);
    expect_well(&world, model);
    world_deinit(&world);
}

static void test_he910(void **state)
{
    (void)state;
    run("he910", he910_lines, COUNT(he910_lines));
}

static void test_m95(void **state)
{
    (void)state;
    run("m95", m95_lines, COUNT(m95_lines));
}

static void test_l610(void **state)
{
    (void)state;
    run("l610", l610_lines, COUNT(l610_lines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_he910),
        cmocka_unit_test(test_m95),
        cmocka_unit_test(test_l610),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
