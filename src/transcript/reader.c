/* reader.c: reads a transcript: files to lines, lines to header and steps. */
#include "transcript/reader.h"

#include "base/letters.h"
#include "transcript/reader_header.h"
#include "transcript/reader_peer.h"
#include "transcript/reader_state.h"
#include "transcript/reader_step.h"
#include "transcript/reader_words.h"

#include <assert.h>
#include <stdlib.h>

enum {
    GUARD_MS = 1000,
    LINE_MAX_BYTES = 1048576,
    FILES_MAX = 1000,
    FILE_COST = 4096 /* bytes that a file counts for besides its own */
};

static const uint64_t bytes_max = 1ull << 32; /* with all that is included */
static const struct span nothing = { NULL, 0 };

/* ---- files ---- */

static enum err find_file(struct reader *reader, char *path, struct span *ret_bytes)
{
    struct reader_file *files = reader->files.items;
    struct span bytes;
    enum err err;

    for (size_t i = 0; i < reader->files.count; i++) {
        if (strcmp(files[i].path, path) == 0) {
            *ret_bytes = files[i].bytes;
            return ERR_OK;
        }
    }
    err = reader->world->ops->read_file(reader->world, path, &bytes);
    if (err != ERR_OK)
        return err;
    files = reader_list_add(reader, &reader->files, sizeof(*files), FILES_MAX);
    if (files == NULL)
        return reader->out_of_memory ? ERR_NO_MEMORY : ERR_FULL;
    *files = (struct reader_file){ path, bytes };
    *ret_bytes = bytes;
    return ERR_OK;
}

/* As whoever read it has it. */
static const char *why_not_read(const struct reader *reader, enum err err)
{
    return reader->world->why_not_read != NULL ? reader->world->why_not_read : err_text(err);
}

static void enter_file(struct reader *reader, const char *path, struct span bytes)
{
    static const char mark[] = "\xef\xbb\xbf"; /* which some editors put in front of UTF-8 */

    assert(reader->depth < READER_DEPTH_MAX);
    if (bytes.len >= 3 && memcmp(bytes.data, mark, 3) == 0)
        bytes = span_skip(bytes, 3);
    reader->places[reader->depth++] = (struct reader_place){ .path = path, .left = bytes };
    reader->bytes_read += bytes.len + FILE_COST;
}

/* The path of a file that the present one names; NULL: no memory. */
static char *beside(struct reader *reader, struct span name)
{
    const char *path = reader->places[reader->depth - 1].path;
    const char *slash = strrchr(path, '/');
    size_t folder = slash != NULL && name.data[0] != '/' ? (size_t)(slash - path) + 1 : 0;
    char *joined = reader_memory(reader, folder + name.len + 1);

    if (joined == NULL)
        return NULL;
    memcpy(joined, path, folder);
    memcpy(joined + folder, name.data, name.len);
    joined[folder + name.len] = '\0';
    return joined;
}

static const char *why_not_included(const struct reader *reader, const char *path)
{
    for (unsigned i = 0; i < reader->depth; i++) {
        if (strcmp(reader->places[i].path, path) == 0)
            return "it includes itself";
    }
    if (reader->depth == READER_DEPTH_MAX)
        return "more than 16 files include each other";
    if (reader->bytes_read > bytes_max)
        return "what is included grows too large";
    return strlen(path) < READER_PATH_MAX ? NULL : "its path is too long";
}

static void take_include(struct reader *reader, struct span rest)
{
    struct span name = letters_trim(rest), bytes;
    const char *why;
    char *path;
    enum err err;

    if (name.len == 0) {
        reader_mistake(reader, nothing, "which file?", "include FILE, from the folder of this one");
        return;
    }
    path = beside(reader, name);
    if (path == NULL)
        return;
    why = why_not_included(reader, path);
    if (why == NULL) {
        err = find_file(reader, path, &bytes);
        if (err == ERR_OK) {
            enter_file(reader, path, bytes);
            return;
        }
        why = why_not_read(reader, err);
    }
    reader_mistake(reader, name, why, "a file, from the folder of this one");
}

/* ---- lines ---- */

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next line of the innermost file, without blanks at its end; false: there are no more in any.
 */
static bool next_line(struct reader *reader, struct span *ret_line)
{
    while (reader->depth > 0) {
        struct reader_place *place = &reader->places[reader->depth - 1];
        struct span line = place->left;
        const uint8_t *end = line.len > 0 ? memchr(line.data, '\n', line.len) : NULL;

        if (line.len == 0) {
            if (reader->depth == 1)
                return false; /* the outermost stays, for what is missing at its end */
            reader->depth--;
            continue;
        }
        if (end != NULL)
            line.len = (size_t)(end - line.data);
        place->left = span_skip(place->left, end != NULL ? line.len + 1 : line.len);
        place->line++;
        while (line.len > 0 && is_blank(line.data[line.len - 1]))
            line.len--;
        *ret_line = line;
        return true;
    }
    return false;
}

