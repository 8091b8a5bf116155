/* fuzz_replay.c: a recording that somebody sends, said to a host that types what it likes.
 *
 * A zero byte parts the file from what the host types.  Whatever it is, it ends: as recorded, or
 * with a report of why not; and what patterns stand for is no longer than a line.
 */
#include "check/patterns.h"
#include "input.h"
#include "replay/player.h"
#include "replay/sample.h"
#include "transcript/circuit.h"

#include <stdio.h>
#include <stdlib.h>

enum { ASKED_MAX = 64, PIECE = 7 };

struct disk {
    struct reader_world world;
    struct span file;
    size_t mistakes;
};

/* ---- the lines, without time and without a port ---- */

static struct span left; /* of what the host types */
static unsigned asked;   /* in vain */
static size_t said;

static void claim(bool holds, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: %s\n", text);
    abort();
}

bool replay_is_over(void)
{
    return asked >= ASKED_MAX;
}

bool replay_line_hear(struct replay_line *line, int limit_ms)
{
    size_t len = left.len < PIECE ? left.len : PIECE;

    (void)limit_ms;
    asked += len == 0;
    if (len > 0 && bytes_add(&line->typed, span_at(left.data, len), UINT32_MAX) != ERR_OK)
        abort();
    left = span_skip(left, len);
    return len > 0;
}

bool replay_line_say(struct replay_line *line, struct span bytes)
{
    (void)line;
    said += bytes.len;
    return true;
}

void replay_line_drive(struct replay_line *line, enum channel_line circuit, bool on)
{
    (void)line;
    (void)on;
    claim(!circuit_is_of_host(circuit), "the module turns what is the host's");
}

bool replay_line_await(struct replay_line *line, enum channel_line circuit, bool on)
{
    (void)line;
    (void)on;
    claim(circuit_is_of_host(circuit), "the host turns what is the module's");
    return true;
}

void replay_line_drain(struct replay_line *line, int limit_ms)
{
    (void)line;
    (void)limit_ms;
}

/* ---- the file ---- */

static enum err read_file(struct reader_world *world, const char *path, struct span *ret_bytes)
{
    if (strcmp(path, "file") != 0)
        return ERR_NOT_FOUND;
    *ret_bytes = ((struct disk *)world)->file;
    return ERR_OK;
}

static void complain(struct reader_world *world, const char *mistake)
{
    (void)mistake;
    ((struct disk *)world)->mistakes++;
}

static bool check_pattern(struct reader_world *world, struct span pattern, struct text *why)
{
    (void)world;
    return patterns_check(pattern, why);
}

static const struct reader_world_ops ops = { read_file, complain, check_pattern };

/* What a line stands for is one, also where the line is no pattern. */
static void take_sample(struct span line)
{
    struct bytes text = { .data = NULL };

    claim(sample_pattern(line, &text) == ERR_OK, "no memory for a line");
    claim(text.len <= SAMPLE_MAX, "a line that no module has");
    bytes_free(&text);
}

static void play(struct reader *reader)
{
    struct replay_line lines[SCRIPT_PORTS_MAX] = { { .echo = true } };
    const struct values values = { .entries = NULL };
    const struct replay_config config = { .reader = reader, .lines = lines, .values = &values };
    struct report report = { .cut = false };
    enum replay_end end = replay_play(&config, &report);

    claim((end == REPLAY_AS_RECORDED) == (report.text.len == 0), "an end without a reason");
    report_free(&report);
    for (size_t i = 0; i < SCRIPT_PORTS_MAX; i++)
        bytes_free(&lines[i].typed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
    size_t len = end != NULL ? (size_t)(end - data) : size;
    struct disk disk = { .world = { .ops = &ops }, .file = span_at(data, len) };
    struct reader *reader;

    left = span_skip(span_at(data, size), len < size ? len + 1 : len);
    asked = 0;
    said = 0;
    take_sample(disk.file);
    if (reader_open_recording(&disk.world, "file", &reader) != ERR_OK) {
        claim(disk.mistakes > 0, "it is wrong, and nobody knows why");
        return 0;
    }
    play(reader);
    reader_close(reader);
    return 0;
}
