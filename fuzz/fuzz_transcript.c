/* fuzz_transcript.c: a file that somebody sends as a transcript.
 *
 * A zero byte parts it in files, which are there by the names a, b, c …; the first is read.  What
 * has no mistake gives the same steps each time it is gone through, all of them made of its bytes.
 */
#include "host/programme.h"
#include "input.h"
#include "transcript/fill.h"
#include "transcript/reader.h"
#include "transcript/scenario.h"
#include "transcript/world_step.h"

#include <stdio.h>
#include <stdlib.h>

enum { FILES_MAX = 8 };

struct disk {
    struct reader_world world;
    struct span files[FILES_MAX];
    size_t count;
    size_t mistakes;
};

static void claim(bool holds, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: %s\n", text);
    abort();
}

static enum err read_file(struct reader_world *world, const char *path, struct span *ret_bytes)
{
    struct disk *disk = (struct disk *)world;

    if (path[0] < 'a' || (size_t)(path[0] - 'a') >= disk->count || path[1] != '\0')
        return ERR_NOT_FOUND;
    *ret_bytes = disk->files[path[0] - 'a'];
    return ERR_OK;
}

static void complain(struct reader_world *world, const char *mistake)
{
    struct disk *disk = (struct disk *)world;

    claim(strchr(mistake, '\n') == NULL && strchr(mistake, ':') != NULL, "a mistake is no line");
    disk->mistakes++;
}

static const struct reader_world_ops ops = { read_file, complain, NULL };

static bool find(void *ctx, struct span name, struct span *ret_value)
{
    (void)ctx;
    *ret_value = name;
    return true;
}

static uint32_t sum_of(uint32_t sum, struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        sum = sum * 31 + bytes.data[i];
    return sum;
}

/* Touches all that a step has. */
static uint32_t sum_step(const struct script_header *header, const struct script_step *step)
{
    const struct fill_variables variables = { .find = find };
    struct bytes bytes = { NULL, 0, 0 };
    struct span unknown;
    uint64_t position = 0;
    uint32_t sum = 0;

    claim(step->kind != SCRIPT_PEER || step->peer < header->peer_count, "a peer that is none");
    claim(step->port <= header->ports, "a port too many");
    (void)fill_text(&step->text, &variables, &position, &bytes, &unknown);
    (void)fill_text(&step->second, &variables, &position, &bytes, &unknown);
    (void)fill_words(step->words, &variables, &bytes, &unknown);
    sum = sum_of(sum, bytes_span(&bytes));
    sum = sum_of(sum, step->pattern);
    sum = sum_of(sum, step->source);
    bytes_free(&bytes);
    return sum * 31 + step->line + (uint32_t)step->kind + step->duration_ms;
}

static uint32_t sum_steps(struct reader *reader)
{
    const struct script_step *step;
    uint32_t sum = 0;

    for (int count = 0; count < 1000 && reader_next(reader, &step) == ERR_OK; count++)
        sum = sum * 31 + sum_step(reader_header(reader), step);
    return sum;
}

/* The same file as a scenario: its times do not go back, and its texts outlive the reader's. */
static void as_scenario(struct disk *disk)
{
    struct scenario *scenario;
    int64_t at_ms = 0;
    enum err err;

    disk->mistakes = 0;
    err = scenario_read(&disk->world, "a", NULL, &scenario);
    claim(err == ERR_OK || err == ERR_NO_MEMORY || disk->mistakes > 0, "a mistake is not told");
    if (err != ERR_OK)
        return;
    for (size_t i = 0; i < scenario_count(scenario) && i < 1000; i++) {
        const struct scenario_step *step = scenario_at(scenario, i);
        const struct script_header header = { .ports = SCRIPT_PORTS_MAX };

        claim(step->at_ms >= at_ms && world_step_is(&step->step), "no step of a scenario");
        at_ms = step->at_ms;
        (void)sum_step(&header, &step->step);
    }
    scenario_free(scenario);
}

static void *compile(struct span pattern)
{
    (void)pattern;
    return malloc(1);
}

static bool match(const void *compiled, struct span line, programme_group_fn *on_group, void *ctx)
{
    (void)compiled;
    on_group(ctx, line, line);
    return true;
}

static bool knows(void *ctx, struct span name)
{
    (void)ctx;
    return name.len < 5;
}

/* The same file for hosts inside: each round has its beginning and its end. */
static void as_host(struct disk *disk)
{
    static const struct programme_patterns patterns = { compile, match, free };
    const struct script_header header = { .ports = 1 };
    struct programme *programme;
    enum err err;

    disk->mistakes = 0;
    err = programme_read(&disk->world, "a", &patterns, knows, NULL, &programme);
    claim(err == ERR_OK || err == ERR_NO_MEMORY || disk->mistakes > 0, "a mistake is not told");
    if (err != ERR_OK)
        return;
    for (size_t i = 0; i < programme_count(programme) && i < 1000; i++) {
        const struct programme_step *step = programme_at(programme, i);

        claim((step->step.kind == SCRIPT_MATCH) == (step->pattern != NULL), "a pattern too many");
        if (step->step.kind == SCRIPT_REPEAT)
            claim(step->partner > i + 1 && programme_at(programme, step->partner)->partner == i,
                  "a round without an end");
        (void)sum_step(&header, &step->step);
    }
    programme_free(programme);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct disk disk = { .world = { .ops = &ops } };
    struct span left = span_at(data, size);
    struct reader *reader;
    enum err err;

    while (disk.count < FILES_MAX && (left.len > 0 || disk.count == 0)) {
        const uint8_t *end = left.len > 0 ? memchr(left.data, '\0', left.len) : NULL;
        size_t len = end != NULL ? (size_t)(end - left.data) : left.len;

        disk.files[disk.count++] = span_at(left.data, len);
        left = span_skip(left, end != NULL ? len + 1 : len);
    }
    err = reader_open(&disk.world, "a", &reader);
    claim(err == ERR_OK || err == ERR_NO_MEMORY || disk.mistakes > 0, "a mistake is not told");
    if (err == ERR_OK) {
        uint32_t first = sum_steps(reader);

        claim(disk.mistakes == 0, "a mistake that is none");
        reader_rewind(reader);
        claim(first == sum_steps(reader), "other steps the second time");
        claim(disk.mistakes == 0, "a mistake that comes late");
        reader_close(reader);
    }
    as_scenario(&disk);
    as_host(&disk);
    return 0;
}
