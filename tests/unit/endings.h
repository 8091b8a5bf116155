/* endings.h: a service of a module whose server ends the connection together with what it says, in
 * each step of a conversation.
 *
 * A conversation is had as a whole, and then once for each step of the server and each way to end
 * there.  Whatever the way: the host hears the same as when a second lies between the
 * server's words and its end, the module answers AT afterwards, and the same conversation works
 * from its beginning.
 */
#ifndef ENDINGS_H
#define ENDINGS_H

#include <stddef.h>
#include <stdint.h>

enum move_kind {
    MOVE_LINE,     /* the host types a line */
    MOVE_BYTES,    /* the host types bytes */
    MOVE_ESCAPE,   /* the host leaves online mode or ends a prompt: +++ between silences */
    MOVE_SAYS,     /* a server says something */
    MOVE_SHAKES,   /* a server ends the handshake: TLS from here */
    MOVE_ENDS,     /* a server ends its connection as it should */
    MOVE_CALLS,    /* an FTP server connects to the port that PORT named, from its own `port` */
    MOVE_DATAGRAM, /* a UDP server sends one */
    MOVE_ANSWERS,  /* a time server answers the last request */
    MOVE_PAUSE     /* `port` ms pass */
};

struct move {
    enum move_kind kind;
    uint16_t port; /* of the server */
    const char *text;
    size_t len; /* of `text` where it has zero bytes; else 0 */
};

#define LINE(line)                                                                                 \
    {                                                                                              \
        MOVE_LINE, 0, line, 0                                                                      \
    }
#define BYTES(bytes)                                                                               \
    {                                                                                              \
        MOVE_BYTES, 0, bytes, 0                                                                    \
    }
#define ESCAPE                                                                                     \
    {                                                                                              \
        MOVE_ESCAPE, 0, NULL, 0                                                                    \
    }
#define SAYS(at, text)                                                                             \
    {                                                                                              \
        MOVE_SAYS, at, text, 0                                                                     \
    }
/* The same of a packet, a literal. */
#define PACKET(at, bytes)                                                                          \
    {                                                                                              \
        MOVE_SAYS, at, bytes, sizeof(bytes) - 1                                                    \
    }
#define SHAKES(at)                                                                                 \
    {                                                                                              \
        MOVE_SHAKES, at, NULL, 0                                                                   \
    }
#define ENDS(at)                                                                                   \
    {                                                                                              \
        MOVE_ENDS, at, NULL, 0                                                                     \
    }
#define CALLS(from)                                                                                \
    {                                                                                              \
        MOVE_CALLS, from, NULL, 0                                                                  \
    }
#define DATAGRAM(from, text)                                                                       \
    {                                                                                              \
        MOVE_DATAGRAM, from, text, 0                                                               \
    }
#define ANSWERS                                                                                    \
    {                                                                                              \
        MOVE_ANSWERS, 123, NULL, 0                                                                 \
    }
#define PAUSE(ms)                                                                                  \
    {                                                                                              \
        MOVE_PAUSE, ms, NULL, 0                                                                    \
    }

struct conversation {
    const char *name;
    const struct move *moves;
    size_t count;
    const char *heard; /* somewhere in what the host hears when nothing goes wrong */
};

#define CONVERSATION(list, hears)                                                                  \
    {                                                                                              \
        .name = #list, .moves = list, .count = sizeof(list) / sizeof((list)[0]), .heard = hears    \
    }

enum { DATA_CALL_PORT = 80 }; /* of who takes data calls */

struct endings_module {
    const char *const *models; /* to NULL; each has all conversations */
    const char *const *setup;  /* lines, to NULL: echo off, a context */
    const char *const
        *closing;            /* what the host types before a conversation begins again, to NULL */
    const char *network_off; /* what another port types to end the context */
};

/* One cmocka test for each conversation of each model; the result of main(). */
int endings_run(const struct endings_module *module, const struct conversation *conversations,
                size_t count);

#endif
