/* test_engine_rows.c: every row of every model, with each parameter at its bounds, past them,
 * missing, and with one too many.
 *
 * What a row says of its command is taken at its word here; whether it says what the manual says is
 * the business of the transcripts.
 */
#include "base/number.h"
#include "base/text.h"
#include "check.h"
#include "module/module.h"
#include "talk.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE_BYTES = 4400, VALUES_MAX = 64 };

/* Commands whose answer to good values depends on more than the row. */
static const char *const by_state[] = {
    "+CPIN",       "+CLCK",      "+CPWD", /* no PIN is wanted */
    "+CMGL",       "+CMGR",      "+CMGD",
    "+CMGW",       "+CMGS",      "+CMSS",
    "+QMGDA",      "+CNMA",                /* messages that are there */
    "+CCLK",       "#CCLK",      "+CSCA",  /* a text of its own grammar */
    "+CGACT",                              /* a context that is defined */
    "+CGDCONT",                            /* a context that is up; a type that is known */
    "+COPS",                               /* an operator that is there */
    "#SGACT",      "#GPRS",      "#SSLEN", /* already on, or not on */
    "#SSLD",       "#SSLFASTD",  "#SSLO",
    "#SSLSEND",    "#SSSEND",    "#SSLSENDEXT",
    "#SSLRECV",    "#SSLRCV", /* connection */
    "#SSLSECDATA",            /* size needed or not */
    "O",           "A",          "D",
    "+CGDATA",                           /* NO CARRIER */
    "#QDNS",       "#PING",      "#NTP", /* a context */
    "#SD",         "#SL",        "#SO",
    "#SA",         "#SSEND",     "#SSENDEXT",
    "#SKTD",       "#SKTOP",     "#SKTL",
    "#SRECV",                                    /* a socket */
    "#SLUDP",      "#SSENDUDP",  "#SSENDUDPEXT", /* one of datagrams */
    "#FRWL",                                     /* addresses or not */
    "#FTPOPEN",    "#FTPTYPE",   "#FTPCWD",
    "#FTPPWD",     "#FTPLIST",   "#FTPGET",
    "#FTPPUT",     "#FTPAPP",    "#FTPDELE",
    "#FTPFSIZE",   "#FTPGETPKT", "#FTPRECV",
    "#FTPAPPEXT", /* a session */
};

/* The same of Quectel's contexts, sockets, switches and files. */
static const char *const by_bearer_or_socket[] = {
    "+QICSGP",   "+QIREGAPP", "+QIACT",     "+QILOCIP",  "+QIDEACT",  "+QIOPEN",
    "+QICLOSE",  "+QISEND",   "+QISACK",    "+QILPORT",  "+QISERVER", "+QIRD",
    "+QIMUX",    "+QIMODE",   "+QISTAT",    "+QISTATE",  "+QPING",    "+QNTP",
    "+QIDNSCFG", "+QIDNSGIP", "+QPOWD",     "+QSSLCFG",  "+QSSLOPEN", "+QSSLCLOSE",
    "+QSSLSEND", "+QSSLRECV", "+QSECWRITE", "+QSECREAD", "+QSECDEL",
};

/* The same of sockets that +MIPCALL and +MIPOPEN make, and of names and numbers within a range. */
static const char *const by_name_or_socket[] = {
    "+GTSET",    "+GTSSLFILE", "+GTSSLCIPHER", "+MIPCALL",  "+MIPOPEN",   "+MIPODM",  "+MIPCLOSE",
    "+MIPSEND",  "+MIPPUSH",   "+MIPREAD",     "+MIPDNS",   "+MPING",     "+MIPNTP",  "+HTTPSET",
    "+HTTPDATA", "+HTTPHEAD",  "+HTTPACT",     "+HTTPREAD", "+FTPRETR",   "+FTPPUT",  "+FTPSTOR",
    "+FTPCDUP",  "+FTPPWD",    "+FTPMKD",      "+FTPRMD",   "+FTPDEL",    "+FTPREN",  "+FTPSIZE",
    "+FTPTIME",  "+FTPSYST",   "+FTPNOOP",     "+FTPOPEN",  "+FTPCWD",    "+FTPLIST", "+FTPGET",
    "+FTPRECV",  "+FTPCLOSE",  "+MQTTOPEN",    "+MQTTSUB",  "+MQTTUNSUB", "+MQTTPUB", "+MQTTCLOSE",
    "+MQTTUSER", "+MQTTWILL",  "+MQTTREAD",    "+HMCON",    "+HMDIS",     "+HMDISC",  "+HMPUB",
    "+HMSUB",    "+HMUNS",
};

