/* recorder_state.h: what a recorder knows, for the files of recorder.h alone. */
#ifndef TRANSCRIPT_RECORDER_STATE_H
#define TRANSCRIPT_RECORDER_STATE_H

#include "base/bytes.h"
#include "iface/clock.h"
#include "iface/data_call.h"
#include "iface/net.h"
#include "iface/tls.h"
#include "transcript/fields.h"
#include "transcript/script.h"
#include "wrap/around.h"
#include "wrap/listener.h"

enum { RECORDER_PROVIDERS_MAX = 4 };

struct recorder;
struct tlsmodem;
struct writer;

struct recorder_session;

struct recorder_stream {
    struct net_stream base;
    struct recorder *recorder;
    struct net_target target;
    bool is_call;                     /* a data call: no target */
    int number;                       /* the writer's; -1: it has none */
    bool ended;                       /* the peer's end was told */
    bool pending;                     /* it is not known yet whether it comes about */
    uint32_t dial;                    /* which it is to its port; 0: it is not counted */
    struct recorder_session *session; /* NULL: what passes is plain */
    net_event_fn *on_event;
    void *ctx;
};

struct recorder_session {
    struct tls_session base;
    struct recorder *recorder;
    struct recorder_stream *stream; /* NULL: no byte has passed yet, or it is closed */
    struct tls_lower lower;         /* of who opened it */
    struct bytes ahead;             /* taken from the library, and not read yet */
    bool told;                      /* how the handshake ended */
};

struct recorder_net {
    struct wrap_net head;
    struct recorder *recorder;
};

struct recorder_calls {
    struct data_calls base;
    struct recorder *recorder;
};

struct recorder_provider {
    struct tls base;
    struct recorder *recorder;
};

struct recorder_port {
    struct around around;
    struct recorder *recorder;
    unsigned index;
    size_t known;      /* bytes that were not taken, but are written already, and come again */
    struct bytes line; /* typed and not written yet: more may tell that it is a secret */
    struct bytes echo; /* what the module has said since, and is not written either */
    int64_t line_ms;   /* since when */
    int64_t typed_ms;  /* of the last byte */
    /* The beginning of that line, which was written already: something happened meanwhile, and
     * there was no secret in it. */
    struct bytes before;
    struct fields
        fields;        /* what in bytes of a connection, or of a prompt, is a secret by its place */
    struct bytes kept; /* typed while the port keeps bytes back: secrets, when their echo comes */
    bool is_data;      /* it is typed at a prompt */
    bool overlong;     /* the rest of a line that is a secret as a whole */
    bool framed;       /* it is multiplexed: what its frames carry is not written */
    bool armoured;     /* a PEM block has begun, and no prompt has asked for it */
    size_t seen;       /* bytes that the module has said, and nobody took yet, are written */
    uint32_t sum;      /* of them */
};

struct recorder {
    struct writer *writer;
    const struct clock *clock;
    const struct tlsmodem *modem;
    struct recorder_session *inside; /* whose record moves through a stream now; NULL: nobody's */
    struct recorder_port *feeding; /* what its host types is with the module now; NULL: nobody's */
    bool stopped;                  /* the modem's ports may be gone */
    bool hides_ipv6; /* the name looked up last has addresses that its line does not say */
    struct recorder_net net;
    struct recorder_calls calls;
    struct recorder_provider providers[RECORDER_PROVIDERS_MAX];
    struct tls *list[RECORDER_PROVIDERS_MAX];
    struct recorder_port ports[SCRIPT_PORTS_MAX];
};

/* Something happens: what the module has said before is written, whether its host has read it or
 * not.  Gives the time of it, as the writer takes it. */
int64_t recorder_event_ms(struct recorder *recorder);

/* The same for what a server has sent, or how it has ended: what the module fetches while it is fed
 * a line was there before that. */
int64_t recorder_fetch_ms(struct recorder *recorder);

/* Notes what is secret in bytes that were typed at a prompt or are a command line, as `is_data`
 * says; true: all of it is. */
bool recorder_judge(struct recorder_port *port, struct span typed);

/* Notes what is secret in a command line of the port `index`. */
void recorder_note_secrets(struct recorder *recorder, unsigned index, struct span line);

/* The same of bytes of a connection. */
bool recorder_judge_online(struct recorder_port *port, struct span data);

/* Writes most of what is held of a prompt: all but a word at its end that may go on, of less than
 * `keep` bytes. */
void recorder_make_room(struct recorder_port *port, size_t keep);

/* Writes what was typed and is held, with its secrets; nothing if there is none. */
void recorder_release(struct recorder_port *port);

/* The port takes the first `count` bytes of what the module has said. */
void recorder_said(struct recorder_port *port, size_t count);

#endif
