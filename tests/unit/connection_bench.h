/* connection_bench.h: one connection of services/connection.h in a scripted network. */
#ifndef CONNECTION_BENCH_H
#define CONNECTION_BENCH_H

#include "check.h"
#include "scripted_net.h"
#include "scripted_tls.h"
#include "virtual_clock.h"

#include "services/connection.h"

enum { BENCH_PORT = 700, BENCH_RING = 64, BENCH_STEP_MS = 1000, BENCH_READ_CAP = 4096 };

struct bench {
    struct virtual_clock clock;
    struct scripted_net scripted_net;
    struct scripted_tls scripted_tls;
    struct net *net;
    struct tls *tls;
    struct log log;
    unsigned warnings; /* log lines */
    struct connection_world world;
    int depth; /* of world.enter() */
    struct connection connection;
    struct connection_target target;
    struct connection_failure failure; /* of the last call or on_failed() */
    bool calling;                      /* no event may come from inside a call */
    bool reads;                        /* on_data() reads all there is */
    bool closes_when_open;
    int opened, failed, data, writable;
    struct byte_queue got;
    size_t got_pieces; /* reads that gave something */
    uint16_t listening;
};

int bench_set_up(void **state);
int bench_tear_down(void **state); /* checks for busy loops, leaks and missing log lines */

/* A TLS configuration that the scripted TLS takes. */
struct tls_config bench_tls(void);

/* Opens as `target` says; the error of connection_open(). */
enum err bench_open(struct bench *bench);
/* As target.tls says, or bench_tls(). */
enum err bench_secure(struct bench *bench);

/* Opens, lets it open, and gives the peer on BENCH_PORT. */
struct scripted_peer *bench_establish(struct bench *bench);

/* Lets everything happen that can happen now, or in so many ms. */
void bench_settle(struct bench *bench);
void bench_advance(struct bench *bench, int64_t ms);

size_t bench_write(struct bench *bench, struct span bytes);

/* What the connection gave; forgets it. */
void bench_expect_got(struct bench *bench, const char *expected);

#endif
