/* gate.h: who may use the control port: programs of this machine's user, and no web page but its
 * own. */
#ifndef CONTROL_GATE_H
#define CONTROL_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GATE_TOKEN_MIN = 16, GATE_TOKEN_MAX = 256 };

struct gate {
    bool is_tcp;   /* else a socket for its owner alone: the file system has asked who it is */
    uint16_t port; /* of TCP */
    char token[GATE_TOKEN_MAX + 1]; /* of TCP */
};

/* What a client shows, NULL where it does not. */
struct gate_signs {
    const char *host, *origin, *authorization;
};

enum gate_verdict {
    GATE_LETS_IN,
    GATE_FOREIGN_HOST,   /* a name that somebody else may have made ours */
    GATE_FOREIGN_ORIGIN, /* a page of another place asks */
    GATE_NO_TOKEN
};

/* Whether a page may be shown, which does nothing and knows nothing: the token is not asked for. */
enum gate_verdict gate_shows(const struct gate *gate, const struct gate_signs *signs);

/* Whether a call may be made. */
enum gate_verdict gate_admits(const struct gate *gate, const struct gate_signs *signs);

/* One sentence for a client that is not let in; static. */
const char *gate_reason(enum gate_verdict verdict);

/* ERR_OK when `len` bytes, with a line end behind them, may be a token: then it is in the gate.
 * False: `*ret_why` says what is allowed; static. */
bool gate_set_token(struct gate *gate, const char *bytes, size_t len, const char **ret_why);

#endif
