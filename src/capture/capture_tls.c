/* capture_tls.c: while a TLS library works, packets wait: who reads the file needs the secrets that
 * it makes meanwhile before them. */
#include "capture/capture_tls.h"

#include <stdlib.h>

struct capture_session {
    struct tls_session base;
    struct capture *capture;
};

static struct capture *capture_of(struct tls_session *base)
{
    return ((struct capture_session *)base)->capture;
}

static enum tls_step handshake(struct tls_session *base)
{
    enum tls_step step;

    capture_hold(capture_of(base));
    step = tls_session_handshake(base->inner);
    capture_release(capture_of(base));
    return step;
}

/* A server may begin another handshake. */
static ptrdiff_t read_bytes(struct tls_session *base, void *buf, size_t cap)
{
    ptrdiff_t count;

    capture_hold(capture_of(base));
    count = tls_session_read(base->inner, buf, cap);
    capture_release(capture_of(base));
    return count;
}

static void free_session(struct tls_session *base)
{
    tls_session_free(base->inner);
    free(base);
}

static const struct tls_session_ops session_ops = { .handshake = handshake,
                                                    .read = read_bytes,
                                                    .free = free_session };

static enum err open_session(struct tls *base, const struct tls_config *config,
                             const struct tls_lower *lower, struct tls_session **ret_session,
                             struct tls_failure *ret_failure)
{
    struct capture_session *session = calloc(1, sizeof(*session));
    enum err err;

    if (session == NULL)
        return ERR_NO_MEMORY;
    session->base.ops = &session_ops;
    session->capture = ((struct capture_provider *)base)->capture;
    err = tls_open(base->inner, config, lower, &session->base.inner, ret_failure);
    if (err != ERR_OK) {
        free(session);
        return err;
    }
    *ret_session = &session->base;
    return ERR_OK;
}

const struct tls_ops capture_tls_ops = { .open = open_session };
