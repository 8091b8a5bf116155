/* test_secrets.c: what of a host's input may not be shown, as a recording asks for it. */
#include "check.h"
#include "talk.h"

#include <string.h>

struct line_case {
    const char *model, *line;
    const char *values[3]; /* up to NULL */
};

static const struct line_case cases[] = {
    { "he910", "AT", { NULL } },
    { "he910", "AT+CMEE=2", { NULL } },
    { "he910", "at+cpin=\"1234\"", { "1234" } },
    { "he910", "junkAT+CMEE=1;+CPIN=\"1234\",\"5678\";+CREG?", { "1234", "5678" } },
    { "he910", "AT+CPIN=\"1234\"\r", { "1234" } },
    { "he910", "AT+CPIN?", { NULL } },
    { "he910", "AT#FTPOPEN=\"h:21\",\"user\",\"word\",1", { "word" } },
    { "he910",
      "AT#FTPOPEN=\"h:21\",\"user\",\"word\",1,2,3,4,5",
      { "\"h:21\",\"user\",\"word\",1,2,3,4,5" } },
    { "he910", "AT#SGACT=1,1,\"me\",\"word\"", { "word" } },
    { "m95", "AT+QICSGP=1,\"net\",\"me\",\"word\"", { "word" } },
    { "l610", "AT+FTPOPEN=\"h\",\"me\",\"word\",21", { "word" } },
    { "nl668-cn-00", "AT+FTPOPEN=\"h\",\"me\",\"word\",\"\",,21", { "word" } },
    { "l610", "AT+MIPCALL=1,\"net\",\"me\",\"word\"", { "word" } },
    { "l610", "AT+HTTPSET=\"URL\",\"http://me:word@h/a@b\"", { "me:word" } },
    { "l610", "AT+HTTPSET=\"URL\",\"me:word@h/\";+CMEE=2", { "me:word" } },
    { "l610", "AT+HTTPSET=\"URL\",\"http://h:80/\"", { NULL } },
    /* what is not understood is a secret up to the line's end */
    { "he910", "AT+CPIN=\"87651234\r", { "\"87651234" } },
    { "he910", "AT+CPIN=\"8765\"1;+CMEE=2", { "\"8765\"1;+CMEE=2" } },
    { "he910", "AT?;+CPIN=\"87651234\"", { "?;+CPIN=\"87651234\"" } },
    { "he910", "AT + c p i n = \"87651234\" x", { " + c p i n = \"87651234\" x" } },
    { "he910", "AT+CMEE=1;+CPIN \"8765\"", { ";+CPIN \"8765\"" } },
    { "he910", "AT+CMEE=\"1;+CPIN=\"8765\"", { "+CMEE=\"1;+CPIN=\"8765\"" } },
    { "he910", "+CPIN=\"8765\"", { "+CPIN=\"8765\"" } },
    { "l610", "AT+MQTTUSER=1,\"u\",\"word\",\"c\"", { "1,\"u\",\"word\",\"c\"" } },
    /* more than there is room for */
    { "he910",
      "AT+CPWD=\"SC\",\"1111\",\"2222\";+CPWD=\"SC\",\"3333\",\"4444\"\r",
      { "AT+CPWD=\"SC\",\"1111\",\"2222\";+CPWD=\"SC\",\"3333\",\"4444\"" } },
};

static void values_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct world world;
        struct span found[3];
        size_t count, expected = 0;

        world_init(&world);
        assert_int_equal(world_switch_on(&world, cases[i].model, false, 1), ERR_OK);
        count = tlsmodem_find_secrets(world.modem, 0, span_of(cases[i].line), found, 3);
        while (expected < 3 && cases[i].values[expected] != NULL)
            expected++;
        if (count != expected)
            fail_msg("%s: %zu values", cases[i].line, count);
        for (size_t k = 0; k < count; k++)
            check_bytes(cases[i].line, found[k], span_of(cases[i].values[k]));
        assert_int_equal(tlsmodem_find_secrets(world.modem, 0, span_of(cases[i].line), found, 0),
                         0);
        world_deinit(&world);
    }
}

struct prompt_case {
    const char *model, *before, *line;
    bool secret;
};

static const struct prompt_case prompts[] = {
    { "he910", "AT#SSLEN=1,1\rAT#SSLSECCFG=1,0,1\r", "AT#SSLSECDATA=1,1,2,20\r", true },
    { "m95", "", "AT+QSECWRITE=\"RAM:k.pem\",20,10\r", true },
    { "l610", "", "AT+GTSSLFILE=\"KEYFILE\",20\r", true },
    { "m95", "", "AT+QHTTPURL=20,10\r", false },
    { "he910", "", "AT\r", false },
};

static void prompts_of_security_data_are_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(prompts) / sizeof(prompts[0]); i++) {
        struct world world;

        world_init(&world);
        assert_int_equal(world_switch_on(&world, prompts[i].model, false, 1), ERR_OK);
        world_type_text(&world, prompts[i].before);
        assert_false(tlsmodem_awaits_secret(world.modem, 0));
        world_type_text(&world, prompts[i].line);
        if (tlsmodem_awaits_secret(world.modem, 0) != prompts[i].secret)
            fail_msg("%s", prompts[i].line);
        world_deinit(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found),
        cmocka_unit_test(prompts_of_security_data_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