/* The same of Quectel's files, HTTP, mail and MQTT: a file, an exchange, an address, what a prompt
 * collects. */
static const char *const by_exchange[] = {
    "+QFLDS",    "+QFLST",     "+QFDEL",     "+QFSEEK",    "+QFPOSITION", "+QFCLOSE", "+QFMOV",
    "+QFTUCAT",  "+QFFLUSH",   "+QFUPL",     "+QFDWL",     "+QFREAD",     "+QFWRITE", "+QFOPEN",
    "+QHTTPURL", "+QHTTPGET",  "+QHTTPPOST", "+QHTTPREAD", "+QHTTPCFG",   "+QHTTPDL", "+QSMTPADDR",
    "+QSMTPDST", "+QSMTPBODY", "+QSMTPATT",  "+QSMTPPUT",  "+QMTCFG",     "+QMTCONN", "+QMTCLOSE",
    "+QMTDISC",  "+QMTSUB",    "+QMTUNS",    "+QMTPUB",
};

/* Commands whose `?` is OK alone by their manual, or while there is nothing to list. */
static const char *const bare_by_manual[] = {
    "+QSECWRITE",   "+QSECREAD", "+QSECDEL",  "+QSSLOPEN", "+QSSLCLOSE", "+QSSLSEND", "+QSSLSTATE",
    "+QHTTPURL",    "+QSMTPPWD", "+QSMTPDST", "+QSMTPATT", "+CGDCONT",   "+CGACT",    "+GTSSLERR",
    "+GTSSLCIPHER", "+MIPSTAT",  "+HTTPDATA", "+HTTPHEAD", "+HTTPACT",   "+CLCC",     "+QFOPEN",
    "#SL",          "#FRWL",     "#SLUDP",    "+QMTOPEN",  "+QMTCONN",   "+MQTTUSER",
};

/* Commands that change what an answer looks like: only their effect can be seen. */
static const char *const by_effect[] = { "Q", "V", "S3", "S4" };

struct walk {
    struct world world;
    const struct module_model *model;
    const struct at_command *row;
};

static bool is_among(const struct at_command *row, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(row->name, names[i]) == 0)
            return true;
    }
    return false;
}

static bool depends_on_state(const struct at_command *row)
{
    return is_among(row, by_state, COUNT(by_state)) ||
           is_among(row, by_bearer_or_socket, COUNT(by_bearer_or_socket)) ||
           is_among(row, by_exchange, COUNT(by_exchange)) ||
           is_among(row, by_name_or_socket, COUNT(by_name_or_socket));
}

static struct at_session *session(struct walk *walk)
{
    return walk->world.modem->terminals[0]->at;
}

/* Where the values of a row live, made where they are not there. */
static void *record_of(struct walk *walk, const struct at_command *row, size_t index)
{
    void *record;

    module_enter(walk->world.modem);
    record = at_make_record(session(walk), row, index);
    walk->world.modem->depth--; /* it stays */
    return record;
}

/* A row may be tried on any of a model's secure sockets. */
static void enable_the_others(struct walk *walk)
{
    const struct at_command *row = at_find(session(walk), "#SSLEN");
    char line[LINE_BYTES];

    for (size_t id = 2; row != NULL && id <= at_record_count(session(walk), row); id++) {
        snprintf(line, sizeof(line), "AT#SSLEN=%zu,1", id);
        talk_ok(&walk->world, line);
    }
}

