/* rig.c: modems in one process, on one loop, the real network and GnuTLS. */
#include "rig.h"

#include "tls_gnutls/tls_gnutls.h"
#include "tool.h"

#include <stdio.h>
#include <string.h>

#define OK "\r\nOK\r\n"

/* TOGETHER: a module that is silent before what it says unasked keeps no other waiting. */
enum { TOGETHER = 20, CLOSE_LIMIT_MS = 10000, ANSWER_LIMIT_MS = 60000 };

static void say(void *ctx, const char *what, const char *text)
{
    (void)ctx;
    fprintf(stderr, "%s: %s\n", what, text);
}

static void must(enum err err, const char *what)
{
    if (err != ERR_OK)
        fail("%s: %s", what, err_text(err));
}

void rig_open(struct rig *rig)
{
    rig->log = (struct log){ .write = say, .level = LOG_WARNING };
    must(runtime_world_open(&rig->world, &rig->log), "loop and network");
    rig->net = rig->world.network;
    must(tls_gnutls_open(NULL, &rig->tls), "GnuTLS");
}

void rig_close(struct rig *rig)
{
    tls_gnutls_close(rig->tls);
    if (!runtime_world_close(&rig->world, CLOSE_LIMIT_MS))
        fail("the loop does not end");
}

static void on_time_over(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

static void on_closed(uv_handle_t *handle)
{
    *(bool *)handle->data = false;
}

/* Lets the loop turn until `is_done`, or until so much time has passed: false. */
static bool turn(struct rig *rig, int64_t ms, bool (*is_done)(void *ctx), void *ctx)
{
    uv_timer_t timer;
    bool over = false, done = false;

    uv_update_time(&rig->world.loop.uv); /* it may not have turned for long */
    uv_timer_init(&rig->world.loop.uv, &timer);
    timer.data = &over;
    uv_timer_start(&timer, on_time_over, (uint64_t)ms, 0);
    while (!over && !done) {
        uv_run(&rig->world.loop.uv, UV_RUN_ONCE);
        done = is_done != NULL && is_done(ctx);
    }
    over = true;
    uv_close((uv_handle_t *)&timer, on_closed);
    while (over)
        uv_run(&rig->world.loop.uv, UV_RUN_ONCE);
    return done;
}

void rig_rest(struct rig *rig, int64_t ms)
{
    turn(rig, ms, NULL, NULL);
}

struct waiting {
    const struct memory_host *host;
    const char *heard;
};

static bool is_answered(void *ctx)
{
    const struct waiting *waiting = ctx;

    return memory_host_has(waiting->host, waiting->heard) ||
           memory_host_has(waiting->host, "ERROR");
}

static void wait_for(struct rig_modem *modem, const char *line, const char *heard)
{
    struct waiting waiting = { &modem->host, heard };

    if (!is_answered(&waiting))
        turn(modem->rig, ANSWER_LIMIT_MS, is_answered, &waiting);
    if (!memory_host_has(&modem->host, heard))
        fail("%s: %s was answered with \"%.*s\"", modem->model->name, line,
             (int)modem->host.tail_len, modem->host.tail);
}

static void type(struct rig_modem *modem, const char *text)
{
    if (!memory_host_type(&modem->host, text))
        fail("%s: %s was not taken", modem->model->name, text);
}

void rig_command(struct rig_modem *modem, const char *line)
{
    char text[RIG_TEXT_MAX];

    snprintf(text, sizeof(text), "%s\r", line);
    type(modem, text);
    wait_for(modem, text, OK);
}

/* ---- steps ---- */

static void take_together(struct rig_modem *modems, size_t count, const struct rig_step *steps,
                          const struct rig_servers *servers)
{
    for (const struct rig_step *step = steps; step->text != NULL; step++) {
        char text[RIG_TEXT_MAX];

        rig_fill_in(text, step->text, servers);
        for (size_t i = 0; i < count; i++)
            type(&modems[i], text);
        for (size_t i = 0; i < count; i++)
            wait_for(&modems[i], text, step->heard);
    }
}

void rig_take(struct rig_modem *modems, size_t count, const struct rig_step *steps,
              const struct rig_servers *servers)
{
    while (count > 0) {
        size_t together = count < TOGETHER ? count : TOGETHER;

        take_together(modems, together, steps, servers);
        modems += together;
        count -= together;
    }
}

/* ---- a modem ---- */

void rig_modem_open(struct rig *rig, const struct rig_model *model, struct rig_modem *modem)
{
    const struct runtime_modem_config config = {
        .model = model->name,
        .terminals = 1,
        .net = rig->net,
        .tls = &rig->tls,
        .tls_count = 1,
        .log = &rig->log,
        .laboratory = rig->laboratory,
    };
    struct port_failure failure;

    modem->rig = rig;
    modem->model = model;
    if (runtime_modem_open(&rig->world, &config, &failure, &modem->modem) != ERR_OK)
        fail("%s", failure.text);
    memory_host_attach(&modem->host, runtime_modem_engine(modem->modem));
    rig_command(modem, "AT");
}

void rig_modem_close(struct rig_modem *modem)
{
    runtime_modem_close(modem->modem);
}
