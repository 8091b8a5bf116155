/* tlsmodem.h: a software cellular module for a program to embed.
 *
 * A modem is driven from one thread: bytes of a host go in through a terminal (iface/channel.h),
 * answers come out, and tlsmodem_tick() is called when the time that `arm` asked for has come.  The
 * world outside (network, TLS, storage, time) is what the config brings.  Several modems may live
 * in one process, each thread with its own.
 */
#ifndef TLSMODEM_H
#define TLSMODEM_H

#include "base/err.h"
#include "base/log.h"
#include "iface/channel.h"
#include "iface/clock.h"
#include "iface/net.h"
#include "iface/storage.h"
#include "iface/tls.h"

#include <stddef.h>
#include <stdint.h>

#define TLSMODEM_VERSION "0.1.0"

enum { TLSMODEM_TERMINALS_MAX = 8 };

/* One module that can be started by name. */
struct tlsmodem_model {
    const char *name;       /* as --module takes it: "he910" */
    const char *maker;      /* "Telit" */
    const char *product;    /* as the module names itself: "HE910" */
    const char *platform;   /* "12" */
    const char *generation; /* "3G" */
};

/* The models, one for each index from 0; NULL past the end.  Static. */
const struct tlsmodem_model *tlsmodem_model_at(size_t index);

/* Everything pointed to is borrowed until tlsmodem_free(). */
struct tlsmodem_config {
    const char *model; /* name of a model */
    size_t terminals;  /* 1 to TLSMODEM_TERMINALS_MAX ports (AT instances) */
    struct net *net;
    struct tls *const *tls; /* providers, asked in this order for the selected version */
    size_t tls_count;
    const struct storage *storage; /* NULL: settings and security data live in memory only */
    const struct clock *clock;
    const struct log *log; /* NULL: silence */
    /* Call tlsmodem_tick() at `deadline_ms` of the clock, CLOCK_NEVER: not before something
     * happens.  Replaces what was armed before.  Never called from inside arm(). */
    void (*arm)(void *ctx, int64_t deadline_ms);
    void *arm_ctx;
};

struct tlsmodem;

/* Makes a modem and switches it on.  ERR_NOT_FOUND: no such model; ERR_INVALID: terminals;
 * ERR_NO_MEMORY; ERR_IO, ERR_CORRUPT: storage.  Owned by the caller; see tlsmodem_free(). */
enum err tlsmodem_new(const struct tlsmodem_config *config, struct tlsmodem **ret_modem);

/* Closes its connections, wipes its secrets, frees it.  Its terminals must not be used after. */
void tlsmodem_free(struct tlsmodem *modem);

/* The port with this index (AT instance), owned by the modem. */
struct terminal *tlsmodem_terminal(struct tlsmodem *modem, size_t index);

/* Says who carries the port's bytes; NULL when nobody does any more.  Output waits until then. */
void tlsmodem_attach(struct tlsmodem *modem, size_t index, struct channel *channel);

/* Lets everything happen whose time has come. */
void tlsmodem_tick(struct tlsmodem *modem);

#endif