static void start(struct walk *walk)
{
    check_int(walk->model->identity.name,
              world_switch_on(&walk->world, walk->model->identity.name, false, 1), ERR_OK);
    if (at_find(session(walk), "#SSLEN") != NULL) {
        talk_prepare(&walk->world);
        enable_the_others(walk);
    } else {
        talk_ok(&walk->world, "ATE0");
        talk_ok(&walk->world, "AT+CMEE=1");
    }
}

/* ---- values for one parameter ---- */

/* Texts of values that are in the parameter's range, and some that are not. */
struct values {
    char in[VALUES_MAX][LINE_BYTES / 2], out[VALUES_MAX][LINE_BYTES / 2];
    size_t in_count, out_count;
};

static void add_number(struct values *values, const struct at_param *param, int64_t min,
                       int64_t max, int64_t number)
{
    bool in = param->values != NULL
                  ? number <= INT32_MAX && number_in_set((int32_t)number, param->values)
                  : number >= min && number <= max;
    char *text;

    if ((number < 0 && min >= 0) || values->in_count == VALUES_MAX ||
        values->out_count == VALUES_MAX)
        return;
    text = in ? values->in[values->in_count++] : values->out[values->out_count++];
    snprintf(text, sizeof(values->in[0]), "%lld", (long long)number);
}

/* The numbers that a set names, and their neighbours. */
static void add_set(struct values *values, const struct at_param *param)
{
    for (const char *at = param->values; *at != '\0';) {
        char *end;
        long number = strtol(at, &end, 10);

        for (int step = -1; step <= 1; step++)
            add_number(values, param, 0, 0, number + step);
        at = *end != '\0' ? end + 1 : end;
    }
}

static void add_text(char *text, int64_t length)
{
    text[0] = '"';
    memset(text + 1, 'x', (size_t)length);
    memcpy(text + 1 + length, "\"", 2);
}

/* The words that a set names, with quotes; another, and none. */
static void add_words(struct values *values, const struct at_param *param)
{
    for (const char *at = param->words; *at != '\0';) {
        size_t len = strcspn(at, ",");

        snprintf(values->in[values->in_count++], sizeof(values->in[0]), "\"%.*s\"", (int)len, at);
        at += len + (at[len] == ',');
    }
    snprintf(values->out[values->out_count++], sizeof(values->out[0]), "\"XY\"");
    snprintf(values->out[values->out_count++], sizeof(values->out[0]), "\"\"");
}

static struct values values_of(const struct walk *walk, const struct at_param *param)
{
    int64_t min = at_param_min(param, &walk->model->at);
    int64_t max = at_param_max(param, &walk->model->at);
    struct values values = { .in_count = 0 };

    if (param->type == AT_STRING && param->words != NULL && param->min > 0) {
        add_words(&values, param);
        return values;
    }
    if (param->type == AT_STRING) {
        add_text(values.in[values.in_count++], max);
        add_text(values.in[values.in_count++], min > 0 || param->optional ? min : 1);
        add_text(values.out[values.out_count++], max + 1);
        if (min > 0)
            add_text(values.out[values.out_count++], min - 1);
        return values;
    }
    if (param->values != NULL) {
        add_set(&values, param);
    } else {
        add_number(&values, param, min, max, min);
        add_number(&values, param, min, max, max);
        add_number(&values, param, min, max, min - 1);
        add_number(&values, param, min, max, max + 1);
    }
    add_number(&values, param, min, max, INT64_C(4294967296) + min);
    if (walk->row->basic)
        return values; /* another character is another command */
    if (!param->quoted_too)
        snprintf(values.out[values.out_count++], sizeof(values.out[0]), "\"1\"");
    snprintf(values.out[values.out_count++], sizeof(values.out[0]), "x");
    return values;
}

/* ---- lines ---- */

static bool has(const struct walk *walk, const struct at_param *param)
{
    return at_has(&walk->model->at, param->only_on);
}

/* The command with good values for all parameters but `which`, which gets `value`.  With `which` as
 * the count of parameters, all are good. */