/* False: told. */
static bool is_text(struct reader *reader, struct span line)
{
    reader->key = nothing;
    if (line.len > LINE_MAX_BYTES) {
        reader_mistake(reader, nothing, "the line is too long", "at most 1048576 bytes");
        return false;
    }
    for (size_t i = 0; i < line.len; i++) {
        if ((line.data[i] < ' ' && line.data[i] != '\t') || line.data[i] == 0x7f) {
            reader_mistake(reader, nothing, "a control character stands in the line",
                           "text, and \\xHH between quotes");
            return false;
        }
    }
    return true;
}

static void begin_step(struct reader *reader, struct span line)
{
    const struct reader_place *place = &reader->places[reader->depth - 1];

    reader->scratch.len = 0;
    reader->parts.count = 0;
    if (bytes_reserve(&reader->scratch, line.len + 1) != ERR_OK)
        reader->out_of_memory = true;
    reader->step = (struct script_step){ .file = place->path, .line = place->line, .source = line };
}

static const char *word_at(size_t index)
{
    static const char *const more[] = { "peer", "include", NULL };
    size_t steps = 0, headers = 0;

    while (reader_step_word(steps) != NULL)
        steps++;
    while (reader_header_word(headers) != NULL)
        headers++;
    if (index < steps)
        return reader_step_word(index);
    if (index < steps + headers)
        return reader_header_word(index - steps);
    return more[index - steps - headers];
}

/* What a scenario may say of itself is not among what it does. */
static bool is_of_scenario(struct span word)
{
    static const char *const more[] = { "model", "models", "source", "only" };

    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        if (words_are(word, more[i]))
            return true;
    }
    return reader_step_is_of_world(word);
}

static const char *scenario_word_at(size_t index)
{
    size_t step = 0;

    for (; reader_step_word(step) != NULL; step++) {
        if (reader_step_is_of_world(span_of(reader_step_word(step))) && index-- == 0)
            return reader_step_word(step);
    }
    return index == 0 ? "include" : NULL;
}

static const char *host_word_at(size_t index)
{
    size_t step = 0;

    for (; reader_step_word(step) != NULL; step++) {
        if (reader_step_is_of_host(span_of(reader_step_word(step))) && index-- == 0)
            return reader_step_word(step);
    }
    return index == 0 ? "include" : NULL;
}

/* True for a step of the world, which is told: a host does not make it. */
static bool refuses_host(struct reader *reader, struct span line)
{
    bool is_step = false;

    for (size_t i = 0; reader_step_word(i) != NULL; i++)
        is_step = is_step || words_are(reader->key, reader_step_word(i));
    if (!is_step || reader_step_is_of_host(reader->key))
        return false;
    reader->key = nothing;
    reader_mistake_words(reader, line, "a host inside does no such thing", host_word_at);
    return true;
}

/* Hosts inside have real peers. */
static bool is_passed_over(const struct reader *reader)
{
    return reader->is_host &&
           (words_are(reader->key, "peer") || words_are(reader->key, "unnoticed"));
}

/* One line that is not empty; `has_step` says whether it was a step. */
static void take_line(struct reader *reader, struct span line)
{
    struct span rest = line;
    size_t len = 0;

    while (len < line.len && line.data[len] != ' ')
        len++;
    reader->key = span_at(line.data, len);
    rest = span_skip(line, len < line.len ? len + 1 : len);
    if (words_are(reader->key, "include")) {
        take_include(reader, rest);
        return;
    }
    if (reader->is_host && refuses_host(reader, line))
        return;
    if (reader->is_scenario && !is_of_scenario(reader->key)) {
        reader->key = nothing;
        reader_mistake_words(reader, line, "a scenario does no such thing", scenario_word_at);
        return;
    }
    if (reader_take_header(reader, rest) ||
        (words_are(reader->key, "peer") && reader_take_peer(reader, rest)))
        return;
    if (reader->nested > 0 && !words_are(reader->key, "end") && !is_passed_over(reader))
        reader->blocks[reader->nested - 1].is_empty = false;
    begin_step(reader, line);
    if (reader->out_of_memory)
        return;
    reader->has_step = true;
    if (words_are(reader->key, "peer")) {
        reader_take_peer_step(reader, rest);
    } else if (!reader_take_step(reader, rest)) {
        reader->key = nothing;
        if (is_blank(line.data[0]))
            reader_mistake(reader, line, "blanks stand in front",
                           "a line that begins with its word");
        else
            reader_mistake_words(reader, line, "it begins with no word of a transcript", word_at);
    }
}

