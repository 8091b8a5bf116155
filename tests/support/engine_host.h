/* engine_host.h: what the files of the program engine_host share. */
#ifndef SUPPORT_ENGINE_HOST_H
#define SUPPORT_ENGINE_HOST_H

#include "world.h"

enum { REQUEST_WORDS_MAX = 8, REQUEST_PORT_MAX = 65535 };

/* One request, cut into words. */
struct request {
    char *words[REQUEST_WORDS_MAX];
    int count;
};

struct host {
    struct world world;
    size_t port; /* that `feed` and `take` mean */
    bool quit;
    struct byte_queue answer;
    const char *error; /* NULL: the answer is `ok` */
};

/* ---- engine_words.c ---- */

/* The answer is `err` and this text, which must be static. */
void host_fail(struct host *host, const char *error);
/* Adds to what follows `ok`. */
void host_answer(struct host *host, const char *text);
void host_answer_hex(struct host *host, struct span bytes);

/* The word at `index`, the request's name being 0; empty past the end. */
const char *request_word(const struct request *request, int index);
bool request_is(const struct request *request, int index, const char *word);
/* True when `word` is a number in this base from `min` to `max`. */
bool request_number(const char *word, int base, int64_t min, int64_t max, int64_t *ret_number);
/* The bytes of a word of hexadecimal digits, none when it is not there.  Overwrites the word. */
bool request_hex(const struct request *request, int index, struct span *ret_bytes);

/* ---- engine_peer.c ---- */

/* `peer PORT ...` */
void host_do_peer(struct host *host, const struct request *request);

/* ---- engine_control.c ---- */

/* `set NAME HEX`, `power WORD`, `ring [HEX|end]`, `message HEX HEX`, `context-lost` */
void host_do_set(struct host *host, const struct request *request);
void host_do_power(struct host *host, const struct request *request);
void host_do_ring(struct host *host, const struct request *request);
void host_do_message(struct host *host, const struct request *request);
void host_do_context_lost(struct host *host, const struct request *request);

#endif