static void build_line(const struct walk *walk, size_t which, const char *value, char *line)
{
    const struct at_command *row = walk->row;
    const char *comma = "";
    struct text text;

    text_init(&text, line, LINE_BYTES);
    text_add(&text, "AT%s%s", row->name, row->basic && row->name[0] != 'S' ? "" : "=");
    for (size_t i = 0; i < row->param_count; i++) {
        struct values values;

        if (!has(walk, &row->params[i]) || (i > which && row->params[i].optional))
            continue;
        values = values_of(walk, &row->params[i]);
        text_add(&text, "%s%s", comma, i == which ? value : values.in[0]);
        comma = ",";
    }
    assert_false(text.cut);
}

/* Something must be answered, at once or after a while. */
static struct span final_answer(struct walk *walk, const char *line)
{
    struct span answer = talk(&walk->world, line);

    if (answer.len == 0) {
        world_await(&walk->world, 1000000);
        answer = world_heard(&walk->world, 0);
    }
    if (answer.len == 0)
        fail_msg("%s: no answer", line);
    return answer;
}

/* The log has one line since `before`: which command of which port, and why. */
static void check_reason(const struct walk *walk, const char *line, unsigned before)
{
    const struct world *world = &walk->world;
    char head[LINE_BYTES];

    if (world->log_lines != before + 1)
        fail_msg("%s: %u lines in the log, the last of them: %s", line, world->log_lines - before,
                 world->log_line);
    snprintf(head, sizeof(head), "%s port 1: AT%s", walk->model->identity.name, walk->row->name);
    if (strstr(world->log_line, "AT…: the line is longer than ") == NULL &&
        (strncmp(world->log_line, head, strlen(head)) != 0 ||
         strstr(world->log_line, ": ") == NULL))
        fail_msg("%s: the log has: %s", line, world->log_line);
}

static void expect_error(struct walk *walk, const char *line)
{
    unsigned before;

    start(walk);
    before = walk->world.log_lines;
    talk_error(&walk->world, line);
    check_reason(walk, line, before);
}

/* Whatever it answers on a module that has just been switched on. */
static void try_fresh(struct walk *walk, const char *line)
{
    struct span answer;
    unsigned before;

    check_int(walk->model->identity.name,
              world_switch_on(&walk->world, walk->model->identity.name, false, 1), ERR_OK);
    talk_ok(&walk->world, "ATE0");
    talk_ok(&walk->world, "AT+CMEE=1");
    before = walk->world.log_lines;
    answer = final_answer(walk, line);
    if (talk_is_error(answer))
        check_reason(walk, line, before);
}

/* Each form of each row, its first good values among them. */
static void walk_fresh(struct walk *walk)
{
    static const char *const forms[] = { "", "?", "=?", "=", "=\"x", "=,,,,,,,,,,,,,,,," };
    const struct at_command *row = walk->row;
    char line[LINE_BYTES];

    if (row->basic)
        return;
    for (size_t i = 0; i < COUNT(forms); i++) {
        snprintf(line, sizeof(line), "AT%s%s", row->name, forms[i]);
        try_fresh(walk, line);
    }
    if (row->param_count == 0)
        return;
    build_line(walk, row->param_count, "", line);
    try_fresh(walk, line);
}

static void expect_good(struct walk *walk, const char *line)
{
    struct span answer;

    start(walk);
    if (is_among(walk->row, by_effect, COUNT(by_effect))) {
        talk(&walk->world, line);
        return;
    }
    answer = final_answer(walk, line);
    if (!depends_on_state(walk->row) && !talk_ends_with(answer, "OK"))
        fail_msg("%s: \"%s\" instead of OK; what depends on a state stands in a list above", line,
                 show(answer));
}

/* What was set is what the record holds. */
static void expect_bound(struct walk *walk, const struct at_param *param, const char *value)
{
    const char *record;
    int32_t number;

    if (param->bound == 0 || param->type != AT_NUMBER || depends_on_state(walk->row))
        return;
    record = record_of(walk, walk->row, 0);
    memcpy(&number, record + param->bound - 1, sizeof(number));
    check_int(walk->row->name, number, atoll(value));
}

