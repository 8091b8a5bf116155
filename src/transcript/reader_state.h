/* reader_state.h: what a reader knows while it reads, for the files of reader.h alone. */
#ifndef TRANSCRIPT_READER_STATE_H
#define TRANSCRIPT_READER_STATE_H

#include "base/bytes.h"
#include "transcript/reader_place.h"
#include "transcript/script.h"

struct reader_chunk;

/* A list of the header; its elements are in memory that grows. */
struct reader_list {
    void *items;
    size_t count, cap;
};

/* A `repeat` whose `end` has not come. */
struct reader_block {
    const char *path;
    uint32_t line;
    bool is_empty; /* no step is in it yet */
};

struct reader_file {
    char *path;
    struct span bytes;
};

struct reader {
    struct reader_world *world;
    bool is_scenario; /* steps of the world alone, no header needed */
    bool is_host;     /* of hosts alone, no header needed, peers are not looked at */
    bool is_headless; /* its header may be missing */
    bool first_pass;  /* the header is collected, mistakes are told */
    unsigned mistakes;
    bool out_of_memory;
    uint64_t bytes_read; /* with those of all that is included */

    struct script_header header;
    struct reader_list models, peers, dials, names, pings, wraps, free_ports, only;
    size_t peers_seen;           /* of the header's, in this pass */
    struct reader_chunk *chunks; /* texts of the header that are not in the files as they are */
    struct reader_list files;    /* struct reader_file, each once */

    struct reader_place places[READER_DEPTH_MAX];
    unsigned depth;
    struct span key;                               /* the word that the line begins with */
    struct reader_block blocks[SCRIPT_NESTED_MAX]; /* that are open, in this pass */
    unsigned nested;

    /* Of the step. */
    struct script_step step;
    bool has_step;
    struct bytes scratch; /* escapes undone; reserved for a whole line, so that it does not move */
    struct reader_list parts;
};

/* Tells one mistake of the line that is read: what of it is wrong (may be empty), why, and what is
 * allowed (NULL: nothing to say). */
void reader_mistake(struct reader *reader, struct span value, const char *why, const char *allowed);

/* The same of a line whose `allowed` is the words of a list, which `word_at` gives up to NULL. */
void reader_mistake_words(struct reader *reader, struct span value, const char *why,
                          const char *(*word_at)(size_t index));

/* Memory of the script, good until reader_close(), not cleared; NULL: there is none, which is
 * noted.
 */
void *reader_memory(struct reader *reader, size_t size);

/* Room for one more item of `size` bytes at the end of the list, cleared.  NULL: more than `max`
 * (told as a mistake where that is not SIZE_MAX), or no memory, which is noted. */
void *reader_list_add(struct reader *reader, struct reader_list *list, size_t size, size_t max);

/* A copy with an end, in memory of the script; NULL as reader_memory(). */
char *reader_copy(struct reader *reader, struct span text);

/* Frees what reader_memory() gave. */
void reader_free_memory(struct reader *reader);

#endif
