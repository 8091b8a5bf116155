/* Made by tools/public_headers of embed/tlsmodem_posix.h. */
/* tlsmodem_posix.h: modems on the machine's own network, clock, TLS and file system.
 *
 * A world is what the modems of one thread live on: a loop, and on it clock and network.  Open it,
 * open what is wanted on it, run it; close everything in the opposite order.  Each function that
 * takes a world, or what was opened on one, is called from the thread that opened the world, also
 * from inside callbacks of its loop unless it says otherwise; callbacks come from
 * tlsmodem_posix_world_run() and tlsmodem_posix_world_step() only.  Worlds of several threads know
 * nothing of each other.
 *
 * For the whole process the first world makes SIGPIPE and SIGXFSZ ignored, and the first
 * tlsmodem_posix_tls_open() gives GnuTLS a clock and a way to free that wipes; sessions of the
 * program's own that GnuTLS makes keep the machine's time.
 */
#ifndef TLSMODEM_POSIX_H
#define TLSMODEM_POSIX_H

#include "tlsmodem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { TLSMODEM_POSIX_FAILURE_CAP = 512 };

/* Why something could not be opened: one line for the operator. */
struct tlsmodem_posix_failure {
    char text[TLSMODEM_POSIX_FAILURE_CAP];
};

/* ---- a world ---- */

struct tlsmodem_posix_world;

/* Makes a world for the thread that calls this.  `log` may be NULL; it is borrowed until the world
 * is closed. TLSMODEM_ERR_FULL: no descriptors left; TLSMODEM_ERR_NO_MEMORY; TLSMODEM_ERR_IO.  The
 * caller closes it. */
enum tlsmodem_err tlsmodem_posix_world_open(const struct tlsmodem_log *log,
                                            struct tlsmodem_posix_world **ret_world);

/* Lets everything happen until tlsmodem_posix_world_stop(), or until nothing is left that could.
 * Not from inside a callback. */
void tlsmodem_posix_world_run(struct tlsmodem_posix_world *world);

/* Makes tlsmodem_posix_world_run() return once the callback that calls this has. */
void tlsmodem_posix_world_stop(struct tlsmodem_posix_world *world);

/* Lets happen what can happen now, and never waits: for a program that has a loop of its own.  Not
 * from inside a callback. */
void tlsmodem_posix_world_step(struct tlsmodem_posix_world *world);

/* What such a program has to wait for: this descriptor becomes readable when there is something to
 * step for.  The world's own: neither read nor closed by the caller. */
int tlsmodem_posix_world_fd(const struct tlsmodem_posix_world *world);

/* How long it may wait, in milliseconds from now; -1: until the descriptor is readable.  To be
 * asked after each step, and after each call that made a modem do something. */
int tlsmodem_posix_world_wait_ms(const struct tlsmodem_posix_world *world);

/* The machine's clock, with timers on the world's loop; good until it is closed. */
struct tlsmodem_clock *tlsmodem_posix_world_clock(struct tlsmodem_posix_world *world);

/* The machine's network; good until the world is closed. */
struct tlsmodem_net *tlsmodem_posix_world_net(struct tlsmodem_posix_world *world);

/* Gives everything back, after what lives on the world was closed; NULL is nothing.  Not from
 * inside a callback.  False: something on it was not closed, and is open after `limit_ms`
 * milliseconds still; then the world's memory is in use, and never freed. */
bool tlsmodem_posix_world_close(struct tlsmodem_posix_world *world, int64_t limit_ms);

/* ---- TLS ---- */

/* Makes GnuTLS a provider: TLS 1.0 to 1.3.  Modems of any thread may use one.  `keylog_path`: a
 * file in NSS key log format to append to, made with mode 0600; NULL: none.  TLSMODEM_ERR_IO: it
 * cannot be opened; TLSMODEM_ERR_NO_MEMORY.  The caller closes it. */
enum tlsmodem_err tlsmodem_posix_tls_open(const char *keylog_path, struct tlsmodem_tls **ret_tls);

/* Releases it, after all modems that use it; NULL is nothing. */
void tlsmodem_posix_tls_close(struct tlsmodem_tls *tls);

/* ---- non-volatile memory ---- */

enum { TLSMODEM_POSIX_NAME_MAX = 63 };

struct tlsmodem_posix_store;

/* Opens a folder that keeps the memory of all modems of a process, and makes it (mode 0700, parents
 * too) where it is missing; security data is encrypted in it.  Modems of several threads may share
 * one. TLSMODEM_ERR_BUSY: another process has it; TLSMODEM_ERR_CREDENTIALS: its key is missing,
 * malformed or open to others; TLSMODEM_ERR_CORRUPT: damaged, or sealed with another key;
 * TLSMODEM_ERR_UNSUPPORTED: written by a newer version; TLSMODEM_ERR_DENIED; TLSMODEM_ERR_INVALID:
 * no usable name; TLSMODEM_ERR_NO_MEMORY; TLSMODEM_ERR_IO: `ret_failure` says which file, why, and
 * what to do. */
enum tlsmodem_err tlsmodem_posix_store_open(const char *folder,
                                            struct tlsmodem_posix_failure *ret_failure,
                                            struct tlsmodem_posix_store **ret_store);