static void try_values(struct walk *walk, size_t which)
{
    const struct at_param *param = &walk->row->params[which];
    struct values values = values_of(walk, param);
    char line[LINE_BYTES];

    for (size_t i = 0; i < values.in_count; i++) {
        build_line(walk, which, values.in[i], line);
        expect_good(walk, line);
        expect_bound(walk, param, values.in[i]);
    }
    for (size_t i = 0; i < values.out_count; i++) {
        build_line(walk, which, values.out[i], line);
        expect_error(walk, line);
    }
}

static void try_missing(struct walk *walk, size_t which)
{
    const struct at_param *param = &walk->row->params[which];
    char line[LINE_BYTES];

    build_line(walk, which, "", line);
    if (param->optional)
        expect_good(walk, line);
    else if (walk->row->param_count > 1)
        expect_error(walk, line);
}

/* Cuts off the last parameter that must be there. */
static void try_short(struct walk *walk)
{
    char line[LINE_BYTES];
    size_t required = 0;

    for (size_t i = 0; i < walk->row->param_count; i++)
        required += has(walk, &walk->row->params[i]) && !walk->row->params[i].optional;
    if (required < 2)
        return;
    build_line(walk, 0, "1", line);
    *strrchr(line, ',') = '\0';
    expect_error(walk, line);
}

static void try_too_many(struct walk *walk)
{
    char line[LINE_BYTES], longer[LINE_BYTES + 2];
    size_t last = 0;
    struct values values;

    for (size_t i = 0; i < walk->row->param_count; i++) {
        if (has(walk, &walk->row->params[i]))
            last = i;
    }
    values = values_of(walk, &walk->row->params[last]);
    build_line(walk, last, values.in[0], line);
    snprintf(longer, sizeof(longer), "%s,1", line);
    expect_error(walk, longer);
}

static void walk_set(struct walk *walk)
{
    const struct at_command *row = walk->row;

    if (row->param_count == 0 || row->free_form || strcmp(row->name, "D") == 0)
        return;
    for (size_t i = 0; i < row->param_count; i++) {
        if (!has(walk, &row->params[i]))
            continue;
        try_values(walk, i);
        if (!row->basic)
            try_missing(walk, i);
    }
    if (row->basic)
        return;
    try_short(walk);
    try_too_many(walk);
}

/* ---- the other forms ---- */

/* Texts of any kind have no range: nothing but the commas between them is left. */
static bool shows_nothing(const char *ranges)
{
    return ranges[strspn(ranges, ",")] == '\0';
}

static void walk_test(struct walk *walk)
{
    const struct at_command *row = walk->row;
    char line[LINE_BYTES], ranges[LINE_BYTES], expected[2 * LINE_BYTES];
    struct text text;

    if (row->basic)
        return;
    snprintf(line, sizeof(line), "AT%s=?", row->name);
    start(walk);
    if (row->test_text != NULL || row->test != NULL || row->param_count == 0 || row->free_form) {
        talk_ok(&walk->world, line);
        return;
    }
    text_init(&text, ranges, sizeof(ranges));
    at_args_ranges(row, &walk->model->at, &text);
    if (shows_nothing(ranges)) {
        talk_expect(&walk->world, line, "\r\nOK\r\n");
        return;
    }
    snprintf(expected, sizeof(expected), "\r\n%s: %s\r\n\r\nOK\r\n", row->name, ranges);
    talk_expect(&walk->world, line, expected);
}

static void walk_read_and_run(struct walk *walk)
{
    const struct at_command *row = walk->row;
    char line[LINE_BYTES];

    snprintf(line, sizeof(line), "AT%s?", row->name);
    if (row->name[0] != 'D') {
        start(walk);
        if ((row->read != NULL || row->record != NULL) && !depends_on_state(row))
            talk_ok(&walk->world, line);
        else
            final_answer(walk, line);
    }
    snprintf(line, sizeof(line), "AT%s", row->name);
    start(walk);
    if (row->run != NULL && !depends_on_state(row))
        talk_ok(&walk->world, line);
    else
        final_answer(walk, line);
}

