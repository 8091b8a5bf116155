/* reach.c: what the inputs of a maker's target have reached. */
#include "reach.h"

#include "drive.h"

#include "at/lexer.h"
#include "at/session.h"
#include "module/module.h"
#include "personalities/quectel/quectel.h"
#include "personalities/telit/telit_plain.h"
#include "services/ftp.h"
#include "services/http.h"
#include "services/mqtt.h"
#include "services/smtp.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 600, NAME_BYTES = 64, LINE_BYTES = 600, MODELS_MAX = 8 };

/* ---- what a maker has ---- */

#define NAME(name)         #name,
#define SECOND(name, text) text,

static const char *const telit_states[] = { CONNECTION_STATES(NAME) FTP_STATES(NAME)
                                                TELIT_PLAIN_WAITS(NAME) NULL };
static const char *const quectel_states[] = { CONNECTION_STATES(NAME) HTTP_STATES(NAME) SMTP_STATES(
    NAME) QUECTEL_SOCKET_STATES(SECOND) MQTT_STATES(NAME) NULL };
static const char *const fibocom_states[] = { CONNECTION_STATES(NAME) HTTP_STATES(NAME)
                                                  FTP_STATES(NAME) MQTT_STATES(NAME) NULL };

static const struct expectation {
    const char *maker;
    const char *const *states;
    const char *lines[40];  /* that hosts must have heard the beginning of */
    const char *absent[32]; /* commands that never succeed, states that are never entered */
} expectations[] = {
    { .maker = "Telit",
      .states = telit_states,
      .lines = { "CONNECT",
                 "SSLSRING: 1,",
                 "NO CARRIER",
                 "#SSLRECV: ",
                 "#SSLS: 1,2",
                 "#FTPRECV: ",
                 "#FTPAPPEXT: 5",
                 "#FTPGETPKT: f,0,1",
                 "#FTPPWD",
                 "#FTPFSIZE: ",
                 "SRING: 1",
                 "SRING: 1,",
                 "SRING: 127.0.0.1,443,2,",
                 "#SRECV: 1,",
                 "#SRECV: 127.0.0.1,443,2,",
                 "#SS: 1,2,",
                 "#SS: 1,5,",
                 "#SL: 1,2020",
                 "NO CARRIER:SD,1,1",
                 "#SL: ABORTED" },
      .absent = { "FTP_RENAME_FROM" } },
    { .maker = "Quectel",
      .states = quectel_states,
      .lines = { "CONNECT OK",
                 "0, CONNECT OK",
                 "+QSSLOPEN: 0,0",
                 "SEND OK",
                 "CLOSED",
                 "+QSSLURC: \"recv\",0,0",
                 "+QIRD: 127.0.0.1:443,TCP,",
                 "+QIRD: 127.0.0.1:443,UDP,",
                 "+QIRDI: ",
                 "+RECEIVE: ",
                 "+QSECWRITE: ",
                 "+QSECREAD: 1",
                 "+QHTTPDL: 5,5,0",
                 "+QSMTPPUT: 0",
                 "+QMTOPEN: 0,0",
                 "+QMTCONN: 0,0,0",
                 "+QMTSUB: 0,2,0,0,128",
                 "+QMTUNS: 0,3,0",
                 "+QMTPUB: 0,1,0",
                 "+QMTRECV: 0,1,",
                 "+QMTDISC: 0,0",
                 "+QMTCLOSE: 0,0",
                 "+QNTP: 0",
                 "+QPING: 0,127.0.0.1",
                 "127.0.0.1",
                 "+PDP DEACT",
                 "SERVER OK",
                 "REMOTE IP: ",
                 "0, REMOTE IP: ",
                 "+QIRD: 127.0.0.1:443,TCP," },
      .absent = { "CONNECTION_LISTENING" } },
    { .maker = "Fibocom",
      .states = fibocom_states,
      .lines = { "+MIPOPEN: 1,1",   "+MIPOPEN: 3,1",   "+MIPODM: 4,1",   "+MIPRTCP: ",
                 "+MIPRUDP: ",      "+MIPDATA: ",      "+MIPSTAT: ",     "+MIPPUSH: 1,0",
                 "+HTTPRES: 0,200", "+HTTPRES: 1,200", "+MPING: ",       "+MIPDNS: ",
                 "+MIPNTP: 1",      "+FTPOPEN: 1",     "+FTPRECV: ",     "+FTPLIST: 1",
                 "+FTPPUT: 1",      "+FTPSIZE: ",      "+MQTTOPEN: 1,1", "+MQTTSUB: 1,1",
                 "+MQTTPUB: 1,1",   "+MQTTUNSUB: 1,1", "+MQTTMSG: 1,",   "+MQTTCLOSE: 1,1",
                 "+MQTTBREAK: 1,1", "+MQTTMSGI: 1,",   "+MQTTREAD: 1,",  "+HMCON OK",
                 "+HMPUB OK",       "+HMSUB OK",       "+HMUNS OK",      "+HMDIS OK",
                 "+HMREC: 0,",      "+HMSTS:0",        "+HMSTS:1" },
      .absent = { "FTP_AUTH", "FTP_SECURING", "FTP_PBSZ", "FTP_PROT" } },
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* ---- what was reached ---- */

static char reached[NAMES_MAX][NAME_BYTES];
static size_t reached_count;
static const struct module_model *models[MODELS_MAX];
static size_t model_count;
static char pending[TLSMODEM_TERMINALS_MAX][LINE_BYTES];  /* a line whose answer is due */
static struct byte_queue answers[TLSMODEM_TERMINALS_MAX]; /* what was heard since it */

static bool is_reached(const char *name)
{
    for (size_t i = 0; i < reached_count; i++) {
        if (strcmp(reached[i], name) == 0)
            return true;
    }
    return false;
}

static void note(const char *name)
{
    if (is_reached(name))
        return;
    if (reached_count == NAMES_MAX)
        abort();
    snprintf(reached[reached_count++], NAME_BYTES, "%s", name);
}

static void note_model(const struct module_model *model)
{
    for (size_t i = 0; i < model_count; i++) {
        if (models[i] == model)
            return;
    }
    if (model_count == MODELS_MAX)
        abort();
    models[model_count++] = model;
}

static const struct expectation *expectation_of(const struct module_model *model)
{
    for (size_t i = 0; i < COUNT(expectations); i++) {
        if (strcmp(expectations[i].maker, model->identity.maker) == 0)
            return &expectations[i];
    }
    fprintf(stderr, "reach: %s is not among the expectations of fuzz/reach.c\n",
            model->identity.maker);
    exit(1);
}

/* States come from the trace: "ftp 1: FTP_READY -> FTP_COMMAND". */
static void on_log(void *ctx, const char *tag, const char *text)
{
    const char *to = strstr(text, " -> ");

    (void)ctx;
    if (to != NULL && strcmp(tag, trace_component_name(TRACE_SOCKET)) == 0)
        note(to + 4);
}

static void on_begin(struct world *world)
{
    world->log.write = on_log;
    world->log.traced = UINT32_C(1) << TRACE_SOCKET;
    for (size_t port = 0; port < TLSMODEM_TERMINALS_MAX; port++) {
        pending[port][0] = '\0';
        byte_queue_clear(&answers[port]);
    }
}

/* One command line, alone in its step, is what can be told of. */
static void on_typed(struct world *world, size_t port, struct span bytes)
{
    const uint8_t *end = bytes.len > 2 ? memchr(bytes.data, '\r', bytes.len) : NULL;
    size_t len = end != NULL ? (size_t)(end - bytes.data) : 0;

    note_model(world->modem->model);
    if (at_is_engaged(world->modem->terminals[port]->at))
        return;
    byte_queue_clear(&answers[port]);
    pending[port][0] = '\0';
    if (len > 2 && len < LINE_BYTES && toupper(bytes.data[0]) == 'A' &&
        toupper(bytes.data[1]) == 'T')
        snprintf(pending[port], LINE_BYTES, "%.*s", (int)len - 2, (const char *)bytes.data + 2);
}

static bool contains(struct span heard, const char *words)
{
    return heard.len > 0 && memmem(heard.data, heard.len, words, strlen(words)) != NULL;
}

static void note_commands(const struct world *world, const char *line)
{
    const struct at_dialect *dialect = world->modem->personality->dialect;
    struct at_lexeme lexeme;
    size_t cursor = 0;

    while (at_lex(span_of(line), dialect->prefixes, dialect->quotes_escaped, &cursor, &lexeme) ==
           AT_LEXED) {
        if (lexeme.form != AT_TEST)
            note(lexeme.name);
    }
}

static void note_lines(const struct world *world, struct span heard)
{
    const struct expectation *expected = expectation_of(world->modem->model);

    for (size_t i = 0; i < COUNT(expected->lines) && expected->lines[i] != NULL; i++) {
        char line[NAME_BYTES];

        snprintf(line, sizeof(line), "\r\n%s", expected->lines[i]);
        if (contains(heard, line))
            note(expected->lines[i]);
    }
}

static void on_step(struct world *world)
{
    for (size_t port = 0; port < world->port_count; port++) {
        const struct at_session *at = world->modem->terminals[port]->at;
        struct span heard;

        byte_queue_put(&answers[port], world_heard(world, port));
        heard = byte_queue_peek(&answers[port]);
        note_lines(world, heard);
        if (pending[port][0] == '\0' || heard.len == 0 || (at_is_engaged(at) && !at_is_online(at)))
            continue;
        if (!contains(heard, "ERROR") && !contains(heard, "NO CARRIER"))
            note_commands(world, pending[port]);
        pending[port][0] = '\0';
    }
}

void reach_watch(void)
{
    static const struct fuzz_watch watch = { on_begin, on_typed, on_step };

    fuzz_watch = &watch;
}

/* ---- what was not ---- */

static bool is_absent(const struct expectation *expected, const char *name)
{
    for (size_t i = 0; i < COUNT(expected->absent) && expected->absent[i] != NULL; i++) {
        if (strcmp(expected->absent[i], name) == 0)
            return true;
    }
    return false;
}

/* Returns 1 when the name should have been reached and was not, or the other way round. */
static int check(const struct expectation *expected, const char *what, const char *name)
{
    if (is_reached(name) != is_absent(expected, name))
        return 0;
    fprintf(stderr, "reach: %s %s \"%s\": %s\n", expected->maker, what, name,
            is_reached(name)
                ? "was reached after all, take it out of fuzz/reach.c"
                : "no seed reaches it: add one to fuzz/seeds and run `make fuzz_corpus`");
    return 1;
}

/* The row of a name on a model, or NULL where an earlier model has one of that name. */
static const struct at_command *new_row(size_t model, const char *name)
{
    const struct at_commands *const *commands = models[model]->personality->commands;

    for (size_t i = 0; i < model; i++) {
        if (at_find_in(commands, &models[i]->at, name) != NULL)
            return NULL;
    }
    return at_find_in(commands, &models[model]->at, name);
}

static int check_commands(const struct expectation *expected, size_t model)
{
    const struct at_commands *const *commands = models[model]->personality->commands;
    int missing = 0;

    for (const struct at_commands *const *list = commands; *list != NULL; list++) {
        for (size_t i = 0; i < (*list)->count; i++) {
            const struct at_command *row = &(*list)->rows[i];

            if (row->coverage == AT_IMPLEMENTED && new_row(model, row->name) == row)
                missing += check(expected, "command", row->name);
        }
    }
    return missing;
}

bool reach_is_complete(void)
{
    const struct expectation *expected;
    int missing = 0;

    for (size_t port = 0; port < TLSMODEM_TERMINALS_MAX; port++)
        byte_queue_deinit(&answers[port]);
    if (model_count == 0)
        return false;
    expected = expectation_of(models[0]);
    for (size_t i = 0; i < model_count; i++)
        missing += check_commands(expected, i);
    for (const char *const *state = expected->states; *state != NULL; state++)
        missing += check(expected, "state", *state);
    for (size_t i = 0; i < COUNT(expected->lines) && expected->lines[i] != NULL; i++)
        missing += check(expected, "line", expected->lines[i]);
    printf("reach: %zu commands, states and lines of %s reached\n", reached_count, expected->maker);
    return missing == 0;
}
