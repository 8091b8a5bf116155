/* writer.c: makes a transcript of what passes, so that it plays back. */
#include "transcript/writer.h"

#include "base/letters.h"
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
    writer_line(writer, "model %s", config->model);
    writer_addf(writer, "source ");
    writer_add(writer, span_of(config->source));
    (void)writer_end_line(writer);
    if (config->clock != NULL)
        writer_line(writer, "clock %s", config->clock);
    writer_line(writer, "# Names and echo requests are answered as here in the engine alone:");
    writer_line(writer, "only engine");
    writer_line(writer, "%s", "");
}

enum err writer_open(const struct writer_config *config, struct writer **ret_writer)
{
    struct writer *writer = calloc(1, sizeof(*writer));

    assert(config->sink.put != NULL);
    assert(strlen(config->model) < 64 && config->source[0] != '\0');
    if (writer == NULL)
        return ERR_NO_MEMORY;
    writer->sink = config->sink;
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
    free(writer);
}

void writer_stop(struct writer *writer)
{
    writer_settle_closes(writer);
    writer_flush_hosts(writer);
    writer->stopped = true;
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

void writer_host(struct writer *writer, int64_t now_ms, unsigned port, struct span bytes,
                 bool secret)
{
    writer_settle_closes(writer);
    writer_take_typed(writer, now_ms, port, bytes, secret);
}

void writer_module(struct writer *writer, int64_t now_ms, unsigned port, struct span bytes)
{
    writer_settle_doubt(writer);
    writer_take_heard(writer, now_ms, port, bytes);
}