static void walk_refused(struct walk *walk)
{
    static const char *const forms[] = { "", "?", "=?", "=1" };
    char line[LINE_BYTES];

    start(walk);
    for (size_t i = 0; i < COUNT(forms); i++) {
        snprintf(line, sizeof(line), "AT%s%s", walk->row->name, forms[i]);
        talk_expect(&walk->world, line, "\r\nERROR\r\n");
    }
}

/* ---- what is answered is kept ---- */

static int bare; /* answers without values, each of which was shown */

static void expect_values(struct walk *walk, const char *form)
{
    char line[LINE_BYTES];
    struct span answer;

    snprintf(line, sizeof(line), "AT%s%s", walk->row->name, form);
    start(walk);
    answer = final_answer(walk, line);
    if (span_equal(answer, span_of("\r\nOK\r\n"))) {
        print_error("%s: %s: a bare OK\n", walk->model->identity.name, line);
        bare++;
    }
}

/* What `?` answers: a copy in `shown`. */
static void read_into(struct walk *walk, char *shown)
{
    char line[LINE_BYTES];
    struct span answer;

    snprintf(line, sizeof(line), "AT%s?", walk->row->name);
    answer = final_answer(walk, line);
    assert_true(answer.len < LINE_BYTES);
    memcpy(shown, answer.data, answer.len);
    shown[answer.len] = '\0';
    if (!talk_ends_with(answer, "OK"))
        fail_msg("%s: %s: \"%s\"", walk->model->identity.name, line, shown);
}

static void set_to(struct walk *walk, size_t which, const char *value, bool is_legal)
{
    char line[LINE_BYTES];

    build_line(walk, which, value, line);
    if (is_legal)
        talk_ok(&walk->world, line);
    else
        talk_error(&walk->world, line);
}

/* Two values of a parameter are read back, and differ; one that is refused changes nothing. */
static void expect_kept(struct walk *walk, size_t which)
{
    struct values values = values_of(walk, &walk->row->params[which]);
    char first[LINE_BYTES], second[LINE_BYTES], third[LINE_BYTES];

    if (values.in_count < 2 || strcmp(values.in[0], values.in[1]) == 0)
        return;
    start(walk);
    set_to(walk, which, values.in[0], true);
    read_into(walk, first);
    set_to(walk, which, values.in[1], true);
    read_into(walk, second);
    if (strcmp(first, second) == 0)
        fail_msg("%s: %s: <%s> is %s and %s, and read as \"%s\"", walk->model->identity.name,
                 walk->row->name, walk->row->params[which].name, values.in[0], values.in[1], first);
    if (values.out_count == 0)
        return;
    set_to(walk, which, values.out[0], false);
    read_into(walk, third);
    check_text(walk->row->name, third, second);
}

static bool has_no_ranges(const struct walk *walk)
{
    char ranges[LINE_BYTES];
    struct text text;

    text_init(&text, ranges, sizeof(ranges));
    at_args_ranges(walk->row, &walk->model->at, &text);
    return walk->row->test == NULL && shows_nothing(ranges);
}

static void walk_kept(struct walk *walk)
{
    const struct at_command *row = walk->row;
    bool takes_values = row->param_count > 0 || row->free_form;
    bool is_silent = row->test_text != NULL ? row->test_text[0] == '\0' : has_no_ranges(walk);

    if (row->basic)
        return;
    if (!is_among(row, bare_by_manual, COUNT(bare_by_manual)))
        expect_values(walk, "?");
    if (takes_values && !is_silent)
        expect_values(walk, "=?");
    if (row->record == NULL || depends_on_state(row))
        return;
    for (size_t i = 0; i < row->param_count; i++) {
        if (has(walk, &row->params[i]) && row->params[i].bound != 0 && !row->params[i].hidden &&
            !row->params[i].secret)
            expect_kept(walk, i);
    }
}

/* ---- what rows must be like ---- */

