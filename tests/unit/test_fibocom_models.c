/* test_fibocom_models.c: a model is a line of data, and so is a form that it speaks in.
 *
 * The list of models here takes the place of personalities/list.c.
 */
#include "check.h"
#include "personalities/fibocom/fibocom_models.h"
#include "talk.h"

enum { PORT = 20444 };

/* As the manuals would have TCP, too, and as a real L610 was measured. */
static const struct fact_value of_print[] = {
    { .fact = FACT_OPEN_FAILED_HAS_COLON },
    { .fact = FACT_OPEN_FAILED_TELLS_STATE },
    { .fact = FACT_CLOSE_TYPE, .number = 1 },
    { .fact = FACT_CHUNK, .number = 400 },
};
static const struct fact_value of_measured[] = {
    { .fact = FACT_VERSION_PRESET, .number = 0, .confirmed = true },
    { .fact = FACT_STARTS_ENABLED, .number = STARTS_WITH_1_TO_6, .confirmed = true },
};
static const struct facts print = { &fibocom_facts, of_print, COUNT(of_print), NULL, 0, NULL };
static const struct facts measured = { &fibocom_facts, of_measured, COUNT(of_measured),
                                       NULL,           0,           NULL };

/* The line: one more NL668. */
static const struct module_model models[] = {
    FIBOCOM_NL668_MODEL("nl668-eu-03", "NL668-EU-03", fibocom_group_b, FIBOCOM_SSL_3_0),
    FIBOCOM_NL668_MODEL("print", "NL668-CN-00", print, FIBOCOM_SSL_3_0),
    FIBOCOM_NL668_MODEL("measured", "NL668-CN-00", measured, FIBOCOM_SSL_3_0),
};

/* And one whose maker takes no security data, made at the start. */
static struct personality bare_maker;
static struct module_model bare;

const struct module_model *module_model_at(size_t index)
{
    if (index == COUNT(models) && bare.identity.name != NULL)
        return &bare;
    return index < COUNT(models) ? &models[index] : NULL;
}

static void make_bare(void)
{
    bare_maker = fibocom_personality;
    bare_maker.credential_max = NULL;
    bare_maker.credential_names = NULL;
    bare_maker.put_credential = NULL;
    bare = models[0];
    bare.identity.name = "bare";
    bare.personality = &bare_maker;
}

static void switch_on(struct world *world, const char *model)
{
    world_init(world);
    check_int(model, world_switch_on(world, model, false, 1), ERR_OK);
    world_settle(world);
    world_forget(world, 0);
    talk_ok(world, "ATE0");
    talk(world, "AT+MIPCALL=1");
}

static void test_one_line_more(void **state)
{
    struct world world;

    (void)state;
    switch_on(&world, "nl668-eu-03");
    talk_expect(&world, "AT+CGMM", "\r\n+CGMM: \"LTE\",\"NL668-EU-03\"\r\n\r\nOK\r\n");
    talk_expect(&world, "AT+GTSSLVER=?", "\r\n+GTSSLVER: (1-4)\r\n\r\nOK\r\n");
    talk_expect(&world, "AT+GTSSLCIPHER?", "\r\n+GTSSLCIPHER: 2,3,4\r\n\r\nOK\r\n");
    talk_error(&world, "AT+GTSSLCIPHER=1,1");
    world_deinit(&world);
}

static void test_other_forms(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    switch_on(&world, "print");
    scripted_net_listen(&world.scripted_net, PORT, PEER_REFUSES);
    talk_expect(&world, "AT+MIPOPEN=1,,\"127.0.0.1\",20444,0", "\r\nOK\r\n\r\n+MIPOPEN 1,0\r\n");
    scripted_net_listen(&world.scripted_net, PORT, PEER_ACCEPTS);
    peer = scripted_net_peer(&world.scripted_net, PORT);
    talk_expect(&world, "AT+MIPOPEN=1,,\"127.0.0.1\",20444,0", "\r\nOK\r\n\r\n+MIPOPEN: 1,1\r\n");
    world_forget(&world, 0);
    for (int i = 0; i < 60; i++)
        peer_send(peer, span_of("0123456789"));
    world_settle(&world);
    /* A line of 400 bytes, and one of 200, each with its frame. */
    check_int("bytes", (intmax_t)world_heard(&world, 0).len,
              2 * 400 + 2 * 200 + 2 * (intmax_t)strlen("\r\n+MIPRTCP: 1,0,\r\n"));
    talk_expect(&world, "AT+MIPCLOSE=1", "\r\nOK\r\n\r\n+MIPCLOSE: 1,1\r\n");
    world_deinit(&world);
}

/* What a real L610 reads at power-up is data of a model, too. */
static void test_power_up_values(void **state)
{
    struct world world;

    (void)state;
    switch_on(&world, "measured");
    talk_expect(&world, "AT+GTSSLVER?", "\r\n+GTSSLVER: 0\r\n\r\nOK\r\n");
    talk_expect(&world, "AT+GTSSLCIPHER?", "\r\n+GTSSLCIPHER: 1,2,3,4,5,6\r\n\r\nOK\r\n");
    world_deinit(&world);
}

static void test_no_security_data(void **state)
{
    const uint8_t data[] = { 'x' };
    struct world world;
    char why[80];

    (void)state;
    switch_on(&world, "bare");
    check_int("check", tlsmodem_credential_check("bare", "TRUSTFILE", 1, why, sizeof(why)),
              ERR_INVALID);
    check_text("why", why, "a NL668-EU-03 takes no security data");
    check_int("put", tlsmodem_put_credential(world.modem, "TRUSTFILE", data, sizeof(data)),
              ERR_INVALID);
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_line_more),
        cmocka_unit_test(test_other_forms),
        cmocka_unit_test(test_power_up_values),
        cmocka_unit_test(test_no_security_data),
    };

    make_bare();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