/* Closes it, after all modems that use it; what they stored stays.  NULL is nothing. */
void tlsmodem_posix_store_close(struct tlsmodem_posix_store *store);

/* One modem's part of a store, for a tlsmodem_config of the caller's own (a tlsmodem_posix_config
 * wants the store).  `modem_name` (1 to TLSMODEM_POSIX_NAME_MAX bytes, copied) names it for ever.
 * `log` (may be NULL) is borrowed until the release.  TLSMODEM_ERR_INVALID: the name;
 * TLSMODEM_ERR_NO_MEMORY. */
enum tlsmodem_err tlsmodem_posix_storage_open(struct tlsmodem_posix_store *store,
                                              const char *modem_name,
                                              const struct tlsmodem_log *log,
                                              struct tlsmodem_storage *ret_storage);

/* Gives the part back, after its modem was freed and before the store is closed; its entries stay.
 */
void tlsmodem_posix_storage_close(struct tlsmodem_storage *storage);

/* ---- a modem ---- */

enum tlsmodem_posix_port_kind {
    TLSMODEM_POSIX_PTY,
    TLSMODEM_POSIX_TCP,
    TLSMODEM_POSIX_UNIX,
    TLSMODEM_POSIX_UART,
    TLSMODEM_POSIX_STDIO
};

/* Where hosts find an AT instance. */
struct tlsmodem_posix_port {
    enum tlsmodem_posix_port_kind kind;
    const char *where; /* path of link, socket or device, at most 255 bytes; TCP: a numeric address
                        * without brackets; STDIO: NULL */
    uint16_t tcp_port; /* TCP; 0: any free one */
    uint32_t baud;     /* UART, in bit/s */
    bool rtscts;       /* UART */
};

/* What is pointed to is borrowed until tlsmodem_posix_modem_close(), unless it says otherwise.  A
 * member that is NULL or zero is the preset. */
struct tlsmodem_posix_config {
    const char *model; /* as tlsmodem_model_at() has it */
    const char *name;  /* in the log, and of what is stored; preset: the model's */
    struct tlsmodem_identity identity;
    struct tlsmodem_time time;
    const struct tlsmodem_fact_value *facts; /* each once; the others are the model's */
    size_t fact_count;
    struct tlsmodem_net *net; /* preset: the world's */
    const char *link; /* a radio in front of it, as --link has it: "gprs", "down=236,up=118,rtt=600"
                       * in kbit/s and milliseconds; read at once; preset: none */
    bool laboratory;  /* faults and links may be added at run time (tlsmodem_control.h) */
    const struct tlsmodem_listening *listening; /* of its servers; preset: the host's port of
                                                 * 127.0.0.1 */
    struct tlsmodem_tls *const *tls; /* providers, asked in this order for the selected version */
    size_t tls_count;
    struct tlsmodem_posix_store *store; /* preset: what is stored lives as long as the modem */
    const struct tlsmodem_log *log;     /* copied, and the modem's name put in; preset: silence */
    size_t terminals;                   /* AT instances: 1 to TLSMODEM_TERMINALS_MAX */
    /* What to open for each of them, read at once.  Preset: nothing; the caller attaches channels
     * of its own to the engine (tlsmodem_attach()). */
    const struct tlsmodem_posix_port *ports;
    /* No host can ever come again to port `index`: standard input has ended.  Called from the loop;
     * the modem must not be closed inside.  Preset: nobody is told. */
    void (*on_port_end)(void *ctx, size_t index);
    void *ctx;
};

struct tlsmodem_posix_modem;

/* Makes a modem, opens its ports, and switches it on; hosts are not heard before
 * tlsmodem_posix_modem_start().  The errors of tlsmodem_new(); TLSMODEM_ERR_INVALID also for `link`
 * and ports; and what opening a port says: TLSMODEM_ERR_BUSY: somebody else has it;
 * TLSMODEM_ERR_NOT_FOUND, TLSMODEM_ERR_DENIED, TLSMODEM_ERR_FULL, TLSMODEM_ERR_IO. `ret_failure`
 * says in one line what is wrong, and nothing is left behind.  The caller closes it. */
enum tlsmodem_err tlsmodem_posix_modem_open(struct tlsmodem_posix_world *world,
                                            const struct tlsmodem_posix_config *config,
                                            struct tlsmodem_posix_failure *ret_failure,
                                            struct tlsmodem_posix_modem **ret_modem);

/* Lets bytes move between hosts and modem; once, and only where the config has ports. */
void tlsmodem_posix_modem_start(struct tlsmodem_posix_modem *modem);

/* The engine's side of it, good until it is closed: for terminals, facts, channels of the caller's
 * own. */
struct tlsmodem *tlsmodem_posix_modem_engine(struct tlsmodem_posix_modem *modem);

/* Kind and place of port `index` of the config, as a host has to know it: "tcp 127.0.0.1:4000".
 * Good until the modem is closed. */
const char *tlsmodem_posix_modem_port_label(const struct tlsmodem_posix_modem *modem, size_t index);

/* Hangs up on hosts, switches it off, and frees it; what it stores stays.  Before its world; not
 * from inside its callbacks.  NULL is nothing. */
void tlsmodem_posix_modem_close(struct tlsmodem_posix_modem *modem);

#ifdef __cplusplus
}
#endif

#endif
