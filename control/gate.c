/* gate.c: see gate.h.  Sources: RFC 6454 (origin), RFC 6750 (bearer), RFC 9110 7.2 (host). */
#include "control/gate.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NAME_CAP = 64 };

/* Ours, with the port or, where that is HTTP's own, without. */
static bool is_own_host(const struct gate *gate, const char *host)
{
    static const char *const names[] = { "127.0.0.1", "localhost", "[::1]" };
    char name[NAME_CAP];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(name, sizeof(name), "%s:%u", names[i], (unsigned)gate->port);
        if (strcasecmp(host, name) == 0 || (gate->port == 80 && strcasecmp(host, names[i]) == 0))
            return true;
    }
    return false;
}

static bool is_own_origin(const struct gate *gate, const char *origin)
{
    static const char scheme[] = "http://";

    return gate->is_tcp && strncmp(origin, scheme, strlen(scheme)) == 0 &&
           is_own_host(gate, origin + strlen(scheme));
}

enum gate_verdict gate_shows(const struct gate *gate, const struct gate_signs *signs)
{
    if (gate->is_tcp && (signs->host == NULL || !is_own_host(gate, signs->host)))
        return GATE_FOREIGN_HOST;
    if (signs->origin != NULL && !is_own_origin(gate, signs->origin))
        return GATE_FOREIGN_ORIGIN;
    return GATE_LETS_IN;
}

/* As long for a wrong token as for a right one. */
static bool is_token(const struct gate *gate, const char *given)
{
    size_t len = strlen(given), own = strlen(gate->token);
    unsigned differs = len != own;

    for (size_t i = 0; i < GATE_TOKEN_MAX; i++)
        differs |= (unsigned char)gate->token[i < own ? i : 0] ^
                   (unsigned char)given[len == own && i < len ? i : 0];
    return differs == 0;
}

enum gate_verdict gate_admits(const struct gate *gate, const struct gate_signs *signs)
{
    static const char scheme[] = "Bearer ";
    enum gate_verdict verdict = gate_shows(gate, signs);

    if (verdict != GATE_LETS_IN || !gate->is_tcp)
        return verdict;
    assert(gate->token[0] != '\0');
    if (signs->authorization == NULL ||
        strncasecmp(signs->authorization, scheme, strlen(scheme)) != 0 ||
        !is_token(gate, signs->authorization + strlen(scheme)))
        return GATE_NO_TOKEN;
    return GATE_LETS_IN;
}

const char *gate_reason(enum gate_verdict verdict)
{
    switch (verdict) {
    case GATE_FOREIGN_HOST:
        return "the header Host names another place; allowed: 127.0.0.1, localhost or [::1], with "
               "the port";
    case GATE_FOREIGN_ORIGIN:
        return "a page of another origin asks; allowed: none but that of this port";
    case GATE_NO_TOKEN:
        return "the token is missing or wrong; allowed: Authorization: Bearer with what "
               "--control-token-file has";
    case GATE_LETS_IN:
        break;
    }
    return "";
}

bool gate_set_token(struct gate *gate, const char *bytes, size_t len, const char **ret_why)
{
    while (len > 0 && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r'))
        len--;
    *ret_why = "allowed: one line of 16 to 256 printable characters without blanks";
    if (len < GATE_TOKEN_MIN || len > GATE_TOKEN_MAX)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] <= ' ' || bytes[i] > '~')
            return false;
    }
    memcpy(gate->token, bytes, len);
    gate->token[len] = '\0';
    return true;
}
