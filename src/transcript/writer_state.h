/* writer_state.h: what a writer knows, for the files of writer.h alone: lines, time, ports. */
#ifndef TRANSCRIPT_WRITER_STATE_H
#define TRANSCRIPT_WRITER_STATE_H

#include "base/bytes.h"
#include "iface/net.h"
#include "transcript/fields.h"
#include "transcript/script.h"
#include "transcript/writer_config.h"

enum { WRITER_VARYING_MAX = 64, WRITER_WORD_MAX = 80, WRITER_PLACED_MAX = 16 };

struct writer_varying {
    char word[WRITER_WORD_MAX + 1];
    const char *pattern;
};

struct writer_port {
    struct bytes typed; /* and not written yet */
    uint32_t echoed;    /* so many of them have come back */
    bool typed_secret;  /* all of them are */
    struct bytes heard; /* what the module has said besides, and is not written yet */
    bool believes_echo; /* what who plays it believes of the echo */
    bool unnoticed;     /* something stands before `typed` that the module saw with it */
    bool in_block;      /* the last step was a line of the module, so that `<|` may follow */
};

struct writer_peer {
    char name[16];
    enum net_transport transport;
    uint16_t port;
    enum script_peer_kind kind;
    uint64_t kind_at; /* where its kind is in the text */
    bool closed;      /* the module has closed its connection: still to be written */
};

struct writer_connection {
    bool used;
    size_t peer;
    bool unsaid; /* `connected` is still to be written */
    bool plain;  /* bytes have passed without TLS */
    bool secure;
    struct fields got, sent; /* what in the two directions is a secret by its place */
};

/* How many connections a port was asked for. */
struct writer_dials {
    uint16_t port;
    uint32_t count;
};

/* A handshake's failure that the module may have dialled again for. */
struct writer_doubt {
    bool is_open;
    size_t peer;
    enum tls_reason reason;
    int alert;
};

/* Of the bytes that are being written a secret that is too short to be one wherever it stands. */
struct writer_placed {
    const uint8_t *at;
    size_t secret; /* its number */
};

struct writer {
    struct writer_sink sink;
    bool failed;
    uint64_t written;  /* bytes */
    struct bytes line; /* the one that is being made */
    struct bytes step; /* a whole line that comes before the next one, if there is one */
    int preceded;      /* the port whose `typed` the next event goes before; -1: none's */
    int64_t now_ms;    /* of the last event */
    bool started;      /* there was one */
    bool is_exact;     /* as in the config */
    unsigned port;     /* whose the steps are */
    struct writer_port ports[SCRIPT_PORTS_MAX];
    struct writer_peer peers[SCRIPT_PEERS_MAX];
    size_t peer_count;
    struct writer_connection connections[WRITER_CONNECTIONS_MAX];
    struct writer_dials dials[WRITER_DIALS_MAX];
    size_t dials_count;
    struct writer_doubt doubt;
    bool stopped; /* nothing is written any more */
    bool full;    /* since there was no place for a secret */
    struct bytes secrets[WRITER_SECRETS_MAX];
    size_t secret_count;
    struct writer_placed placed[WRITER_PLACED_MAX];
    size_t placed_count;
    struct writer_varying varying[WRITER_VARYING_MAX];
    size_t varying_count; /* ever; the oldest of those that are not kept gives way */
    size_t varying_kept;  /* the first, told by writer_varies() */
};

/* Puts text behind the line that is being made; memory that runs out is noted. */
void writer_add(struct writer *writer, struct span text);

/* The same, printf style, 300 bytes at most. */
void writer_addf(struct writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Ends the line and gives it to the sink; where it began in the text. */
uint64_t writer_end_line(struct writer *writer);

/* A whole line, printf style. */
void writer_line(struct writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The time of an event: how long after the one before, 0 for the first. */
int64_t writer_elapse(struct writer *writer, int64_t now_ms);

/* `wait TIME`. */
void writer_wait(struct writer *writer, int64_t ms);

#endif
