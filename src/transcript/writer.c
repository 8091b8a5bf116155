/* writer.c: makes a transcript of what passes, so that it plays back. */
#include "transcript/writer.h"

#include "base/letters.h"
#include "transcript/world_step.h"
#include "transcript/writer_doubt.h"
#include "transcript/writer_host.h"
#include "transcript/writer_text.h"

#include <assert.h>
#include <stdlib.h>

static void write_head(struct writer *writer, const struct writer_config *config)
{
    writer_line(writer,
                "# What must not be seen stands as ${secret1} and so on, if the module knew "
                "it as such: look before you send it.");
    if (config->lacks != NULL)
        writer_line(writer,
                    "# The modem was recorded with %s of its file, which a transcript does not "
                    "have: it may play otherwise.",
                    config->lacks);
    if (config->model != NULL)
        writer_line(writer, "model %s", config->model);
    else
        writer_line(writer, "# Which module it is nobody knows: replay plays it as it stands.");
    writer_addf(writer, "source ");
    writer_add(writer, span_of(config->source));
    (void)writer_end_line(writer);
    if (config->clock != NULL)
        writer_line(writer, "clock %s", config->clock);
    if (!config->is_exact) {
        writer_line(writer, "# Names and echo requests are answered as here in the engine alone:");
        writer_line(writer, "only engine");
    }
    writer_line(writer, "%s", "");
}

enum err writer_open(const struct writer_config *config, struct writer **ret_writer)
{
    struct writer *writer = calloc(1, sizeof(*writer));

    assert(config->sink.put != NULL);
    assert(config->model == NULL || strlen(config->model) < 64);
    assert(config->source[0] != '\0');
    if (writer == NULL)
        return ERR_NO_MEMORY;
    writer->sink = config->sink;
    writer->preceded = -1;
    writer->is_exact = config->is_exact;
    for (size_t i = 0; i < SCRIPT_PORTS_MAX; i++)
        writer->ports[i].believes_echo = true;
    write_head(writer, config);
    if (writer->failed) {
        writer_close(writer);
        return ERR_NO_MEMORY;
    }
    *ret_writer = writer;
    return ERR_OK;
}

void writer_close(struct writer *writer)
{
    if (writer == NULL)
        return;
    writer_stop(writer);
    writer_free_hosts(writer);
    for (size_t i = 0; i < writer->secret_count; i++)
        bytes_free(&writer->secrets[i]);
    bytes_free(&writer->line);
    bytes_free(&writer->step);
    free(writer);
}

void writer_stop(struct writer *writer)
{
    writer_settle_closes(writer);
    writer_flush_hosts(writer);
    if (writer->step.len > 0)
        writer_add(writer, span_at(NULL, 0));
    writer->stopped = true;
}

bool writer_holds(const struct writer *writer, unsigned port)
{
    return writer->ports[port].typed.len > 0;
}

void writer_precede(struct writer *writer, unsigned port)
{
    assert(writer_holds(writer, port));
    writer->preceded = (int)port;
}

bool writer_failed(const struct writer *writer)
{
    return writer->failed;
}

bool writer_is_full(const struct writer *writer)
{
    return writer->full;
}

void writer_secret(struct writer *writer, struct span value)
{
    assert(value.len > 0);
    (void)writer_note_secret(writer, value);
}

void writer_varies(struct writer *writer, struct span word, const char *pattern)
{
    writer_note_varying(writer, word, pattern);
    if (writer->varying_kept + 1 == writer->varying_count &&
        writer->varying_kept < WRITER_VARYING_MAX / 2)
        writer->varying_kept++;
}

static void add_texts(struct writer *writer, const struct script_step *step, struct span first,
                      struct span second)
{
    if (step->kind == SCRIPT_SET) {
        writer_addf(writer, "set %s=", step->setting->name);
        writer_add(writer, first);
    } else if (step->kind != SCRIPT_ACT) {
        writer_addf(writer, "%s ", step->kind == SCRIPT_FAULT ? "fault" : "link");
        writer_add(writer, first);
    } else if (strcmp(step->act->name, "ring-end") == 0) {
        writer_addf(writer, "ring end");
    } else {
        bool quoted = step->act->values[0].kind == LAB_TEXT;

        writer_addf(writer, "%s%s", step->act->name, first.len > 0 ? " " : "");
        if (first.len > 0 && quoted)
            writer_add_quoted(writer, first, true);
        else
            writer_add(writer, first);
        if (second.len > 0) {
            writer_addf(writer, " ");
            writer_add_quoted(writer, second, true);
        }
    }
}

void writer_step(struct writer *writer, int64_t now_ms, unsigned port,
                 const struct script_step *step, struct span first, struct span second)
{
    int64_t elapsed = writer_elapse(writer, now_ms);

    assert(world_step_is(step) && port < SCRIPT_PORTS_MAX);
    writer_settle_closes(writer);
    writer_flush_hosts(writer);
    if (elapsed > 0)
        writer_wait(writer, elapsed);
    if (step->kind == SCRIPT_SET && port != writer->port)
        writer_line(writer, "on port %u", port + 1);
    if (step->kind == SCRIPT_SET)
        writer->port = port;
    add_texts(writer, step, first, second);
    writer_add(writer, span_of("\n"));
    bytes_free(&writer->step);
    writer->step = bytes_take(&writer->line);
    for (size_t i = 0; i < SCRIPT_PORTS_MAX; i++) {
        writer->ports[i].in_block = false;
        if (step->kind == SCRIPT_ACT && step->act->restarts)
            writer->ports[i].believes_echo = true;
    }
}

void writer_step_failed(struct writer *writer)
{
    bytes_free(&writer->step);
}

void writer_begin(struct writer *writer, int64_t now_ms)
{
    (void)writer_elapse(writer, now_ms);
}

void writer_host(struct writer *writer, int64_t now_ms, unsigned port, struct span bytes,
                 bool secret)
{
    writer_settle_closes(writer);
    writer_take_typed(writer, now_ms, port, bytes, secret);
}

void writer_omit(struct writer *writer, unsigned port, const char *what)
{
    writer_settle_doubt(writer);
    writer_line(writer, "# port %u: %s are not written from here on", port + 1, what);
}

void writer_module(struct writer *writer, int64_t now_ms, unsigned port, struct span bytes)
{
    writer_settle_doubt(writer);
    writer_take_heard(writer, now_ms, port, bytes);
}

void writer_circuit(struct writer *writer, int64_t now_ms, unsigned port, enum channel_line circuit,
                    bool on)
{
    writer_settle_closes(writer);
    writer_take_circuit(writer, now_ms, port, circuit, on);
}

void writer_remark(struct writer *writer, const char *text)
{
    writer_settle_closes(writer);
    writer_flush_hosts(writer);
    writer_line(writer, "# %s", text);
}
