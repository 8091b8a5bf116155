/* test_secrets.c: what of a host's input may not be shown, as a recording asks for it. */
#include "base/text.h"
#include "check.h"
#include "module/module.h"
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
    /* commands that it does not have */
    { "he910", "AT+CGAUTH=1,1,\"u\",\"word\";+CMEE=2", { "1,1,\"u\",\"word\"" } },
    { "he910", "AT+qftppass=\"word\"\r", { "\"word\"" } },
    { "m95", "AT+CFTPSERVPW=\"word\"", { "\"word\"" } },
    { "l610", "AT+SAPBR=3,1,\"Pwd\",\"word\"", { "3,1,\"Pwd\",\"word\"" } },
    { "l610", "AT+CGAUTH?;+CGAUTH=?", { NULL } },
    { "l610", "AT+CPWROFF=1;+NOTHING=\"word\"", { NULL } },
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
    { "l610", "AT+MQTTUSER=1,\"u\",\"word\",\"c\"", { "word" } },
    { "m95", "AT+QMTCFG=\"AliAuth\",0,\"key\",\"name\",\"word\"", { "word" } },
    { "m95", "AT+QMTCFG=\"TIMEOUT\",0,10,3,0", { NULL } },
    { "m95", "AT+QMTCFG= will ,0,1,2,1,\"t\",\"m\"", { NULL } },
    { "m95", "AT+QMTCFG=\"aliaut\",0,\"key\",\"name\",\"word\"", { "word" } },
    { "m95", "AT+QMTCFG=\"wills\",0,\"key\",\"name\",\"word\"", { "word" } },
    { "m95",
      "AT+QMTCFG=\"key\",\"will\",0,\"name\",\"word\"",
      { "\"key\",\"will\",0,\"name\",\"word\"" } },
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

/* ---- what no log may show, whatever its level and its traces ---- */

static const char token[] = "Zq81Token";

struct overheard {
    const char *line;
    unsigned lines, secrets;
};

static void overhear(void *ctx, const char *tag, const char *text)
{
    struct overheard *overheard = ctx;

    overheard->lines++;
    if (strstr(text, token) != NULL) {
        print_error("%s -> %s: %s\n", overheard->line, tag, text);
        overheard->secrets++;
    }
}

static bool has_secret_value(const struct at_command *row)
{
    for (size_t i = 0; i < row->param_count; i++)
        if (row->params[i].secret && row->params[i].type == AT_STRING)
            return true;
    return false;
}

static bool has_secret(const struct at_command *row)
{
    return row->secret || has_secret_value(row);
}

enum form { AS_IT_IS, UNQUOTED, HALF_QUOTED, ONE_TOO_MANY, WRONG_NUMBERS, FORMS };

/* Of a row that is secret as a whole a recording shows what is no secret value. */
static void add_value(struct text *line, const struct at_command *row, const struct at_param *param,
                      const struct at_model *model, enum form form, bool recorded)
{
    const bool is_secret = param->secret || (row->secret && !(recorded && has_secret_value(row)));
    const char *quote = form == UNQUOTED ? "" : "\"";

    if (param->type != AT_STRING)
        text_add(line, "%d", form == WRONG_NUMBERS ? 99999 : (int)at_param_min(param, model));
    else if (is_secret)
        text_add(line, "%s%s%s", quote, token, form == HALF_QUOTED ? "" : quote);
    else if (param->words != NULL)
        text_add(line, "\"%.*s\"", (int)strcspn(param->words, ","), param->words);
    else
        text_add(line, "\"x\"");
}

static void write_line(char *memory, size_t cap, const struct at_command *row,
                       const struct at_model *model, enum form form, bool recorded)
{
    struct text line;

    text_init(&line, memory, cap);
    text_add(&line, "AT%s=", row->name);
    for (size_t i = 0; i < row->param_count; i++) {
        text_add(&line, "%s", i > 0 ? "," : "");
        add_value(&line, row, &row->params[i], model, form, recorded);
    }
    if (row->param_count == 0)
        text_add(&line, "1,\"%s\"", token);
    if (form == ONE_TOO_MANY)
        text_add(&line, ",\"%s\"", token);
}

/* Who records is told of each place where it stands. */
static void check_told(const char *model, const char *line)
{
    struct world world;
    struct span found[8];
    size_t count;

    world_init(&world);
    check_int(model, world_switch_on(&world, model, true, 1), ERR_OK);
    count = tlsmodem_find_secrets(world.modem, 0, span_of(line), found,
                                  sizeof(found) / sizeof(found[0]));

    for (const char *at = line; (at = strstr(at, token)) != NULL; at += strlen(token)) {
        size_t i = 0;

        while (i < count && !((const char *)found[i].data <= at &&
                              at + strlen(token) <= (const char *)found[i].data + found[i].len))
            i++;
        if (i == count)
            fail_msg("%s: %s: is not told at %td", model, line, at - line);
    }
    world_deinit(&world);
}

/* Typed on a fresh module, and once more behind other commands. */
static void type_secret(const char *model, const char *line, struct overheard *overheard)
{
    struct world world;

    overheard->line = line;
    world_init(&world);
    world.log.write = overhear;
    world.log.ctx = overheard;
    world.log.level = LOG_DEBUG;
    world.log.traced = UINT32_MAX;
    check_int(model, world_switch_on(&world, model, true, 1), ERR_OK);
    world_advance(&world, 60000);
    world_type_text(&world, line);
    world_type_text(&world, "\r");
    world_advance(&world, 60000);
    world_type_text(&world, "AT+CMEE=1;");
    world_type_text(&world, line + strlen("AT"));
    world_type_text(&world, ";+CREG?\r");
    world_advance(&world, 60000);
    world_deinit(&world);
}

static void what_a_row_marks_is_not_shown(void **state)
{
    struct overheard overheard = { .line = "" };
    const struct module_model *model;
    unsigned typed = 0;
    char line[600];

    (void)state;
    for (size_t m = 0; (model = module_model_at(m)) != NULL; m++) {
        const struct at_commands *const *list = model->personality->commands;

        for (; *list != NULL; list++) {
            for (size_t i = 0; i < (*list)->count; i++) {
                const struct at_command *row = &(*list)->rows[i];

                for (int form = 0; form < FORMS && has_secret(row); form++, typed++) {
                    write_line(line, sizeof(line), row, &model->at, (enum form)form, true);
                    check_told(model->identity.name, line);
                    write_line(line, sizeof(line), row, &model->at, (enum form)form, false);
                    type_secret(model->identity.name, line, &overheard);
                }
            }
        }
    }
    assert_true(typed > 100 && overheard.lines > typed);
    assert_int_equal(overheard.secrets, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_row_marks_is_not_shown),
        cmocka_unit_test(values_are_found),
        cmocka_unit_test(prompts_of_security_data_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