/* Goes on up to the next step; false: there are no more, or an end to memory or to mistakes. */
static bool find_step(struct reader *reader)
{
    struct span line;

    reader->has_step = false;
    while (!reader->has_step && !reader->out_of_memory && reader->mistakes < READER_MISTAKES_MAX &&
           next_line(reader, &line)) {
        if (line.len > 0 && line.data[0] != '#' && is_text(reader, line))
            take_line(reader, line);
    }
    return reader->has_step && !reader->out_of_memory;
}

/* ---- the door ---- */

/* All of it once, for header and mistakes. */
static enum err read_once(struct reader *reader, char *path)
{
    struct span bytes;
    enum err err;

    reader->places[0] = (struct reader_place){ .path = path };
    reader->depth = 1;
    err = find_file(reader, path, &bytes);
    if (err != ERR_OK) {
        reader_mistake(reader, nothing, why_not_read(reader, err), "a file that can be read");
        return err;
    }
    reader->depth = 0;
    enter_file(reader, path, bytes);
    while (find_step(reader))
        ;
    if (!reader->out_of_memory)
        reader_finish_header(reader);
    if (reader->out_of_memory)
        return ERR_NO_MEMORY;
    return reader->mistakes == 0 ? ERR_OK : ERR_INVALID;
}

enum use { TO_PLAY, AS_SCENARIO, AS_HOST, AS_RECORDING };

static enum err open_as(struct reader_world *world, const char *path, enum use use,
                        struct reader **ret_reader)
{
    struct reader *reader;
    char *copy;
    enum err err;

    assert(world->ops->read_file != NULL && world->ops->complain != NULL);
    assert(strlen(path) < READER_PATH_MAX);
    reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return ERR_NO_MEMORY;
    reader->world = world;
    reader->first_pass = true;
    reader->is_scenario = use == AS_SCENARIO;
    reader->is_host = use == AS_HOST;
    reader->is_headless = use == AS_RECORDING;
    reader->header.guard_ms = GUARD_MS;
    reader->header.ports = 1;
    copy = reader_copy(reader, span_of(path));
    err = copy != NULL ? read_once(reader, copy) : ERR_NO_MEMORY;
    if (err != ERR_OK) {
        reader_close(reader);
        return err;
    }
    reader->first_pass = false;
    reader_rewind(reader);
    *ret_reader = reader;
    return ERR_OK;
}

enum err reader_open(struct reader_world *world, const char *path, struct reader **ret_reader)
{
    return open_as(world, path, TO_PLAY, ret_reader);
}

enum err reader_open_scenario(struct reader_world *world, const char *path,
                              struct reader **ret_reader)
{
    return open_as(world, path, AS_SCENARIO, ret_reader);
}

enum err reader_open_host(struct reader_world *world, const char *path, struct reader **ret_reader)
{
    return open_as(world, path, AS_HOST, ret_reader);
}

enum err reader_open_recording(struct reader_world *world, const char *path,
                               struct reader **ret_reader)
{
    return open_as(world, path, AS_RECORDING, ret_reader);
}

const struct script_header *reader_header(const struct reader *reader)
{
    return &reader->header;
}

enum err reader_next(struct reader *reader, const struct script_step **ret_step)
{
    if (!find_step(reader))
        return reader->out_of_memory ? ERR_NO_MEMORY : ERR_NOT_FOUND;
    *ret_step = &reader->step;
    return ERR_OK;
}

void reader_rewind(struct reader *reader)
{
    const struct reader_file *files = reader->files.items;

    assert(!reader->first_pass && reader->files.count > 0);
    reader->depth = 0;
    reader->peers_seen = 0;
    reader->nested = 0;
    reader->bytes_read = 0;
    enter_file(reader, files[0].path, files[0].bytes);
}

void reader_mark(const struct reader *reader, struct reader_mark *ret_mark)
{
    memcpy(ret_mark->places, reader->places, sizeof(reader->places));
    ret_mark->depth = reader->depth;
    ret_mark->nested = reader->nested;
    ret_mark->peers_seen = reader->peers_seen;
    ret_mark->bytes_read = reader->bytes_read;
}

void reader_return(struct reader *reader, const struct reader_mark *mark)
{
    memcpy(reader->places, mark->places, sizeof(reader->places));
    reader->depth = mark->depth;
    reader->nested = mark->nested;
    reader->peers_seen = mark->peers_seen;
    reader->bytes_read = mark->bytes_read;
}

void reader_close(struct reader *reader)
{
    if (reader == NULL)
        return;
    free(reader->models.items);
    free(reader->peers.items);
    free(reader->dials.items);
    free(reader->names.items);
    free(reader->pings.items);
    free(reader->wraps.items);
    free(reader->free_ports.items);
    free(reader->only.items);
    free(reader->files.items);
    free(reader->parts.items);
    bytes_free(&reader->scratch);
    reader_free_memory(reader);
    free(reader);
}