static void check_row(struct walk *walk)
{
    const struct at_command *row = walk->row;

    start(walk);
    assert_non_null(row->help);
    assert_true(row->source != NULL);
    assert_true(strlen(row->name) <= 23 && row->param_count <= AT_ARGS_MAX);
    assert_ptr_equal(at_find(session(walk), row->name), row);
    for (const char *at = row->name; *at != '\0'; at++)
        assert_false(*at >= 'a' && *at <= 'z');
}

/* Factory values are values that a host could set. */
static void check_factory(struct walk *walk)
{
    const struct at_command *row = walk->row;
    char printed[LINE_BYTES];
    struct at_args args;
    struct text text;

    if (row->record == NULL)
        return;
    start(walk);
    for (size_t index = 0; index < at_record_count(session(walk), row); index++) {
        text_init(&text, printed, sizeof(printed));
        at_args_preset(row, &walk->model->at, at_dialect_of(session(walk)),
                       record_of(walk, row, index), index);
        at_args_print(row, &walk->model->at, at_dialect_of(session(walk)),
                      record_of(walk, row, index), index, &text);
        if (at_args_parse(row, &walk->model->at, text_span(&text), &args) != AT_ARGS_FINE)
            fail_msg("%s: its factory values %s are not valid", row->name, printed);
    }
}

/* ---- what a model does not have ---- */

/* Where a bound parameter's value is. */
static const char *place_of(const struct at_param *param, const void *record)
{
    return (const char *)record + param->bound - 1;
}

/* True when a row of the model binds the same place, whose factory value then counts. */
static bool is_bound_by_model(struct walk *walk, const char *place)
{
    struct at_session *at = session(walk);

    for (const struct at_commands *const *list = at_commands_of(at); *list != NULL; list++) {
        for (size_t i = 0; i < (*list)->count; i++) {
            const struct at_command *row = &(*list)->rows[i];

            if (row->record == NULL || at_find(at, row->name) != row)
                continue;
            for (size_t index = 0; index < at_record_count(at, row); index++) {
                for (size_t p = 0; p < row->param_count; p++) {
                    if (row->params[p].bound != 0 &&
                        place_of(&row->params[p], record_of(walk, row, index)) == place)
                        return true;
                }
            }
        }
    }
    return false;
}

static int lacking; /* places that only rows of other models bind */

/* The place has its factory value. */
static void check_place(struct walk *walk, const struct at_param *param, size_t index)
{
    const char *place = place_of(param, record_of(walk, walk->row, index));
    const struct facts *facts = walk->model->at.facts;
    const char *text = param->preset_text != NULL ? param->preset_text : "";
    char what[LINE_BYTES];
    int32_t number, expected;

    if (is_bound_by_model(walk, place))
        return;
    lacking++;
    snprintf(what, sizeof(what), "%s %s %s %zu", walk->model->identity.name, walk->row->name,
             param->name, index);
    if (param->type == AT_STRING) {
        if (fact_is_one(param->preset))
            text = fact_text(facts, param->preset);
        check_text(what, param->owned ? "" : place, text);
        return;
    }
    expected = param->preset_by_record != NULL ? param->preset_by_record[index] : param->preset;
    if (param->preset_dialect != 0)
        memcpy(&expected, (const char *)at_dialect_of(session(walk)) + param->preset_dialect - 1,
               sizeof(expected));
    memcpy(&number, place, sizeof(number));
    check_int(what, number, fact_number(facts, expected));
}

/* What only rows bind that the model does not have: nobody can set it, and the module goes by it.
 */
static void check_row_of_others(struct walk *walk)
{
    const struct at_command *row = walk->row;

    if (row->record == NULL)
        return;
    check_int(walk->model->identity.name,
              world_switch_on(&walk->world, walk->model->identity.name, false, 2), ERR_OK);
    for (size_t index = 0; index < at_record_count(session(walk), row); index++) {
        for (size_t p = 0; p < row->param_count; p++) {
            if (row->params[p].bound != 0)
                check_place(walk, &row->params[p], index);
        }
    }
}

