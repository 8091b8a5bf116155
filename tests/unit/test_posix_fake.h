/* test_posix_fake.h: a terminal without a modem, and a loop that runs until something is so. */
#ifndef TEST_POSIX_FAKE_H
#define TEST_POSIX_FAKE_H

#include "posix/port_open.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing run of bytes; free `at`. */
struct heard {
    uint8_t *at;
    size_t len, cap;
};

void heard_add(struct heard *bytes, const void *data, size_t len);

struct fake_terminal {
    struct terminal base;
    struct channel *channel;
    bool echo;
    size_t appetite; /* how many more bytes feed() takes */
    struct heard in, out;
    size_t out_taken;
    bool busy, online, dtr, accepts_lf;
    int farewells, aborts;
    void (*on_abort)(struct fake_terminal *fake); /* NULL: nothing comes of it */
    int dtr_changes;
};

/* Takes everything, says nothing. */
void fake_init(struct fake_terminal *fake, struct channel *channel);
void fake_deinit(struct fake_terminal *fake);

/* The module says something. */
void fake_say(struct fake_terminal *fake, const void *data, size_t len);

/* The module takes `count` bytes more. */
void fake_grant(struct fake_terminal *fake, size_t count);

/* True when what came in is exactly `text`. */
bool fake_got(const struct fake_terminal *fake, const char *text);

/* Lets the loop work until is_so(ctx); false when that is not so after `limit_ms`. */
bool run_until(struct posix_loop *loop, bool (*is_so)(void *ctx), void *ctx, int64_t limit_ms);

/* Bytes that look random and are the same in each run. */
void fill_pattern(uint8_t *at, size_t len);

enum { LIMIT_MS = 60000 };

#endif
