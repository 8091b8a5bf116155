/* at_start.c: command lines that a modem runs before its first host. */
#include "runtime/at_start.h"

#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Looks whether a line is done, at first often. */
enum { LOOK_MS = 5, LOOK_MOST_MS = 100, PATIENCE_MS = 180000, SAID_CAP = 512, REASON_CAP = 512 };
enum { SECRETS_MAX = 8, SHOWN_CAP = 512 };

struct at_start {
    struct channel channel;
    struct at_start_config config;
    struct tlsmodem *modem;
    struct terminal *terminal;
    struct clock_timer *timer;
    size_t next;  /* of the lines */
    size_t typed; /* bytes of it with its end */
    int64_t since_ms;
    uint32_t look_ms;
    char said[SAID_CAP]; /* by the module to it, the beginning */
    size_t said_len;
    struct log heard;        /* the config's log as it was */
    char reason[REASON_CAP]; /* why the line was refused, as the module says it to the log */
};

/* In the place of the log's own: what is info is heard, and goes on only where it is shown. */
static void hear(void *ctx, const char *tag, const char *text)
{
    static const char of_port[] = "port 1: AT";
    struct at_start *start = ctx;
    enum log_level level = LOG_ERROR;
    const char *command = strstr(text, of_port);

    while (log_level_name(level) != NULL && strcmp(log_level_name(level), tag) != 0)
        level++;
    if (log_level_name(level) == NULL || level <= start->heard.level)
        start->heard.write(start->heard.ctx, tag, text);
    if ((level == LOG_WARNING || level == LOG_INFO) && command != NULL)
        snprintf(start->reason, sizeof(start->reason), "%s",
                 command + sizeof(of_port) - sizeof("AT"));
}

static void hear_log(struct at_start *start)
{
    struct log *log = start->config.log;

    if (log == NULL)
        return;
    start->heard = *log;
    log->write = hear;
    log->ctx = start;
    log->level = log->level > LOG_INFO ? log->level : LOG_INFO;
}

static void give_log_back(struct at_start *start)
{
    if (start->config.log != NULL)
        *start->config.log = start->heard;
}

static void output_ready(struct channel *channel)
{
    struct at_start *start = (struct at_start *)channel;
    struct span bytes;

    while ((bytes = start->terminal->ops->peek(start->terminal)).len > 0) {
        size_t room = SAID_CAP - 1 - start->said_len;
        size_t len = bytes.len < room ? bytes.len : room;

        memcpy(start->said + start->said_len, bytes.data, len);
        start->said_len += len;
        start->terminal->ops->consume(start->terminal, bytes.len);
    }
    start->said[start->said_len] = '\0';
}

static void nothing(struct channel *channel)
{
    (void)channel;
}

static void no_lines(struct channel *channel, unsigned lines)
{
    (void)channel;
    (void)lines;
}

static void no_rate(struct channel *channel, uint32_t baud)
{
    (void)channel;
    (void)baud;
}

static const struct channel_ops ops = {
    .output_ready = output_ready, .input_room = nothing, .set_lines = no_lines, .set_rate = no_rate
};

/* Types what is left of the line. */
static bool type(struct at_start *start)
{
    const char *line = start->config.lines[start->next];
    size_t len = strlen(line);

    if (start->typed < len)
        start->typed += start->terminal->ops->feed(
            start->terminal, span_at(line + start->typed, len - start->typed));
    if (start->typed == len)
        start->typed += start->terminal->ops->feed(start->terminal, span_of("\r"));
    return start->typed > len;
}

static void begin(struct at_start *start)
{
    start->typed = 0;
    start->said_len = 0;
    start->said[0] = '\0';
    start->reason[0] = '\0';
    start->look_ms = LOOK_MS;
    start->since_ms = clock_now_ms(start->config.clock);
}

/* The line, with what is secret in it left out. */
static void show(const struct at_start *start, char shown[SHOWN_CAP])
{
    struct span line = span_of(start->config.lines[start->next]), secrets[SECRETS_MAX];
    size_t count = tlsmodem_find_secrets(start->modem, 0, line, secrets, SECRETS_MAX);
    struct text text;

    text_init(&text, shown, SHOWN_CAP);
    for (size_t i = 0; i < count; i++) {
        text_add_span(&text, span_at(line.data, (size_t)(secrets[i].data - line.data)));
        text_add(&text, "…");
        line = span_skip(line, (size_t)(secrets[i].data - line.data) + secrets[i].len);
    }
    text_add_span(&text, line);
}

static void judge(const struct at_start *start, bool is_done)
{
    char line[SHOWN_CAP];

    if (is_done && strstr(start->said, "ERROR") == NULL)
        return;
    show(start, line);
    if (!is_done)
        log_say(start->config.log, LOG_ERROR, "at-start: %s did not end, and was given up", line);
    else
        log_say(start->config.log, LOG_ERROR, "at-start: %s was refused%s%s", line,
                start->reason[0] != '\0' ? ": " : "", start->reason);
}

static void on_time(void *ctx)
{
    struct at_start *start = ctx;
    bool is_typed = type(start);
    bool is_done = is_typed && !start->terminal->ops->busy(start->terminal);
    int64_t waited_ms = clock_now_ms(start->config.clock) - start->since_ms;

    output_ready(&start->channel);
    if (!is_done && waited_ms < PATIENCE_MS) {
        start->look_ms = 2 * start->look_ms < LOOK_MOST_MS ? 2 * start->look_ms : LOOK_MOST_MS;
        clock_timer_start(start->timer, start->look_ms);
        return;
    }
    judge(start, is_done);
    if (!is_done)
        start->terminal->ops->host_gone(start->terminal);
    start->next++;
    if (start->next < start->config.count) {
        begin(start);
        clock_timer_start(start->timer, 0);
        return;
    }
    tlsmodem_attach(start->modem, 0, NULL);
    start->modem = NULL;
    give_log_back(start);
    start->config.on_done(start->config.ctx);
}

enum err at_start_new(const struct at_start_config *config, struct tlsmodem *modem,
                      struct at_start **ret_start)
{
    struct at_start *start = calloc(1, sizeof(*start));

    assert(config->count > 0);
    if (start == NULL)
        return ERR_NO_MEMORY;
    start->config = *config;
    start->channel.ops = &ops;
    if (clock_new_timer(config->clock, on_time, start, &start->timer) != ERR_OK) {
        free(start);
        return ERR_NO_MEMORY;
    }
    start->modem = modem;
    start->terminal = tlsmodem_terminal_at(modem, 0);
    tlsmodem_attach(modem, 0, &start->channel);
    hear_log(start);
    begin(start);
    clock_timer_start(start->timer, 0);
    *ret_start = start;
    return ERR_OK;
}

void at_start_free(struct at_start *start)
{
    if (start == NULL)
        return;
    if (start->modem != NULL) {
        tlsmodem_attach(start->modem, 0, NULL);
        give_log_back(start);
    }
    clock_timer_free(start->timer);
    free(start);
}