/* ---- all rows ---- */

/* True when a model before this one has the same rows, limits and features. */
static bool is_like_another(size_t index)
{
    const struct module_model *model = module_model_at(index);

    for (size_t i = 0; i < index; i++) {
        const struct module_model *other = module_model_at(i);

        if (other->personality == model->personality && other->at.limits == model->at.limits &&
            other->at.features == model->at.features)
            return true;
    }
    return false;
}

enum rows { ROWS_OF_MODEL, ROWS_REFUSED, ROWS_OF_OTHERS };

static enum rows kind_of(const struct walk *walk)
{
    if (at_find_in(walk->model->personality->commands, &walk->model->at, walk->row->name) !=
        walk->row)
        return ROWS_OF_OTHERS;
    return walk->row->coverage == AT_REFUSED ? ROWS_REFUSED : ROWS_OF_MODEL;
}

static void each_row(void (*visit)(struct walk *walk), enum rows rows)
{
    struct walk walk;

    world_init(&walk.world);
    for (size_t m = 0; (walk.model = module_model_at(m)) != NULL; m++) {
        const struct at_commands *const *list = walk.model->personality->commands;

        if (is_like_another(m))
            continue;
        walk.world.log.name = walk.model->identity.name;
        for (; *list != NULL; list++) {
            for (size_t i = 0; i < (*list)->count; i++) {
                walk.row = &(*list)->rows[i];
                if (kind_of(&walk) == rows)
                    visit(&walk);
            }
        }
    }
    assert_int_equal(walk.world.scripted_net.spins, 0);
    world_deinit(&walk.world);
}

/* Also one that is refused, of another model, or nobody's. */
static void check_found(struct walk *walk)
{
    const struct personality *personality = walk->model->personality;
    char other[LINE_BYTES];

    snprintf(other, sizeof(other), "%sX", walk->row->name);
    at_index_make(personality->index, personality->commands);
    assert_true(at_index_is_ready(personality->index));
    assert_ptr_equal(at_index_find(personality->index, &walk->model->at, walk->row->name),
                     at_find_in(personality->commands, &walk->model->at, walk->row->name));
    assert_ptr_equal(at_index_find(personality->index, &walk->model->at, other),
                     at_find_in(personality->commands, &walk->model->at, other));
}

static void test_index_finds_what_a_search_finds(void **state)
{
    (void)state;
    each_row(check_found, ROWS_OF_MODEL);
    each_row(check_found, ROWS_REFUSED);
    each_row(check_found, ROWS_OF_OTHERS);
}

static void test_rows_are_well_formed(void **state)
{
    (void)state;
    each_row(check_row, ROWS_OF_MODEL);
    each_row(check_row, ROWS_REFUSED);
    each_row(check_factory, ROWS_OF_MODEL);
}

static void test_rows_of_other_models(void **state)
{
    (void)state;
    lacking = 0;
    each_row(check_row_of_others, ROWS_OF_OTHERS);
    assert_true(lacking > 0);
}

static void test_set(void **state)
{
    (void)state;
    each_row(walk_set, ROWS_OF_MODEL);
}

static void test_test(void **state)
{
    (void)state;
    each_row(walk_test, ROWS_OF_MODEL);
}

static void test_read_and_run(void **state)
{
    (void)state;
    each_row(walk_read_and_run, ROWS_OF_MODEL);
}

static void test_fresh(void **state)
{
    (void)state;
    each_row(walk_fresh, ROWS_OF_MODEL);
}

static void test_kept(void **state)
{
    (void)state;
    bare = 0;
    each_row(walk_kept, ROWS_OF_MODEL);
    assert_int_equal(bare, 0);
}

static void test_refused(void **state)
{
    (void)state;
    each_row(walk_refused, ROWS_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_index_finds_what_a_search_finds),
        cmocka_unit_test(test_rows_are_well_formed),
        cmocka_unit_test(test_rows_of_other_models),
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_test),
        cmocka_unit_test(test_read_and_run),
        cmocka_unit_test(test_fresh),
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
